package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Field;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Local.Fixed;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.graph.Node;

/** The body of a method that takes rows through a step, or each row through one after the other. */
final class Rows {
    private final LoopKernel kernel;
    private final List<StepForm> steps;
    private final RowLocals handed;
    private final PassLog log;
    private final FrameLocals locals = new FrameLocals();

    private Rows(LoopKernel kernel, List<StepForm> steps, PassLog log) {
        this.kernel = kernel;
        this.steps = steps;
        this.log = log;
        this.handed = steps.get(0).isJoined() ? RowLocals.inside(kernel) : RowLocals.NONE;
    }

    /** The statements for all rows of the frame. */
    static List<Stmt> of(LoopKernel kernel, List<StepForm> steps, PassLog log) {
        return new Rows(kernel, steps, log).statements();
    }

    private List<Stmt> statements() {
        steps.forEach(this::fetch);
        List<Stmt> code = new ArrayList<>();
        code.add(new Stmt.Let(Type.INT, Fixed.N, new Expr.Given(Field.N)));
        code.add(new Stmt.Let(Type.INT, Fixed.ROWS, new Expr.Given(Field.ROWS)));
        code.addAll(locals.statements());
        StepForm first = steps.get(0);
        code.addAll(first.isColumns() ? columns(first) : rows());
        return code;
    }

    /** What a step needs before the rows. */
    private void fetch(StepForm step) {
        Sums sums = new Sums(step);
        boolean strided = !step.step().isFull() && !step.isJoined();
        step.constants().forEach(c -> locals.constant(c, kernel.constants().indexOf(c)));
        Stream.of(step.loads(), step.stores())
                .flatMap(List::stream)
                .filter(n -> handed.stores(n) || sums.retries())
                .forEach(n -> locals.array(step.array(n), strided));
        step.reductions().forEach(r -> locals.array(sums.target(r), strided));
        List<Node> ahead = Prefetching.results(step);
        ahead.forEach(n -> locals.array(step.array(n), strided));
        if (!ahead.isEmpty()) {
            log.note(Prefetching.class, "reads the lines of " + ahead.size() + " result(s)");
            locals.gatherer();
        }
    }

    private List<Stmt> rows() {
        List<Stmt> body = new ArrayList<>(handed.declarations(kernel.arrays()));
        if (!body.isEmpty()) {
            log.note(RowLocals.class, "hands on " + body.size() + " value(s)");
        }
        for (StepForm s : steps) {
            List<Stmt> row = row(s);
            body.addAll(steps.size() > 1 ? List.of(new Stmt.Scope(row)) : row);
        }
        body.addAll(locals.advance());
        List<Stmt> code = new ArrayList<>();
        code.add(Lowering.count(Fixed.ROW, below(Fixed.ROW, Fixed.ROWS), body));
        steps.forEach(s -> code.addAll(Prefetching.end(s)));
        return code;
    }

    /** The statements for one row of a step. */
    private List<Stmt> row(StepForm step) {
        Sums sums = new Sums(step);
        Vectorize vectorize = new Vectorize(step);
        List<Stmt> element = handed.instead(Element.of(step));
        List<Stmt> code = new ArrayList<>(vectorize.broadcasts(step.constants()));
        for (Stmt load : handed.instead(Element.uniform(step))) {
            code.add(load);
            Node n = ((Local.Of) ((Stmt.Let) load).local()).node();
            code.addAll(vectorize.broadcasts(List.of(n)));
        }
        code.addAll(sums.start());
        if (step.isVector()) {
            log.note(Vectorize.class, "has " + step.width() + " lanes");
            List<Stmt> loops = VectorLoops.of(step, element, vectorize, log);
            code.addAll(PinClasses.in(loops, step));
            code.add(elements(Optional.empty(), sums.ofElement(element)));
        } else if (step.isJoined()) {
            code.addAll(sums.ofElement(element));
        } else {
            if (sums.usesLanes()) {
                code.add(new Stmt.Do(Expr.call(Callee.CLEAR_LANES)));
            }
            Stmt first = new Stmt.Let(Type.INT, Fixed.I, Expr.of(0));
            code.add(elements(Optional.of(first), sums.ofElement(element)));
        }
        code.addAll(new RowSums(step, locals, handed).statements());
        return code;
    }

    /** The statements for all rows: column by column, or one by one if shorter than a vector. */
    private List<Stmt> columns(StepForm step) {
        List<Stmt> element = Element.of(step);
        log.note(Vectorize.class, "has " + step.width() + " lanes");
        List<Stmt> sweep = ColumnSweep.of(step, element, new Vectorize(step), log);
        List<Stmt> code = new ArrayList<>(PinClasses.in(sweep, step));
        Stmt first = Stmt.set(Expr.read(Fixed.I), Expr.read(Fixed.FROM));
        List<Stmt> row = new ArrayList<>();
        row.add(elements(Optional.of(first), new Sums(step).ofElement(element)));
        row.addAll(locals.advance());
        Expr left = Expr.of(below(Fixed.FROM, Fixed.N), Infix.BOTH, below(Fixed.ROW, Fixed.ROWS));
        code.add(Lowering.count(Fixed.ROW, left, row));
        return code;
    }

    /** The loop over elements up to the end of the row. */
    private static Stmt elements(Optional<Stmt> start, List<Stmt> body) {
        Stmt next = Stmt.add(Expr.read(Fixed.I), Expr.of(1));
        return new Stmt.Loop(start, below(Fixed.I, Fixed.N), next, body);
    }

    private static Expr below(Local position, Local end) {
        return Expr.of(Expr.read(position), Infix.BELOW, Expr.read(end));
    }
}
