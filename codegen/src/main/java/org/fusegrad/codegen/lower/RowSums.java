package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Field;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/**
 * The statements after the loop over a row: the trees over the lanes of its sums, the second try of
 * a sum that overflowed float32, and where the results go.
 */
final class RowSums {
    private final StepForm step;
    private final Sums sums;
    private final FrameLocals locals;
    private final RowLocals handed;

    RowSums(StepForm step, FrameLocals locals, RowLocals handed) {
        this.step = step;
        this.sums = new Sums(step);
        this.locals = locals;
        this.handed = handed;
    }

    /** The statements. */
    List<Stmt> statements() {
        List<Stmt> code = new ArrayList<>();
        if (sums.retries() && step.isVector() && !step.isJoined()) {
            long trees = along().stream().filter(Sums::isLaneSum).count();
            code.add(new Stmt.Do(Expr.call(Callee.TREES, Expr.of((int) trees))));
        }
        for (Reduction r : along()) {
            if (r.isSum() && !step.form().isExact() && r.termType() != DType.INT64) {
                code.add(new Stmt.Let(Type.DOUBLE, Sums.sum(r), overLanes(r)));
            }
        }
        List<Stmt> results = results();
        if (sums.retries()) {
            Expr finite = Expr.computed(Op.NOT, Type.BOOLEAN, finite());
            code.add(new Stmt.If(finite, again(), results));
        } else {
            code.addAll(results);
        }
        return code;
    }

    private List<Reduction> along() {
        return step.step().reductions().stream()
                .filter(r -> r.mode() == Mode.ROW)
                .toList();
    }

    /** The sum over the lanes of a row, where a step of its own has taken all trees before. */
    private Expr overLanes(Reduction r) {
        int number = sums.number(r);
        Expr lanes = Expr.of(sums.lanesFrom(r));
        if (Sums.isWideSum(r)) {
            return Expr.call(Callee.SUM_WIDE_LANES, Expr.of(number * Frame.LANES / 2));
        } else if (!step.isVector()) {
            return Expr.call(Callee.SUM_LANES, lanes);
        }
        return step.isJoined() ? Expr.call(Callee.TREE, lanes) : Expr.slot(Field.SUMS, number);
    }

    /** Adds the row's sums to where they go: arrays that start at zero, or the next step. */
    private List<Stmt> results() {
        List<Stmt> code = new ArrayList<>();
        for (Reduction r : along()) {
            Expr total = total(r);
            Expr kept = Expr.read(RowLocals.local(r.node()));
            boolean keeps = handed.keeps(r.node());
            if (keeps) {
                code.add(
                        Stmt.set(kept, r.isSum() ? Expr.of(Expr.of(0), Infix.PLUS, total) : total));
            }
            if (handed.stores(r.node())) {
                boolean adds = r.isSum() && !keeps;
                Expr value = keeps ? kept : total;
                code.add(adds ? Stmt.add(sums.result(r), value) : Stmt.set(sums.result(r), value));
            }
        }
        return code;
    }

    /** The row's sum; in the exact form only what had overflowed is replaced. */
    private Expr total(Reduction r) {
        Expr sum = Expr.read(Sums.sum(r));
        Expr before = Expr.slot(Field.SUMS, sums.number(r));
        return sums.stands(r)
                ? before
                : step.form().isExact() && Sums.isLaneSum(r)
                        ? Expr.call(Callee.OR_ELSE, before, sum)
                        : sum;
    }

    /** A sum that overflowed float32 is taken again in float64, by a method that uses arrays. */
    private List<Stmt> again() {
        List<Stmt> code = new ArrayList<>();
        for (Reduction r : along()) {
            if (Sums.isLaneSum(r) || Sums.isWideSum(r)) {
                code.add(Stmt.set(Expr.slot(Field.SUMS, sums.number(r)), Expr.read(Sums.sum(r))));
            }
        }
        for (Node n : step.loads()) {
            if (!handed.stores(n)) {
                Expr place = StepForm.rowElement(step.array(n));
                code.add(Element.store(place, n, Expr.read(RowLocals.local(n))));
            }
        }
        code.addAll(locals.locate());
        Form form = sums.isMixed() ? Form.RETRY : Form.EXACT;
        code.add(new Stmt.Run(Lowering.name(step.step(), form)));
        for (Reduction r : along()) {
            if (handed.keeps(r.node())) {
                code.add(Stmt.set(Expr.read(RowLocals.local(r.node())), sums.result(r)));
            }
        }
        return code;
    }

    private Expr finite() {
        Expr most = new Expr.Literal("Double.MAX_VALUE");
        Optional<Expr> all = along().stream()
                .filter(Sums::isLaneSum)
                .map(r -> Expr.computed(Op.ABS, Type.DOUBLE, Expr.read(Sums.sum(r))))
                .map(size -> Expr.of(size, Infix.AT_MOST, most))
                .reduce((a, b) -> Expr.of(a, Infix.BOTH, b));
        return all.orElseThrow();
    }
}
