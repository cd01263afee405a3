package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/**
 * A step's statements for one element: what it loads, computes, adds to its sums and stores. All
 * other forms of the step are made from these.
 */
final class Element {
    private final StepForm step;

    private Element(StepForm step) {
        this.step = step;
    }

    /** The statements for the element that the loop is at. */
    static List<Stmt> of(StepForm step) {
        Element element = new Element(step);
        List<Stmt> code = new ArrayList<>();
        for (Node n : step.loads()) {
            if (step.variesAlongRow(n)) {
                code.add(load(n, step.element(step.array(n))));
            }
        }
        for (Node n : step.body()) {
            code.add(new Stmt.Let(Type.of(n.dtype()), value(n), element.computed(n)));
        }
        for (Reduction r : step.reductions()) {
            List<Expr> terms = r.node().inputs().stream().map(element::operand).toList();
            code.add(new Stmt.Accumulate(r, terms));
        }
        for (Node n : step.stores()) {
            code.add(store(step.element(step.array(n)), n, Expr.read(value(n))));
        }
        return code;
    }

    /** Loads of what is one value for all of a row. */
    static List<Stmt> uniform(StepForm step) {
        List<Stmt> code = new ArrayList<>();
        for (Node n : step.loads()) {
            if (!step.variesAlongRow(n)) {
                Expr stored = StepForm.rowElement(step.array(n));
                code.add(new Stmt.Let(Type.of(n.dtype()), value(n), truth(n.dtype(), stored)));
            }
        }
        return code;
    }

    /** The local that holds one element of a value. */
    static Local value(Node n) {
        return Local.of(n, Role.VALUE);
    }

    private static Stmt load(Node n, Expr stored) {
        DType dtype = n.dtype();
        return new Stmt.Let(
                Type.of(dtype.compute()), value(n), widened(dtype, truth(dtype, stored)));
    }

    /** Truth values are stored as bytes. */
    private static Expr truth(DType dtype, Expr stored) {
        return dtype == DType.BOOL ? Expr.of(stored, Infix.UNEQUAL, Expr.of(0)) : stored;
    }

    /** Stores an element of a value. */
    static Stmt store(Expr place, Node n, Expr element) {
        return Stmt.set(
                place, n.dtype() == DType.BOOL ? number(Type.BYTE, "1", "0", element) : element);
    }

    private Expr computed(Node n) {
        List<Expr> operands = n.inputs().stream().map(this::operand).toList();
        return n.is(Op.CAST)
                ? cast(operands.get(0), n.input(0).dtype().compute(), n.dtype())
                : new Expr.Computed(n.op(), Type.of(n.dtype()), operands);
    }

    /** An operand; half precision that was not loaded here is still as it is stored. */
    private Expr operand(Node in) {
        boolean loadedHere = step.loads().contains(in) && step.variesAlongRow(in);
        Expr value = Expr.read(value(in));
        return loadedHere ? value : widened(in.dtype(), value);
    }

    /** A half precision element as the float it computes as; anything else unchanged. */
    static Expr widened(DType dtype, Expr stored) {
        return switch (dtype) {
            case BFLOAT16 -> Expr.call(Callee.FROM_BFLOAT16, stored);
            case FLOAT16 -> Expr.call(Callee.FROM_FLOAT16, stored);
            default -> stored;
        };
    }

    private static Expr cast(Expr x, DType from, DType to) {
        if (from == DType.BOOL) {
            return to.isHalf()
                    ? rounded(to, choice(Type.FLOAT, "1f", "0f", x))
                    : number(Type.of(to), "1", "0", x);
        } else if (to == DType.BOOL) {
            return Expr.of(x, Infix.UNEQUAL, Expr.of(0));
        } else if (to.isHalf()) {
            return rounded(to, new Expr.Cast(Type.FLOAT, x));
        }
        return new Expr.Cast(Type.of(to), x);
    }

    private static Expr rounded(DType to, Expr x) {
        return Expr.call(to == DType.BFLOAT16 ? Callee.TO_BFLOAT16 : Callee.TO_FLOAT16, x);
    }

    private static Expr number(Type type, String yes, String no, Expr truth) {
        return new Expr.Cast(type, choice(Type.INT, yes, no, truth));
    }

    private static Expr choice(Type type, String yes, String no, Expr truth) {
        return Expr.computed(Op.WHERE, type, truth, new Expr.Literal(yes), new Expr.Literal(no));
    }
}
