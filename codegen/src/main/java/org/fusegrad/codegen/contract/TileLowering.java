package org.fusegrad.codegen.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Field;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Method;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.lower.OneLane;
import org.fusegrad.graph.Op;

/**
 * The loops of tile methods. All sums of a tile are locals; the one loop runs over k, loads the
 * columns' factors, and multiplies them by each row's. Lanes are columns, so every element has a
 * chain of additions of its own in the order of k, and vectors of any width compute the bits of
 * scalar code.
 */
final class TileLowering {
    private static final Expr A = named("a");
    private static final Expr B = named("b");
    private static final Expr C = named("c");
    private static final Expr K = named("k");
    private static final Expr P = named("p");
    private static final Expr Q = named("q");
    private static final Expr A_AT = named("aAt");
    private static final Expr B_STEP = named("bStep");
    private static final Expr DEPTH = named("depth");

    private final TileSizes sizes;

    TileLowering(TileSizes sizes) {
        this.sizes = sizes;
    }

    /** A product of so many rows with so many vectors of columns. */
    Method tile(String name, int height, int vectors) {
        List<Stmt> code = operands();
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < vectors; j++) {
                code.add(lanes(sum(i, j), Expr.call(Callee.ZERO_LANES)));
            }
        }
        List<Stmt> body = new ArrayList<>();
        body.add(line());
        for (int j = 0; j < vectors; j++) {
            body.add(lanes(named("b" + j), load(B, plus(Q, lane(j)))));
        }
        for (int i = 0; i < height; i++) {
            Expr at = plus(plus(A_AT, times(K, Expr.of(sizes.height()))), Expr.of(i));
            Expr element = new Expr.Element(A, at);
            body.add(lanes(named("a" + i), new Expr.Broadcast(Type.FLOATS, element)));
            for (int j = 0; j < vectors; j++) {
                body.add(Stmt.set(sum(i, j), fma(named("a" + i), named("b" + j), sum(i, j))));
            }
        }
        code.add(loop(body));
        code.add(new Stmt.If(
                new Expr.Given(Field.TILE_ADD),
                stores(height, vectors, true),
                stores(height, vectors, false)));
        return method(name, code);
    }

    /**
     * Sums over k of products of channels: lanes are channels, and each has a factor of its own for
     * every tap, so this is no product of matrices.
     */
    Method channels(String name, int taps) {
        List<Stmt> code = operands();
        code.add(given("aStep", Type.INT, Field.TILE_A_STEP));
        code.add(given("bStep", Type.INT, Field.TILE_B_STEP));
        int vectors = sizes.vectors();
        for (int i = 0; i < taps; i++) {
            for (int j = 0; j < vectors; j++) {
                code.add(lanes(sum(i, j), load(C, at(i, j))));
            }
        }
        List<Stmt> body = new ArrayList<>();
        body.add(position(P, plus(A_AT, times(K, named("aStep")))));
        body.add(line());
        for (int j = 0; j < vectors; j++) {
            body.add(lanes(named("a" + j), load(A, plus(P, lane(j)))));
        }
        for (int i = 0; i < taps; i++) {
            for (int j = 0; j < vectors; j++) {
                Expr at = plus(plus(Q, times(Expr.of(i), B_STEP)), lane(j));
                body.add(Stmt.set(sum(i, j), fma(named("a" + j), load(B, at), sum(i, j))));
            }
        }
        code.add(loop(body));
        code.addAll(stores(taps, vectors, false));
        return method(name, code);
    }

    private Method method(String name, List<Stmt> code) {
        return new Method(name, List.of(), sizes.lanes() > 1 ? code : OneLane.of(code));
    }

    private static List<Stmt> operands() {
        return new ArrayList<>(List.of(
                given("a", Type.FLOAT_ARRAY, Field.TILE_A),
                given("b", Type.FLOAT_ARRAY, Field.TILE_B),
                given("c", Type.FLOAT_ARRAY, Field.TILE_C),
                given("lines", Type.INT_ARRAY, Field.TILE_LINES),
                given("aAt", Type.INT, Field.TILE_A_AT),
                given("bAt", Type.INT, Field.TILE_B_AT),
                given("first", Type.INT, Field.TILE_FIRST),
                given("depth", Type.INT, Field.TILE_DEPTH)));
    }

    private static Stmt given(String name, Type type, Field field) {
        return new Stmt.Let(type, new Local.Named(name), new Expr.Given(field));
    }

    /** Where the columns' factors of the current k are. */
    private static Stmt line() {
        Expr line = new Expr.Element(named("lines"), plus(named("first"), K));
        return position(Q, plus(line, named("bAt")));
    }

    private static Stmt loop(List<Stmt> body) {
        return new Stmt.Loop(
                Optional.of(position(K, Expr.of(0))),
                Expr.of(K, Infix.BELOW, DEPTH),
                Stmt.add(K, Expr.of(1)),
                body);
    }

    private List<Stmt> stores(int height, int vectors, boolean add) {
        List<Stmt> code = new ArrayList<>();
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < vectors; j++) {
                Expr total = sum(i, j);
                Expr value =
                        add ? Expr.computed(Op.ADD, Type.FLOATS, load(C, at(i, j)), total) : total;
                code.add(new Stmt.StoreLanes(C, at(i, j), value));
            }
        }
        return code;
    }

    /** Where the sums of a row and a vector of columns go. */
    private Expr at(int row, int vector) {
        Expr down = times(Expr.of(row), new Expr.Given(Field.TILE_C_STEP));
        return plus(plus(new Expr.Given(Field.TILE_C_AT), down), lane(vector));
    }

    private Expr lane(int vector) {
        return Expr.of(vector * sizes.lanes());
    }

    private static Expr sum(int row, int vector) {
        return named("s" + row + "_" + vector);
    }

    private static Expr named(String name) {
        return Expr.read(new Local.Named(name));
    }

    private static Stmt lanes(Expr local, Expr value) {
        return new Stmt.Let(Type.FLOATS, ((Expr.Read) local).local(), value);
    }

    private static Stmt position(Expr local, Expr value) {
        return new Stmt.Let(Type.INT, ((Expr.Read) local).local(), value);
    }

    private static Expr load(Expr array, Expr at) {
        return new Expr.Lanes(Type.FLOATS, array, at);
    }

    private static Expr fma(Expr x, Expr y, Expr z) {
        return Expr.computed(Op.FMA, Type.FLOATS, x, y, z);
    }

    private static Expr plus(Expr left, Expr right) {
        return Expr.of(left, Infix.PLUS, right);
    }

    private static Expr times(Expr left, Expr right) {
        return Expr.of(left, Infix.TIMES, right);
    }
}
