package org.fusegrad.codegen.emit;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/**
 * The Java of every operation on one element; the same arithmetic as the interpreter. In the
 * formats {@code a}, {@code b} and {@code c} are operands, {@code x} is the first as a term that
 * binds strongly, {@code type} the result's type and {@code fn} the class of its functions.
 */
final class ScalarTable {
    private static final Map<Op, Infix> SIGNS = new EnumMap<>(Map.of(
            Op.ADD, Infix.PLUS,
            Op.SUB, Infix.MINUS,
            Op.MUL, Infix.TIMES,
            Op.DIV, Infix.OVER,
            Op.EQ, Infix.EQUAL,
            Op.NE, Infix.UNEQUAL,
            Op.LT, Infix.BELOW,
            Op.LE, Infix.AT_MOST,
            Op.AND, Infix.BITS,
            Op.OR, Infix.ANY_BIT));

    private static final Map<Op, String> FORMATS = new EnumMap<>(Op.class);

    /** Those of int64 that differ. */
    private static final Map<Op, String> WHOLE = Map.of(
            Op.SIGN, "Long.signum($a:L)",
            Op.DIV, "$fn:T.divide($a:L, $b:L)",
            Op.POW, "$fn:T.pow($a:L, $b:L)");

    static {
        SIGNS.put(Op.XOR, Infix.EITHER_BIT);
        FORMATS.put(Op.NEG, "-$x:L");
        FORMATS.put(Op.ABS, "Math.abs($a:L)");
        FORMATS.put(Op.SIGN, "Math.signum($a:L)");
        FORMATS.put(Op.FLOOR, "($type:L) Math.floor($a:L)");
        FORMATS.put(Op.CEIL, "($type:L) Math.ceil($a:L)");
        FORMATS.put(Op.ROUND, "($type:L) Math.rint($a:L)");
        FORMATS.put(Op.SQRT, "($type:L) Math.sqrt($a:L)");
        FORMATS.put(Op.RSQRT, "1 / ($type:L) Math.sqrt($a:L)");
        FORMATS.put(Op.RECIPROCAL, "1 / $x:L");
        for (Op op : List.of(
                Op.EXP, Op.EXPM1, Op.LOG, Op.LOG1P, Op.TANH, Op.SIGMOID, Op.ERF, Op.SIN, Op.COS)) {
            FORMATS.put(op, "$fn:T." + op + "($a:L)");
        }
        FORMATS.put(Op.ATAN, "($type:L) StrictMath.atan($a:L)");
        FORMATS.put(Op.NOT, "!$x:L");
        FORMATS.put(Op.POW, "$fn:T.pow($a:L, $b:L)");
        FORMATS.put(Op.MAXIMUM, "Math.max($a:L, $b:L)");
        FORMATS.put(Op.MINIMUM, "Math.min($a:L, $b:L)");
        FORMATS.put(Op.WHERE, "$x:L ? $b:L : $c:L");
        FORMATS.put(Op.FMA, "Math.fma($a:L, $b:L, $c:L)");
    }

    private ScalarTable() {}

    /** Whether an element-wise operation has an entry; there is no fma of int64. */
    static boolean covers(Node node) {
        boolean entry =
                node.is(Op.CAST) || SIGNS.containsKey(node.op()) || FORMATS.containsKey(node.op());
        return entry && !(node.dtype() == DType.INT64 && node.is(Op.FMA));
    }

    /** The operator that an operation is; null if it has a format. */
    static Infix sign(Op op, Type type) {
        return type == Type.LONG && WHOLE.containsKey(op) ? null : SIGNS.get(op);
    }

    /** The format of an operation that is no operator. */
    static String format(Op op, Type type) {
        String whole = type == Type.LONG ? WHOLE.get(op) : null;
        return whole != null ? whole : FORMATS.get(op);
    }

    /** Whether a format is one term that needs no parentheses around it. */
    static boolean isTerm(Op op) {
        String format = FORMATS.get(op);
        return format != null && (format.startsWith("Math.") || format.startsWith("$fn"));
    }
}
