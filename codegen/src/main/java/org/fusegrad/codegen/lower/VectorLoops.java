package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Local.Fixed;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.flags.Tuning;

/** The pass that runs whole vectors along a row: unrolled, with what is left after it. */
final class VectorLoops {
    /**
     * Vector operations that may be written out side by side. The JVM's first compiler gives up on
     * methods with many more, and those stay interpreted.
     */
    private static final int UNROLLED = Tuning.current().unroll();

    /**
     * Vector operations up to which a loop that sums is written out twice. Left to itself the
     * compiler of JDK 25 unrolls so short a loop into an order of loads for which memory takes
     * half as long again; loops of more than one operand are no faster for it.
     */
    private static final int WRITTEN_TWICE = Tuning.current().unrollSums();

    private final StepForm step;
    private final List<Stmt> element;
    private final Vectorize vectorize;
    private final VectorSums sums;
    private final int copies;
    private final boolean rotates;

    private VectorLoops(StepForm step, List<Stmt> element, Vectorize vectorize) {
        this.step = step;
        this.element = element;
        this.vectorize = vectorize;
        this.sums = new VectorSums(step);
        this.copies = step.accumulators();
        this.rotates = copies > 1 && step.isJoined() || copies * step.cost() > UNROLLED;
    }

    /** The loop over whole vectors, and what follows it up to the rest of the row. */
    static List<Stmt> of(StepForm step, List<Stmt> element, Vectorize vectorize, PassLog log) {
        return new VectorLoops(step, element, vectorize).loops(log);
    }

    private List<Stmt> loops(PassLog log) {
        List<Stmt> loops = new ArrayList<>();
        int unrolled = rotates ? 1 : copies;
        boolean twice = !step.isJoined()
                && step.sumsAlongRow()
                && 2 * unrolled * step.cost() <= WRITTEN_TWICE;
        int vectors = twice ? 2 * unrolled : unrolled;
        log.note(
                VectorLoops.class,
                "takes " + vectors + " vector(s) a turn, " + copies + " accumulator(s) a sum"
                        + (rotates ? ", which change places" : "")
                        + (endsWithRow() ? ", the last vector again to the row's end" : ""));
        List<Stmt> turn = new ArrayList<>();
        for (int k = 0; k < vectors; k++) {
            turn.add(block(k % unrolled, k, rotates ? copies : 1));
        }
        loops.add(wholeTurns(Optional.empty(), vectors * step.width(), turn));
        if (twice) {
            loops.add(remainder(0, unrolled));
        }
        for (int k = 0; k + 1 < unrolled; k++) {
            loops.add(remainder(k, k + 1));
        }
        if (endsWithRow()) {
            loops.add(lastVector());
        }
        List<Stmt> code = new ArrayList<>(vectorize.constants());
        code.add(new Stmt.Let(Type.INT, Fixed.I, Expr.of(0)));
        along().forEach(r -> code.addAll(VectorSums.start(r, copies)));
        code.addAll(loops);
        along().forEach(r -> code.addAll(sums.drain(r, copies, rotates)));
        return code;
    }

    private List<Reduction> along() {
        return step.reductions().stream().filter(r -> r.mode() == Mode.ROW).toList();
    }

    /** A loop that goes on as long as the row has so many elements. */
    static Stmt wholeTurns(Optional<Stmt> before, int elements, List<Stmt> body) {
        Expr i = Expr.read(Fixed.I);
        Expr last = Expr.of(Expr.read(Fixed.N), Infix.MINUS, Expr.of(elements));
        return new Stmt.Loop(
                Optional.of(before.orElse(new Stmt.Let(Type.INT, Fixed.END, last))),
                Expr.of(i, Infix.AT_MOST, Expr.read(Fixed.END)),
                Stmt.add(i, Expr.of(elements)),
                body);
    }

    /** If the row still has so many vectors. */
    private Stmt remainder(int from, int to) {
        Expr i = Expr.read(Fixed.I);
        Expr elements = Expr.of(step.width() * (to - from));
        List<Stmt> body = new ArrayList<>();
        for (int k = from; k < to; k++) {
            body.add(block(k, k - from, 1));
        }
        body.add(Stmt.add(i, elements));
        Expr room = Expr.of(Expr.of(i, Infix.PLUS, elements), Infix.AT_MOST, Expr.read(Fixed.N));
        return new Stmt.If(room, body, List.of());
    }

    /**
     * Whether the last vector ends with the row, so that some elements are computed again: not if
     * they would be added to a sum again.
     */
    private boolean endsWithRow() {
        return step.reductions().isEmpty() && !step.isJoined() && step.mayRepeat();
    }

    private Stmt lastVector() {
        Expr i = Expr.read(Fixed.I);
        Expr n = Expr.read(Fixed.N);
        Expr width = Expr.of(step.width());
        return new Stmt.If(
                Expr.of(Expr.of(i, Infix.BELOW, n), Infix.BOTH, Expr.of(n, Infix.AT_LEAST, width)),
                List.of(
                        Stmt.set(i, Expr.of(n, Infix.MINUS, width)),
                        block(0, 0, 1),
                        Stmt.set(i, n)),
                List.of());
    }

    /** One vector of those that a turn of the loop takes, with what it fetches ahead. */
    private Stmt block(int copy, int vector, int turning) {
        int ahead = vector * step.width();
        List<Stmt> body = new ArrayList<>(Prefetching.lines(step, ahead));
        body.addAll(vectorize.apply(element, copy, turning));
        return new Stmt.Scope(ahead(body, ahead));
    }

    /** The statements for elements that lie further along the row. */
    static List<Stmt> ahead(List<Stmt> body, int elements) {
        return Stmt.rewrite(
                body,
                e -> e instanceof Expr.Index at
                        ? new Expr.Index(at.array(), at.base(), at.along(), at.ahead() + elements)
                        : e);
    }
}
