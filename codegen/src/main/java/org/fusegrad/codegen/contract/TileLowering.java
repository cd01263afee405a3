package org.fusegrad.codegen.contract;

import static org.fusegrad.codegen.contract.TileCode.A;
import static org.fusegrad.codegen.contract.TileCode.B;
import static org.fusegrad.codegen.contract.TileCode.C;
import static org.fusegrad.codegen.contract.TileCode.K;
import static org.fusegrad.codegen.contract.TileCode.P;
import static org.fusegrad.codegen.contract.TileCode.Q;
import static org.fusegrad.codegen.contract.TileCode.add;
import static org.fusegrad.codegen.contract.TileCode.fma;
import static org.fusegrad.codegen.contract.TileCode.given;
import static org.fusegrad.codegen.contract.TileCode.lanes;
import static org.fusegrad.codegen.contract.TileCode.load;
import static org.fusegrad.codegen.contract.TileCode.loop;
import static org.fusegrad.codegen.contract.TileCode.named;
import static org.fusegrad.codegen.contract.TileCode.plus;
import static org.fusegrad.codegen.contract.TileCode.position;
import static org.fusegrad.codegen.contract.TileCode.times;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Field;
import org.fusegrad.codegen.ir.Method;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.lower.OneLane;

/**
 * The loops of tile methods. All sums of a tile are locals; the one loop runs over k, loads the
 * columns' factors, and multiplies them by each row's. Lanes are columns, so every element has a
 * chain of additions of its own in the order of k, and vectors of any width compute the bits of
 * scalar code.
 */
final class TileLowering {
    private static final Expr A_AT = named("aAt");
    private static final Expr B_STEP = named("bStep");

    private final TileSizes sizes;

    TileLowering(TileSizes sizes) {
        this.sizes = sizes;
    }

    /** A product of so many rows with so many vectors of columns. */
    Method tile(String name, int height, int vectors) {
        Expr row = plus(A_AT, times(K, Expr.of(sizes.height())));
        return product(name, height, vectors, Q, line(), row, 1);
    }

    /**
     * The same where the rows are positions, {@link TileSizes#CHANNEL_BLOCK} elements apart, of
     * which each k reads another channel, and the columns are packed.
     */
    Method positions(String name, int height, int vectors) {
        Expr line = new Expr.Element(named("lines"), plus(named("first"), K));
        Expr column = plus(named("bAt"), times(K, Expr.of(sizes.width())));
        Stmt place = position(P, plus(line, A_AT));
        return product(name, height, vectors, column, place, P, TileSizes.CHANNEL_BLOCK);
    }

    private Method product(
            String name, int height, int vectors, Expr column, Stmt place, Expr row, int step) {
        List<Stmt> code = operands();
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < vectors; j++) {
                code.add(lanes(sum(i, j), Expr.call(Callee.ZERO_LANES)));
            }
        }
        List<Stmt> body = new ArrayList<>();
        body.add(place);
        for (int j = 0; j < vectors; j++) {
            body.add(lanes(named("b" + j), load(B, plus(column, lane(j)))));
        }
        for (int i = 0; i < height; i++) {
            Expr element = new Expr.Element(A, plus(row, Expr.of(i * step)));
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

    /** Where the columns' factors of the current k are. */
    private static Stmt line() {
        Expr line = new Expr.Element(named("lines"), plus(named("first"), K));
        return position(Q, plus(line, named("bAt")));
    }

    private List<Stmt> stores(int height, int vectors, boolean add) {
        List<Stmt> code = new ArrayList<>();
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < vectors; j++) {
                Expr total = sum(i, j);
                Expr value = add ? add(load(C, at(i, j)), total) : total;
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
}
