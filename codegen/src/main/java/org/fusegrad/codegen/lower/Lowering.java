package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.fusegrad.codegen.drive.RowProgram;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Method;
import org.fusegrad.codegen.ir.Program;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * The lowering of a kernel to the methods of a class: each of its steps in the forms that it needs,
 * and perhaps one that takes rows through all steps. The passes, in order: {@link Element} writes
 * the statements of one element; {@link RowLocals} hands values on in locals; {@link Vectorize}
 * makes vectors of them, {@link VectorLoops} unrolls these along rows or {@link ColumnSweep} runs
 * them down columns, with {@link Prefetching} beside; {@link PinClasses} names their classes;
 * {@link Sums} places the additions of what remains, and {@link RowSums} ends the row.
 */
public final class Lowering {
    private final LoopKernel kernel;
    private final int width;
    private final List<Method> methods = new ArrayList<>();
    private final Map<Integer, String> cases = new LinkedHashMap<>();
    private final PassLog log = new PassLog();
    private int vectorSteps;

    private Lowering(LoopKernel kernel, int bits) {
        this.kernel = kernel;
        this.width = bits / Float.SIZE;
    }

    /**
     * Lowers a kernel.
     *
     * @param bits of a vector, 0 for scalar code
     */
    public static Program of(LoopKernel kernel, int bits) {
        return new Lowering(kernel, bits).program();
    }

    /** Whether any step has vectors; if none has, all widths have the scalar form. */
    public static boolean suitsVectors(LoopKernel kernel) {
        return kernel.steps().stream()
                .anyMatch(s -> new StepForm(kernel, s, Form.PLAIN, 4).isVector());
    }

    /** Operations that become one expression of vectors, which the printer must know. */
    public static Set<Op> vectorOps() {
        return VectorSupport.OPS;
    }

    private Program program() {
        for (LoopStep step : kernel.steps()) {
            StepForm plain = form(step, Form.PLAIN);
            Sums sums = new Sums(plain);
            vectorSteps += plain.isVector() ? 1 : 0;
            add(plain);
            cases.put(RowProgram.rows(step.number()), name(step, Form.PLAIN));
            if (step.columns() > 0) {
                boolean own = plain.isVector() && plain.mayRepeat();
                if (own) {
                    add(form(step, Form.COLUMNS));
                }
                Form down = own ? Form.COLUMNS : Form.PLAIN;
                cases.put(RowProgram.columns(step.number()), name(step, down));
            }
            if (sums.needsExact()) {
                add(form(step, Form.EXACT));
                cases.put(RowProgram.exact(step.number()), name(step, Form.EXACT));
            }
            if (sums.isMixed()) {
                add(form(step, Form.RETRY));
            }
        }
        boolean joins = kernel.joined().isPresent() && join(kernel.joined().get());
        return new Program(methods, cases, joins, vectorSteps, log.lines());
    }

    /** One method for all steps that a row goes through, if vectors do. */
    private boolean join(LoopStep joined) {
        List<StepForm> steps =
                kernel.inside().stream().map(s -> form(s, Form.JOINED)).toList();
        boolean joins = steps.stream().allMatch(StepForm::joins);
        if (joins) {
            String name = "joined";
            methods.add(method(name, steps));
            cases.put(RowProgram.rows(joined.number()), name);
        }
        return joins;
    }

    private StepForm form(LoopStep step, Form form) {
        return new StepForm(kernel, step, form, form.isExact() ? 1 : width);
    }

    private void add(StepForm step) {
        methods.add(method(name(step.step(), step.form()), List.of(step)));
    }

    private Method method(String name, List<StepForm> steps) {
        List<Node> listing = steps.stream().flatMap(s -> s.computed().stream()).toList();
        log.enter(name);
        return new Method(name, listing, Rows.of(kernel, steps, log));
    }

    /** The name of the method for a step in one of its forms. */
    static String name(LoopStep step, Form form) {
        String name = "step" + step.number();
        return switch (form) {
            case PLAIN, JOINED -> name;
            case COLUMNS -> name + "Columns";
            case EXACT -> name + "Exact";
            case RETRY -> name + "Retry";
        };
    }

    /** A loop that counts from zero. */
    static Stmt count(Local counter, Expr condition, List<Stmt> body) {
        Stmt first = new Stmt.Let(Type.INT, counter, Expr.of(0));
        Stmt next = Stmt.add(Expr.read(counter), Expr.of(1));
        return new Stmt.Loop(Optional.of(first), condition, next, body);
    }
}
