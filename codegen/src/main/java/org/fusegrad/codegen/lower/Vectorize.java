package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/** The pass that makes the statements of one element those of a vector of elements. */
final class Vectorize {
    private final StepForm step;
    private final Sums sums;
    private final Functions functions = new Functions();
    private List<Stmt> code;

    Vectorize(StepForm step) {
        this.step = step;
        this.sums = new Sums(step);
    }

    /** Broadcasts of the constants that its statements use. */
    List<Stmt> constants() {
        return functions.constants();
    }

    /**
     * The statements for one vector.
     *
     * @param element those for an element
     * @param copy number of the accumulators that it adds to
     * @param turning accumulators that then change places, so that the next one is first; 1 if none
     */
    List<Stmt> apply(List<Stmt> element, int copy, int turning) {
        code = new ArrayList<>();
        for (Stmt s : element) {
            if (s instanceof Stmt.Accumulate add) {
                accumulate(add, copy, turning);
            } else if (s instanceof Stmt.Let let) {
                Node n = ((Local.Of) let.local()).node();
                if (step.loads().contains(n)) {
                    operand(n, copy);
                } else {
                    code.add(new Stmt.Let(Type.vectorOf(n.dtype()), vector(n), computed(n)));
                }
            }
        }
        step.stores().forEach(this::store);
        return code;
    }

    /** The local of a vector of a value. */
    static Local vector(Node n) {
        return Local.of(n, Role.VECTOR);
    }

    /** One vector that rows have in common, loaded before them. */
    static Local held(Node n, int copy) {
        return new Local.Of(n, Role.HELD, copy);
    }

    /** Loads a vector that rows have in common. */
    List<Stmt> hold(Node n, int copy) {
        code = new ArrayList<>();
        load(n, held(n, copy), step.index(step.array(n)));
        return code;
    }

    private void operand(Node n, int copy) {
        if (step.isColumns() && step.isShared(n)) {
            code.add(new Stmt.Let(Type.FLOATS, vector(n), Expr.read(held(n, copy))));
        } else {
            load(n, vector(n), index(n));
        }
    }

    /** Where in its array the vector of a value lies that the loop is at. */
    private Expr index(Node n) {
        return step.isColumns() && !step.isShared(n)
                ? new Expr.Index(step.array(n), Role.ROW, Expr.Along.NOTHING, 0)
                : step.index(step.array(n));
    }

    private void load(Node n, Local to, Expr index) {
        Expr data = step.array(n).data();
        if (!n.dtype().isHalf()) {
            code.add(new Stmt.Let(Type.FLOATS, to, new Expr.Lanes(Type.FLOATS, data, index)));
            return;
        }
        Local stored = Local.of(n, Role.STORED);
        Local ints = Local.of(n, Role.PENDING);
        code.add(new Stmt.Let(Type.SHORTS, stored, new Expr.Lanes(Type.SHORTS, data, index)));
        code.add(
                new Stmt.Let(Type.INTS, ints, Expr.call(Callee.SHORTS_TO_INTS, Expr.read(stored))));
        code.add(
                new Stmt.Let(Type.FLOATS, to, functions.widened(n.dtype(), Expr.read(ints), code)));
    }

    private Expr computed(Node n) {
        List<Expr> operands = n.inputs().stream().map(this::read).toList();
        if (Functions.covers(n.op())) {
            return functions.apply(n.op(), operands.get(0), code);
        } else if (n.dtype().isHalf()) {
            return functions.rounded(n.dtype(), operands.get(0), code);
        }
        return n.is(Op.CAST)
                ? operands.get(0)
                : new Expr.Computed(n.op(), Type.vectorOf(n.dtype()), operands);
    }

    /** A vector of a value as it is computed with. */
    private Expr read(Node in) {
        if (step.isJoined() && step.isUniform(in)) {
            return broadcast(in);
        }
        Expr vector = Expr.read(vector(in));
        return in.dtype().isHalf() && !step.loads().contains(in)
                ? functions.widened(in.dtype(), vector, code)
                : vector;
    }

    private static Expr broadcast(Node n) {
        Expr value = Element.widened(n.dtype(), Expr.read(Element.value(n)));
        return new Expr.Broadcast(n.dtype() == DType.BOOL ? Type.MASK : Type.FLOATS, value);
    }

    /**
     * The same value in all lanes, in a local for all of the row if the step has a method of its
     * own; in a longer one the JVM might make an object of it for each row, so there it is named
     * where it is used, and the JVM moves it out of the loop.
     */
    List<Stmt> broadcasts(List<Node> uniform) {
        List<Stmt> all = new ArrayList<>();
        for (Node n : uniform) {
            if (step.isVector() && !step.isJoined()) {
                Type type = n.dtype() == DType.BOOL ? Type.MASK : Type.FLOATS;
                all.add(new Stmt.Let(type, vector(n), broadcast(n)));
            }
        }
        return all;
    }

    private void accumulate(Stmt.Accumulate add, int copy, int turning) {
        Reduction r = add.reduction();
        List<Expr> terms = r.node().inputs().stream().map(this::read).toList();
        if (r.mode() == Mode.ROW || step.isColumns()) {
            Expr before = Expr.read(VectorSums.accumulator(r, copy));
            code.addAll(VectorSums.turn(r, before, added(r, terms, before), turning));
            return;
        }
        Expr before = Expr.read(Local.of(r.node(), Role.PENDING));
        Expr data = sums.target(r).data();
        Expr index = step.index(sums.target(r));
        code.add(new Stmt.Let(
                Type.FLOATS,
                Local.of(r.node(), Role.PENDING),
                new Expr.Lanes(Type.FLOATS, data, index)));
        code.add(new Stmt.StoreLanes(data, index, added(r, terms, before)));
    }

    /**
     * A reduction with one more vector. The JVM knows the class of the term but not of what went
     * around the loop, so the term must be the receiver.
     */
    private static Expr added(Reduction r, List<Expr> terms, Expr before) {
        if (!r.isSum()) {
            return Expr.computed(Sums.extremum(r), Type.FLOATS, terms.get(0), before);
        }
        return terms.size() == 2
                ? Expr.computed(Op.FMA, Type.FLOATS, terms.get(0), terms.get(1), before)
                : Expr.computed(Op.ADD, Type.FLOATS, terms.get(0), before);
    }

    private void store(Node n) {
        Expr value = Expr.read(vector(n));
        Expr stored = n.dtype().isHalf()
                ? new Expr.Cast(Type.SHORTS, Expr.call(Callee.INTS_TO_SHORTS, value))
                : value;
        code.add(new Stmt.StoreLanes(step.array(n).data(), index(n), stored));
    }
}
