package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Local.Fixed;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.flags.Tuning;
import org.fusegrad.graph.Node;

/**
 * The pass that runs down columns some vectors wide and then one vector wide, and in each through
 * all rows. What rows have in common stays in registers meanwhile. Half precision takes so many
 * operations that JDK 17 makes objects of its vectors in wide columns. The last vector ends with
 * the row: columns that it shares with the one before are computed again. What is left begins at
 * {@code from}: nothing, or all of rows shorter than a vector.
 */
final class ColumnSweep {
    /** Vectors side by side that run down columns: as wide as rows are that do. */
    private static final int ABREAST = Tuning.current().columnUnroll();

    /** Vectors that rows have in common and registers hold, with room for others. */
    private static final int HELD = Tuning.current().held();

    private final StepForm step;
    private final List<Stmt> element;
    private final Vectorize vectorize;
    private final VectorSums sums;

    private ColumnSweep(StepForm step, List<Stmt> element, Vectorize vectorize) {
        this.step = step;
        this.element = element;
        this.vectorize = vectorize;
        this.sums = new VectorSums(step);
    }

    /** The loops over columns of whole vectors. */
    static List<Stmt> of(StepForm step, List<Stmt> element, Vectorize vectorize, PassLog log) {
        ColumnSweep sweep = new ColumnSweep(step, element, vectorize);
        log.note(ColumnSweep.class, "runs down columns of " + sweep.vectors() + " vector(s)");
        return sweep.loops();
    }

    private List<Stmt> loops() {
        List<Stmt> code = new ArrayList<>();
        code.add(new Stmt.Let(Type.INT, Fixed.I, Expr.of(0)));
        int vectors = vectors();
        if (vectors > 1) {
            List<Stmt> wide = column(vectors);
            for (int k = 0; k < vectors; k++) {
                for (Reduction r : step.reductions()) {
                    wide.addAll(ahead(List.of(sums.columnEnd(r, k)), k));
                }
            }
            code.add(VectorLoops.wholeTurns(Optional.empty(), vectors * step.width(), wide));
        }
        code.add(new Stmt.Let(Type.INT, Fixed.FROM, Expr.read(Fixed.I)));
        code.add(lastColumns());
        return code;
    }

    private int vectors() {
        long held = step.reductions().size()
                + step.loads().stream().filter(step::isShared).count();
        return Math.max(1, (int) Math.min(step.isHalf() ? 1 : ABREAST, HELD / held));
    }

    private Stmt lastColumns() {
        Expr from = Expr.read(Fixed.FROM);
        Expr n = Expr.read(Fixed.N);
        Expr width = Expr.of(step.width());
        List<Stmt> body = new ArrayList<>();
        Expr last = Expr.call(Callee.MIN, from, Expr.of(n, Infix.MINUS, width));
        body.add(Stmt.set(Expr.read(Fixed.I), last));
        body.addAll(column(1));
        step.reductions().forEach(r -> body.add(sums.lastColumnEnd(r)));
        return new Stmt.Loop(
                Optional.empty(),
                Expr.of(
                        Expr.of(from, Infix.BELOW, n),
                        Infix.BOTH,
                        Expr.of(n, Infix.AT_LEAST, width)),
                Stmt.add(from, width),
                body);
    }

    private List<Stmt> column(int vectors) {
        List<Node> own = Stream.of(step.loads(), step.stores())
                .flatMap(List::stream)
                .filter(n -> !step.isShared(n))
                .toList();
        List<Stmt> row = new ArrayList<>();
        for (int k = 0; k < vectors; k++) {
            row.add(new Stmt.Scope(ahead(vectorize.apply(element, k, 1), k)));
        }
        own.forEach(n -> row.add(Stmt.add(place(n), step.array(n).local(Role.OVER))));

        List<Stmt> code = new ArrayList<>(vectorize.broadcasts(step.constants()));
        code.addAll(vectorize.constants());
        for (Node n : own) {
            Expr start = Expr.of(step.array(n).at(), Infix.PLUS, Expr.read(Fixed.I));
            code.add(new Stmt.Let(Type.INT, Local.of(n, Role.ROW), start));
        }
        for (int k = 0; k < vectors; k++) {
            List<Stmt> held = new ArrayList<>();
            for (Node n : step.loads()) {
                if (step.isShared(n)) {
                    held.addAll(vectorize.hold(n, k));
                }
            }
            for (Reduction r : step.reductions()) {
                held.add(sums.columnStart(r, k));
            }
            code.addAll(ahead(held, k));
        }
        Expr rows = Expr.read(Fixed.ROWS);
        code.add(Lowering.count(Fixed.ROW, Expr.of(Expr.read(Fixed.ROW), Infix.BELOW, rows), row));
        return code;
    }

    private Expr place(Node n) {
        return step.array(n).local(Role.ROW);
    }

    private List<Stmt> ahead(List<Stmt> body, int vectors) {
        return VectorLoops.ahead(body, vectors * step.width());
    }
}
