package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Field;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Local.Fixed;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.graph.Op;

/** Vectors that reductions accumulate in: how they begin, change places, and end. */
final class VectorSums {
    private final StepForm step;
    private final Sums sums;

    VectorSums(StepForm step) {
        this.step = step;
        this.sums = new Sums(step);
    }

    /** One of the vectors that hold the lanes of a reduction. */
    static Local accumulator(Reduction r, int copy) {
        return new Local.Of(r.node(), Role.ACCUMULATOR, copy);
    }

    /** The accumulators of a reduction along the row. */
    static List<Stmt> start(Reduction r, int copies) {
        Expr first = r.isSum() ? new Expr.Literal("0f") : Expr.read(Sums.sum(r));
        List<Stmt> code = new ArrayList<>();
        for (int k = 0; k < copies; k++) {
            Expr lanes = new Expr.Broadcast(Type.FLOATS, first);
            code.add(new Stmt.Let(Type.FLOATS, accumulator(r, k), lanes));
        }
        return code;
    }

    /** Sets an accumulator, or moves all of them one place on. */
    static List<Stmt> turn(Reduction r, Expr before, Expr sum, int turning) {
        if (turning == 1) {
            return List.of(Stmt.set(before, sum));
        }
        List<Stmt> code = new ArrayList<>();
        Local pending = Local.of(r.node(), Role.PENDING);
        code.add(new Stmt.Let(Type.FLOATS, pending, sum));
        for (int k = 0; k + 1 < turning; k++) {
            code.add(Stmt.set(Expr.read(accumulator(r, k)), Expr.read(accumulator(r, k + 1))));
        }
        code.add(Stmt.set(Expr.read(accumulator(r, turning - 1)), Expr.read(pending)));
        return code;
    }

    /**
     * Hands the lanes over to the scalar rest of the row.
     *
     * @param turned whether the accumulators changed places with each vector
     */
    List<Stmt> drain(Reduction r, int copies, boolean turned) {
        List<Stmt> code = new ArrayList<>();
        for (int k = 0; k < copies; k++) {
            Expr lanes = Expr.read(accumulator(r, k));
            if (r.isSum()) {
                Expr group = Expr.of(k * step.width());
                Expr moved = Expr.of(
                        Expr.of(Expr.read(Fixed.I), Infix.PLUS, group),
                        Infix.BITS,
                        Expr.of(Frame.LANES - 1));
                Expr at = Expr.of(Expr.of(sums.lanesFrom(r)), Infix.PLUS, turned ? moved : group);
                code.add(new Stmt.StoreLanes(new Expr.Given(Field.LANES), at, lanes));
            } else {
                Op op = Sums.extremum(r);
                Callee lane = op == Op.MAXIMUM ? Callee.GREATEST_LANE : Callee.LEAST_LANE;
                Expr sum = Expr.read(Sums.sum(r));
                code.add(Stmt.set(sum, Expr.computed(op, Type.FLOAT, sum, Expr.call(lane, lanes))));
            }
        }
        return code;
    }

    /** The sums of a column so far. */
    Stmt columnStart(Reduction r, int copy) {
        Expr lanes = new Expr.Lanes(Type.FLOATS, sums.target(r).data(), step.index(sums.target(r)));
        return new Stmt.Let(Type.FLOATS, accumulator(r, copy), lanes);
    }

    /** The sums of a column with all rows. */
    Stmt columnEnd(Reduction r, int copy) {
        return new Stmt.StoreLanes(
                sums.target(r).data(), step.index(sums.target(r)), Expr.read(accumulator(r, copy)));
    }

    /** The same of a vector that ends with the row: sums that it shares with others are done. */
    Stmt lastColumnEnd(Reduction r) {
        Expr i = Expr.read(Fixed.I);
        Expr from = Expr.read(Fixed.FROM);
        Expr lanes = new Expr.Given(Field.LANES);
        Expr lead = Expr.of(Frame.LEAD);
        Expr copy = Expr.call(
                Callee.COPY_ARRAY,
                lanes,
                Expr.of(Expr.of(lead, Infix.PLUS, from), Infix.MINUS, i),
                sums.target(r).data(),
                Expr.of(sums.target(r).at(), Infix.PLUS, from),
                Expr.of(Expr.read(Fixed.N), Infix.MINUS, from));
        return new Stmt.If(
                Expr.of(i, Infix.EQUAL, from),
                List.of(columnEnd(r, 0)),
                List.of(
                        new Stmt.StoreLanes(lanes, lead, Expr.read(accumulator(r, 0))),
                        new Stmt.Do(copy)));
    }
}
