package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;

/** The pass that makes statements of float vectors those of single elements, for scalar code. */
public final class OneLane {
    private OneLane() {}

    /** The statements without vectors. */
    public static List<Stmt> of(List<Stmt> body) {
        List<Stmt> code = new ArrayList<>();
        for (Stmt s : body) {
            code.add(of(s));
        }
        return code;
    }

    private static Stmt of(Stmt s) {
        if (s instanceof Stmt.Loop loop) {
            return new Stmt.Loop(loop.start(), loop.condition(), loop.step(), of(loop.body()));
        } else if (s instanceof Stmt.If choice) {
            return new Stmt.If(choice.condition(), of(choice.yes()), of(choice.no()));
        } else if (s instanceof Stmt.Let let && let.type() == Type.FLOATS) {
            return new Stmt.Let(Type.FLOAT, let.local(), element(let.value()));
        } else if (s instanceof Stmt.StoreLanes store) {
            Expr place = new Expr.Element(store.array(), store.index());
            return Stmt.set(place, element(store.value()));
        }
        return s.rewrite(OneLane::part);
    }

    private static Expr element(Expr lanes) {
        return lanes.rewrite(OneLane::part);
    }

    private static Expr part(Expr e) {
        if (e instanceof Expr.Lanes lanes) {
            return new Expr.Element(lanes.array(), lanes.index());
        } else if (e instanceof Expr.Broadcast broadcast) {
            return broadcast.value();
        } else if (e instanceof Expr.Computed x && x.type() == Type.FLOATS) {
            return new Expr.Computed(x.op(), Type.FLOAT, x.operands());
        } else if (e instanceof Expr.Call call && call.callee() == Callee.ZERO_LANES) {
            return new Expr.Literal("0f");
        }
        return e;
    }
}
