package org.fusegrad.codegen.emit;

import java.util.EnumMap;
import java.util.Map;
import org.fusegrad.graph.Op;

/**
 * The Java of every operation on vectors. In the formats {@code a}, {@code b} and {@code c} are
 * operands, {@code x}, {@code y} and {@code z} the same as receivers of a call, {@code vectors} is
 * the class of float vectors and {@code ops} that of the operators.
 */
final class VectorTable {
    private static final Map<Op, String> FORMATS = new EnumMap<>(Op.class);

    static {
        FORMATS.put(Op.NEG, "$x:L.neg()");
        FORMATS.put(Op.ABS, "$x:L.abs()");
        FORMATS.put(Op.SQRT, "$x:L.sqrt()");
        FORMATS.put(Op.RSQRT, "$vectors:T.broadcast(S, 1f).div($x:L.sqrt())");
        FORMATS.put(Op.RECIPROCAL, "$vectors:T.broadcast(S, 1f).div($a:L)");
        FORMATS.put(Op.NOT, "$x:L.not()");
        FORMATS.put(Op.ADD, "$x:L.add($b:L)");
        FORMATS.put(Op.SUB, "$x:L.sub($b:L)");
        FORMATS.put(Op.MUL, "$x:L.mul($b:L)");
        FORMATS.put(Op.DIV, "$x:L.div($b:L)");
        FORMATS.put(Op.MAXIMUM, "$x:L.max($b:L)");
        FORMATS.put(Op.MINIMUM, "$x:L.min($b:L)");
        FORMATS.put(Op.EQ, "$x:L.compare($ops:T.EQ, $b:L)");
        FORMATS.put(Op.NE, "$x:L.compare($ops:T.NE, $b:L)");
        FORMATS.put(Op.LT, "$x:L.compare($ops:T.LT, $b:L)");
        FORMATS.put(Op.LE, "$x:L.compare($ops:T.LE, $b:L)");
        FORMATS.put(Op.AND, "$x:L.and($b:L)");
        FORMATS.put(Op.OR, "$x:L.or($b:L)");
        FORMATS.put(Op.XOR, "$x:L.eq($b:L).not()");
        FORMATS.put(Op.WHERE, "$z:L.blend($b:L, $a:L)");
        FORMATS.put(Op.FMA, "$x:L.fma($b:L, $c:L)");
    }

    private VectorTable() {}

    /** The format of an operation. */
    static String format(Op op) {
        return FORMATS.get(op);
    }
}
