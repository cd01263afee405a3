package org.fusegrad.codegen.contract;

import static org.fusegrad.codegen.contract.TileCode.A;
import static org.fusegrad.codegen.contract.TileCode.C;
import static org.fusegrad.codegen.contract.TileCode.K;
import static org.fusegrad.codegen.contract.TileCode.P;
import static org.fusegrad.codegen.contract.TileCode.Q;
import static org.fusegrad.codegen.contract.TileCode.add;
import static org.fusegrad.codegen.contract.TileCode.given;
import static org.fusegrad.codegen.contract.TileCode.lanes;
import static org.fusegrad.codegen.contract.TileCode.load;
import static org.fusegrad.codegen.contract.TileCode.loop;
import static org.fusegrad.codegen.contract.TileCode.named;
import static org.fusegrad.codegen.contract.TileCode.plus;
import static org.fusegrad.codegen.contract.TileCode.position;
import static org.fusegrad.codegen.contract.TileCode.subtract;
import static org.fusegrad.codegen.contract.TileCode.times;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Field;
import org.fusegrad.codegen.ir.Method;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.lower.OneLane;

/**
 * The loops of Winograd's transforms, in the order of additions that the interpreter states. Lanes
 * are channels; each turn of the one loop is a tile, or a block of channels of one. Each transform
 * is two methods, as of one with so many operations JDK 17 does not inline all.
 */
final class WinogradLowering {
    private static final Expr STEP = named("step");
    private static final Expr LINE = named("line");

    /** Where results that are not finite leave a trace, a vector at {@code b[bAt]}. */
    private static final Expr TRACE = new Expr.Given(Field.TILE_B);

    private static final Expr TRACE_AT = new Expr.Given(Field.TILE_B_AT);
    private static final Stmt ODD = lanes(named("odd"), load(TRACE, TRACE_AT));
    private static final Stmt KEEP_ODD = new Stmt.StoreLanes(TRACE, TRACE_AT, named("odd"));

    private final TileSizes sizes;

    WinogradLowering(TileSizes sizes) {
        this.sizes = sizes;
    }

    /** Two of the four lines of V = B' d B of some tiles, the first ones or the last. */
    Method source(String name, boolean last) {
        List<Stmt> body = new ArrayList<>();
        int first = last ? 1 : 0;
        for (int j = 0; j < 4; j++) {
            for (int i = first; i < first + 3; i++) {
                Expr at = plus(plus(P, times(Expr.of(i), named("aStep"))), times(Expr.of(j), STEP));
                body.add(lanes(place("d", i, j), load(A, at)));
            }
            for (int i = 2 * first; i < 2 * first + 2; i++) {
                int column = j;
                body.add(lanes(place("t", i, j), source(i, k -> place("d", k, column))));
            }
        }
        for (int i = 2 * first; i < 2 * first + 2; i++) {
            for (int j = 0; j < 4; j++) {
                int row = i;
                Expr at = plus(Q, times(Expr.of(i * 4 + j), LINE));
                body.add(new Stmt.StoreLanes(C, at, source(j, k -> place("t", row, k))));
            }
        }
        return method(name, body, List.of(), List.of());
    }

    /** One line of B' times four places. */
    private static Expr source(int line, Places d) {
        return switch (line) {
            case 0 -> subtract(d.at(0), d.at(2));
            case 1 -> add(d.at(1), d.at(2));
            case 2 -> subtract(d.at(2), d.at(1));
            default -> subtract(d.at(1), d.at(3));
        };
    }

    /** The first or the last line of Y = A' M A of some tiles. */
    Method result(String name, boolean last) {
        List<Stmt> body = new ArrayList<>();
        int line = last ? 1 : 0;
        for (int j = 0; j < 4; j++) {
            for (int i = line; i < line + 3; i++) {
                Expr at = plus(P, times(Expr.of(i * 4 + j), named("aStep")));
                body.add(lanes(place("m", i, j), load(A, at)));
            }
            int column = j;
            body.add(lanes(place("t", line, j), result(line, i -> place("m", i, column))));
        }
        for (int j = 0; j < 2; j++) {
            Expr at = plus(plus(Q, times(Expr.of(line), LINE)), times(Expr.of(j), STEP));
            Expr y = place("y", line, j);
            body.add(lanes(y, result(j, i -> place("t", line, i))));
            body.add(new Stmt.StoreLanes(C, at, y));
            // A finite number less itself is 0, any other NaN, which stays.
            body.add(Stmt.set(named("odd"), add(named("odd"), subtract(y, y))));
        }
        return method(name, body, List.of(ODD), List.of(KEEP_ODD));
    }

    /** One line of A' times four places. */
    private static Expr result(int line, Places m) {
        return line == 0
                ? add(add(m.at(0), m.at(1)), m.at(2))
                : subtract(subtract(m.at(1), m.at(2)), m.at(3));
    }

    /** Locals of four places in a line. */
    @FunctionalInterface
    private interface Places {
        Expr at(int i);
    }

    private Method method(String name, List<Stmt> transform, List<Stmt> before, List<Stmt> after) {
        List<Stmt> code = new ArrayList<>(List.of(
                given("a", Type.FLOAT_ARRAY, Field.TILE_A),
                given("c", Type.FLOAT_ARRAY, Field.TILE_C),
                given("aAt", Type.INT, Field.TILE_A_AT),
                given("cAt", Type.INT, Field.TILE_C_AT),
                given("aStep", Type.INT, Field.TILE_A_STEP),
                given("step", Type.INT, Field.TILE_B_STEP),
                given("line", Type.INT, Field.TILE_C_STEP),
                given("aOver", Type.INT, Field.TILE_A_OVER),
                given("cOver", Type.INT, Field.TILE_C_OVER),
                given("depth", Type.INT, Field.TILE_DEPTH)));
        List<Stmt> body = new ArrayList<>();
        body.add(position(P, plus(named("aAt"), times(K, named("aOver")))));
        body.add(position(Q, plus(named("cAt"), times(K, named("cOver")))));
        body.addAll(transform);
        code.addAll(before);
        code.add(loop(body));
        code.addAll(after);
        return new Method(name, List.of(), sizes.lanes() > 1 ? code : OneLane.of(code));
    }

    private static Expr place(String name, int row, int column) {
        return named(name + row + column);
    }
}
