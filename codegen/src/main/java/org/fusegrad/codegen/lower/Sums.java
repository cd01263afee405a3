package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.ir.Array;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Field;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/** The accumulators of a step's reductions, and the additions of one element. */
final class Sums {
    private static final int LANES = Frame.LANES;

    private final StepForm step;
    private final boolean exact;
    private final Map<Node, Integer> numbers = new IdentityHashMap<>();

    Sums(StepForm step) {
        this.step = step;
        this.exact = step.form().isExact();
        // The first are those that a call takes the trees of.
        step.step().reductions().stream()
                .sorted(Comparator.comparing(r -> !isLaneSum(r)))
                .forEach(r -> numbers.put(r.node(), numbers.size()));
    }

    /** The array that a reduction adds to. */
    Array target(Reduction r) {
        return r.mode() == Mode.COLUMN && !exact
                ? new Array(r.node(), r.partial(), DType.FLOAT32)
                : step.array(r.node());
    }

    /** The result of a reduction along the row. */
    Expr result(Reduction r) {
        return StepForm.rowElement(step.array(r.node()));
    }

    /** The local that holds the sum of a row. */
    static Local sum(Reduction r) {
        return Local.of(r.node(), Role.SUM);
    }

    /** Its number among the sums of the frame. */
    int number(Reduction r) {
        return numbers.get(r.node());
    }

    /** What is started before a row. */
    List<Stmt> start() {
        List<Stmt> code = new ArrayList<>();
        for (Reduction r : step.reductions()) {
            if (r.mode() == Mode.ROW && !stands(r) && inLocal(r)) {
                Expr start = r.isSum() ? Expr.of(0) : result(r);
                Type type = exact && r.isSum() ? Type.DOUBLE : Type.of(r.node().dtype());
                code.add(new Stmt.Let(type, sum(r), start));
            }
        }
        return code;
    }

    /** Whether a reduction along the row has one accumulator, and no lanes. */
    private boolean inLocal(Reduction r) {
        return !r.isSum() || exact || r.termType() == DType.INT64;
    }

    /** Whether scalar code adds to lanes, which have to be cleared before. */
    boolean usesLanes() {
        return step.reductions().stream().anyMatch(r -> r.mode() == Mode.ROW && !inLocal(r));
    }

    /** The statements with the additions of one element in the place of what they stand for. */
    List<Stmt> ofElement(List<Stmt> body) {
        List<Stmt> code = new ArrayList<>();
        for (Stmt s : body) {
            if (!(s instanceof Stmt.Accumulate add)) {
                code.add(s);
            } else if (!stands(add.reduction())) {
                code.add(addition(add.reduction(), add.terms()));
            }
        }
        return code;
    }

    private Stmt addition(Reduction r, List<Expr> terms) {
        Expr target = r.mode() != Mode.ROW
                ? step.element(target(r))
                : inLocal(r) ? Expr.read(sum(r)) : lane(r);
        return Stmt.set(target, added(r, target, terms));
    }

    private Expr added(Reduction r, Expr target, List<Expr> terms) {
        Type type = Type.of(r.node().dtype());
        if (!r.isSum()) {
            return Expr.computed(extremum(r), type, target, terms.get(0));
        } else if (terms.size() == 1) {
            return Expr.of(target, Infix.PLUS, terms.get(0));
        } else if (r.termType() == DType.INT64) {
            return Expr.of(target, Infix.PLUS, Expr.of(terms.get(0), Infix.TIMES, terms.get(1)));
        }
        boolean wide = exact || r.node().dtype() == DType.FLOAT64 && r.mode() == Mode.DIRECT;
        List<Expr> factors = wide
                ? terms.stream().map(t -> (Expr) new Expr.Cast(Type.DOUBLE, t)).toList()
                : terms;
        return Expr.computed(Op.FMA, type, factors.get(0), factors.get(1), target);
    }

    /** The operation of two values whose repetition takes the greatest or least. */
    static Op extremum(Reduction r) {
        return r.node().is(Op.MAX) ? Op.MAXIMUM : Op.MINIMUM;
    }

    /** Where the lanes of a float32 sum start. */
    int lanesFrom(Reduction r) {
        return Frame.LEAD + number(r) * LANES;
    }

    private Expr lane(Reduction r) {
        boolean wide = r.termType() == DType.FLOAT64;
        int lanes = wide ? LANES / 2 : LANES;
        Expr from = Expr.of(wide ? number(r) * lanes : lanesFrom(r));
        Expr lane = Expr.of(Expr.read(Local.Fixed.I), Infix.BITS, Expr.of(lanes - 1));
        return new Expr.Element(
                new Expr.Given(wide ? Field.WIDE_LANES : Field.LANES),
                Expr.of(from, Infix.PLUS, lane));
    }

    /** A float32 sum along the row, whose lanes may overflow. */
    static boolean isLaneSum(Reduction r) {
        return r.mode() == Mode.ROW && r.isSum() && r.termType() == DType.FLOAT32;
    }

    /** A float64 sum along the row. */
    static boolean isWideSum(Reduction r) {
        return r.mode() == Mode.ROW && r.isSum() && r.termType() == DType.FLOAT64;
    }

    /** Whether the sum of the first form stands: what lanes of float64 added has not overflowed. */
    boolean stands(Reduction r) {
        return exact && isWideSum(r);
    }

    /** Whether sums of float32 along the row may have to be taken again. */
    boolean retries() {
        return !exact && step.step().reductions().stream().anyMatch(Sums::isLaneSum);
    }

    /** Whether it has sums along the row, which may overflow, and others, added as they come. */
    boolean isMixed() {
        return step.step().reductions().stream().anyMatch(Sums::isLaneSum)
                && step.step().reductions().stream().anyMatch(r -> r.mode() != Mode.ROW);
    }

    /** Whether the step needs its exact form too. */
    boolean needsExact() {
        return step.step().reductions().stream()
                .anyMatch(
                        r -> r.isSum() && r.termType() == DType.FLOAT32 && r.mode() != Mode.DIRECT);
    }
}
