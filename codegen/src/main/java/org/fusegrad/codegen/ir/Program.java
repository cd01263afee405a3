package org.fusegrad.codegen.ir;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The methods of a kernel's class.
 *
 * @param methods in the order they are written
 * @param cases the method that each number runs
 * @param joins whether one takes a row through all steps
 * @param vectorSteps steps that have vectors
 * @param log what passes did, a line for each
 */
public record Program(
        List<Method> methods,
        Map<Integer, String> cases,
        boolean joins,
        int vectorSteps,
        List<String> log) {
    /** Types of its locals and vectors. */
    public Set<Type> types() {
        Set<Type> types = EnumSet.noneOf(Type.class);
        methods.forEach(m -> types(m.body(), types));
        expressions(e -> {
            if (e instanceof Expr.Lanes lanes) {
                types.add(lanes.type());
            } else if (e instanceof Expr.Broadcast broadcast) {
                types.add(broadcast.type());
            } else if (e instanceof Expr.Pinned pinned) {
                types.add(pinned.type());
            } else if (e instanceof Expr.Cast cast) {
                types.add(cast.type());
            }
        });
        return types;
    }

    /** What it calls. */
    public Set<Callee> callees() {
        Set<Callee> callees = EnumSet.noneOf(Callee.class);
        expressions(e -> {
            if (e instanceof Expr.Call call) {
                callees.add(call.callee());
            }
        });
        return callees;
    }

    private void expressions(Consumer<Expr> each) {
        for (Method m : methods) {
            Stmt.rewrite(m.body(), e -> {
                each.accept(e);
                return e;
            });
        }
    }

    private static void types(List<Stmt> body, Set<Type> types) {
        for (Stmt s : body) {
            if (s instanceof Stmt.Let let) {
                types.add(let.type());
            } else if (s instanceof Stmt.Loop loop) {
                types(loop.body(), types);
            } else if (s instanceof Stmt.Scope scope) {
                types(scope.body(), types);
            } else if (s instanceof Stmt.If choice) {
                types(choice.yes(), types);
                types(choice.no(), types);
            }
        }
    }
}
