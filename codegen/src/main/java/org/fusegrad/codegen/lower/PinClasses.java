package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;

/**
 * The pass that names the class of a vector where the JVM may have lost it, for of a vector whose
 * class it does not know it makes an object: of accumulators, which went around a loop; of what is
 * stored after a function or another loop; of conversions between shapes; and in a method of
 * several steps of all that comparisons may have chosen.
 */
final class PinClasses {
    private final StepForm step;

    private PinClasses(StepForm step) {
        this.step = step;
    }

    /** The statements with the classes of their vectors. */
    static List<Stmt> in(List<Stmt> body, StepForm step) {
        return new PinClasses(step).all(body);
    }

    private List<Stmt> all(List<Stmt> body) {
        List<Stmt> code = new ArrayList<>();
        for (Stmt s : body) {
            if (s instanceof Stmt.Loop loop) {
                code.add(new Stmt.Loop(
                        loop.start(), loop.condition(), loop.step(), all(loop.body())));
            } else if (s instanceof Stmt.Scope scope) {
                code.add(new Stmt.Scope(all(scope.body())));
            } else if (s instanceof Stmt.If choice) {
                code.add(new Stmt.If(choice.condition(), all(choice.yes()), all(choice.no())));
            } else {
                code.add(one(s.rewrite(PinClasses::operands)));
            }
        }
        return code;
    }

    private Stmt one(Stmt s) {
        if (s instanceof Stmt.StoreLanes store && isLost(store.value())) {
            Expr value = new Expr.Pinned(Type.FLOATS, store.value());
            return new Stmt.StoreLanes(store.array(), store.index(), value);
        }
        boolean chosen = s instanceof Stmt.Let let
                && step.isJoined()
                && step.hasMasks()
                && let.type() == Type.FLOATS
                && let.local() instanceof Local.Of of
                && step.body().contains(of.node());
        if (chosen) {
            Stmt.Let let = (Stmt.Let) s;
            return new Stmt.Let(let.type(), let.local(), new Expr.Pinned(Type.FLOATS, let.value()));
        }
        return s;
    }

    private boolean isLost(Expr value) {
        boolean local = value instanceof Expr.Read;
        return isAccumulator(value)
                || local && step.hasFunctions()
                || step.isJoined() && (local || value instanceof Expr.Computed);
    }

    private static Expr operands(Expr e) {
        if (e instanceof Expr.Call call && call.callee() == Callee.SHORTS_TO_INTS) {
            return new Expr.Pinned(Type.INTS, e);
        } else if (e instanceof Expr.Call call && call.callee() == Callee.BITS_AS_FLOATS) {
            return new Expr.Pinned(Type.FLOATS, e);
        } else if (e instanceof Expr.Computed || e instanceof Expr.Call) {
            return e.of(e.operands().stream().map(PinClasses::accumulator).toList());
        } else if (e instanceof Expr.Lanes lanes && lanes.type() == Type.SHORTS) {
            return new Expr.Pinned(Type.SHORTS, e);
        }
        return e;
    }

    private static Expr accumulator(Expr e) {
        return isAccumulator(e) ? new Expr.Pinned(Type.FLOATS, e) : e;
    }

    private static boolean isAccumulator(Expr e) {
        return e instanceof Expr.Read read
                && read.local() instanceof Local.Of of
                && of.role() == Role.ACCUMULATOR;
    }
}
