package org.fusegrad.codegen.emit;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/** One element at a time, in plain Java; the same arithmetic as the interpreter. */
final class ScalarLanes implements Lanes {
    static final ScalarLanes INSTANCE = new ScalarLanes();

    /**
     * Patterns where # stands for the class of functions, ? for the type, and 1, 2, 3 for operands.
     */
    private static final Map<Op, String> PATTERNS = new EnumMap<>(Op.class);

    /** Those of int64 that differ; there is no fma of it. */
    private static final Map<Op, String> WHOLE = Map.of(
            Op.SIGN, "Long.signum($1)",
            Op.DIV, "Longs.divide($1, $2)",
            Op.POW, "Longs.pow($1, $2)");

    static {
        put(Op.NEG, "-$1");
        put(Op.ABS, "Math.abs($1)");
        put(Op.SIGN, "Math.signum($1)");
        put(Op.FLOOR, "(?) Math.floor($1)");
        put(Op.CEIL, "(?) Math.ceil($1)");
        put(Op.ROUND, "(?) Math.rint($1)");
        put(Op.SQRT, "(?) Math.sqrt($1)");
        put(Op.RSQRT, "1 / (?) Math.sqrt($1)");
        put(Op.RECIPROCAL, "1 / $1");
        for (Op op : List.of(
                Op.EXP, Op.EXPM1, Op.LOG, Op.LOG1P, Op.TANH, Op.SIGMOID, Op.ERF, Op.SIN, Op.COS)) {
            put(op, "#." + op + "($1)");
        }
        put(Op.ATAN, "(?) StrictMath.atan($1)");
        put(Op.NOT, "!$1");
        put(Op.ADD, "$1 + $2");
        put(Op.SUB, "$1 - $2");
        put(Op.MUL, "$1 * $2");
        put(Op.DIV, "$1 / $2");
        put(Op.POW, "#.pow($1, $2)");
        put(Op.MAXIMUM, "Math.max($1, $2)");
        put(Op.MINIMUM, "Math.min($1, $2)");
        put(Op.EQ, "$1 == $2");
        put(Op.NE, "$1 != $2");
        put(Op.LT, "$1 < $2");
        put(Op.LE, "$1 <= $2");
        put(Op.AND, "$1 & $2");
        put(Op.OR, "$1 | $2");
        put(Op.XOR, "$1 ^ $2");
        put(Op.WHERE, "$1 ? $2 : $3");
        put(Op.FMA, "Math.fma($1, $2, $3)");
    }

    private ScalarLanes() {}

    private static void put(Op op, String pattern) {
        PATTERNS.put(op, pattern);
    }

    /** Whether the table has an entry for an element-wise operation. */
    static boolean covers(Op op) {
        return op == Op.CAST || PATTERNS.containsKey(op);
    }

    @Override
    public boolean supports(Node node) {
        return covers(node.op()) && !(node.dtype() == DType.INT64 && node.is(Op.FMA));
    }

    @Override
    public String type(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "float";
            case FLOAT64 -> "double";
            case INT64 -> "long";
            case BOOL -> "boolean";
            case BFLOAT16, FLOAT16 -> "short";
        };
    }

    @Override
    public String apply(Node node, List<String> operands) {
        if (node.is(Op.CAST)) {
            return cast(operands.get(0), node.input(0).dtype().compute(), node.dtype());
        }
        DType dtype = node.dtype();
        String pattern = PATTERNS.get(node.op());
        String text = (dtype == DType.INT64 ? WHOLE.getOrDefault(node.op(), pattern) : pattern)
                .replace("?", node.is(Op.WHERE) ? "?" : type(dtype))
                .replace("#", dtype == DType.FLOAT64 ? "Doubles" : "Floats");
        for (int i = 0; i < operands.size(); i++) {
            text = text.replace("$" + (i + 1), operands.get(i));
        }
        return text;
    }

    private String cast(String x, DType from, DType to) {
        if (from == DType.BOOL) {
            return to.isHalf()
                    ? store(x + " ? 1f : 0f", to)
                    : "(" + type(to) + ") (" + x + " ? 1 : 0)";
        } else if (to == DType.BOOL) {
            return x + " != 0";
        } else if (to.isHalf()) {
            return store("(float) " + x, to);
        }
        return "(" + type(to) + ") " + x;
    }

    private static String store(String x, DType to) {
        return to == DType.BFLOAT16 ? "Half.toBfloat16(" + x + ")" : "Half.toFloat16(" + x + ")";
    }

    /** A half-precision element as the float it computes as; anything else unchanged. */
    static String widened(String x, DType dtype) {
        return switch (dtype) {
            case BFLOAT16 -> "Half.fromBfloat16(" + x + ")";
            case FLOAT16 -> "Half.fromFloat16(" + x + ")";
            default -> x;
        };
    }

    /** The class of arrays of a type. */
    static String array(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "float[]";
            case FLOAT64 -> "double[]";
            case INT64 -> "long[]";
            case BOOL -> "byte[]";
            case BFLOAT16, FLOAT16 -> "short[]";
        };
    }
}
