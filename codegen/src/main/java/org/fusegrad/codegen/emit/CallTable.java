package org.fusegrad.codegen.emit;

import java.util.EnumMap;
import java.util.Map;
import org.fusegrad.codegen.ir.Callee;

/** The Java of every call, in the formats of {@link VectorTable}. */
final class CallTable {
    private static final Map<Callee, String> FORMATS = new EnumMap<>(Callee.class);

    static {
        FORMATS.put(Callee.CLEAR_LANES, "f.clear()");
        FORMATS.put(Callee.SUM_LANES, "f.sum($a:L)");
        FORMATS.put(Callee.SUM_WIDE_LANES, "f.wideSum($a:L)");
        FORMATS.put(Callee.OR_ELSE, "$frame:T.orElse($a:L, $b:L)");
        FORMATS.put(Callee.TREE, "tree(f, $a:L)");
        FORMATS.put(Callee.TREES, "trees(f, $a:L)");
        FORMATS.put(Callee.MIN, "Math.min($a:L, $b:L)");
        FORMATS.put(Callee.FLOAT_BITS, "Float.floatToRawIntBits($a:L)");
        FORMATS.put(Callee.COPY_ARRAY, "System.arraycopy($a:L, $b:L, $c:L, $d:L, $e:L)");
        FORMATS.put(Callee.FROM_BFLOAT16, "$half:T.fromBfloat16($a:L)");
        FORMATS.put(Callee.FROM_FLOAT16, "$half:T.fromFloat16($a:L)");
        FORMATS.put(Callee.TO_BFLOAT16, "$half:T.toBfloat16($a:L)");
        FORMATS.put(Callee.TO_FLOAT16, "$half:T.toFloat16($a:L)");
        FORMATS.put(Callee.FLOATS_AS_BITS, "$x:L.reinterpretAsInts()");
        FORMATS.put(Callee.BITS_AS_FLOATS, "$x:L.reinterpretAsFloats()");
        FORMATS.put(Callee.INTS_TO_FLOATS, "$x:L.convert($ops:T.I2F, 0)");
        FORMATS.put(Callee.SHORTS_TO_INTS, "$x:L.convertShape($ops:T.S2I, I, 0)");
        FORMATS.put(Callee.INTS_TO_SHORTS, "$x:L.convertShape($ops:T.I2S, H, 0)");
        FORMATS.put(Callee.SHIFT_LEFT, "$x:L.lanewise($ops:T.LSHL, $b:L)");
        FORMATS.put(Callee.SHIFT_RIGHT, "$x:L.lanewise($ops:T.ASHR, $b:L)");
        FORMATS.put(Callee.GREATEST_LANE, "$x:L.reduceLanes($ops:T.MAX)");
        FORMATS.put(Callee.LEAST_LANE, "$x:L.reduceLanes($ops:T.MIN)");
        FORMATS.put(Callee.ZERO_LANES, "$vectors:T.zero(S)");
    }

    private CallTable() {}

    /** The format of a call. */
    static String format(Callee callee) {
        return FORMATS.get(callee);
    }
}
