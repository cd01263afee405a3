package org.fusegrad.codegen.contract;

import java.util.List;
import java.util.Optional;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Field;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.graph.Op;

/** The words that loops of tiles are written in: locals by name, float vectors and positions. */
final class TileCode {
    static final Expr A = named("a");
    static final Expr B = named("b");
    static final Expr C = named("c");
    static final Expr K = named("k");
    static final Expr P = named("p");
    static final Expr Q = named("q");

    private TileCode() {}

    static Expr named(String name) {
        return Expr.read(new Local.Named(name));
    }

    /** A local for a field of the tile. */
    static Stmt given(String name, Type type, Field field) {
        return new Stmt.Let(type, new Local.Named(name), new Expr.Given(field));
    }

    /** A vector. */
    static Stmt lanes(Expr local, Expr value) {
        return new Stmt.Let(Type.FLOATS, ((Expr.Read) local).local(), value);
    }

    /** A position in an array. */
    static Stmt position(Expr local, Expr value) {
        return new Stmt.Let(Type.INT, ((Expr.Read) local).local(), value);
    }

    /** The one loop of a method: k from 0 to the depth. */
    static Stmt loop(List<Stmt> body) {
        return new Stmt.Loop(
                Optional.of(position(K, Expr.of(0))),
                Expr.of(K, Infix.BELOW, named("depth")),
                Stmt.add(K, Expr.of(1)),
                body);
    }

    static Expr load(Expr array, Expr at) {
        return new Expr.Lanes(Type.FLOATS, array, at);
    }

    static Expr fma(Expr x, Expr y, Expr z) {
        return Expr.computed(Op.FMA, Type.FLOATS, x, y, z);
    }

    static Expr add(Expr x, Expr y) {
        return Expr.computed(Op.ADD, Type.FLOATS, x, y);
    }

    static Expr subtract(Expr x, Expr y) {
        return Expr.computed(Op.SUB, Type.FLOATS, x, y);
    }

    static Expr plus(Expr left, Expr right) {
        return Expr.of(left, Infix.PLUS, right);
    }

    static Expr times(Expr left, Expr right) {
        return Expr.of(left, Infix.TIMES, right);
    }
}
