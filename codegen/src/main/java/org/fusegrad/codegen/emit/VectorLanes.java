package org.fusegrad.codegen.emit;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/**
 * A vector of float32 elements through the Vector API. Only operations whose lanes round exactly as
 * the scalar ones are here, so that a kernel may switch between the two unnoticed; a step that
 * needs any other is emitted in scalar lanes. Comparisons are masks. What takes several statements
 * is in {@link VectorFunctions}.
 */
final class VectorLanes implements Lanes {
    static final VectorLanes INSTANCE = new VectorLanes();

    private static final Map<Op, String> PATTERNS = new EnumMap<>(Op.class);

    static {
        put(Op.NEG, "$1.neg()");
        put(Op.ABS, "$1.abs()");
        put(Op.SQRT, "$1.sqrt()");
        put(Op.RSQRT, "FloatVector.broadcast(S, 1f).div($1.sqrt())");
        put(Op.RECIPROCAL, "FloatVector.broadcast(S, 1f).div($1)");
        put(Op.NOT, "$1.not()");
        put(Op.ADD, "$1.add($2)");
        put(Op.SUB, "$1.sub($2)");
        put(Op.MUL, "$1.mul($2)");
        put(Op.DIV, "$1.div($2)");
        put(Op.MAXIMUM, "$1.max($2)");
        put(Op.MINIMUM, "$1.min($2)");
        put(Op.EQ, "$1.compare(VectorOperators.EQ, $2)");
        put(Op.NE, "$1.compare(VectorOperators.NE, $2)");
        put(Op.LT, "$1.compare(VectorOperators.LT, $2)");
        put(Op.LE, "$1.compare(VectorOperators.LE, $2)");
        put(Op.AND, "$1.and($2)");
        put(Op.OR, "$1.or($2)");
        put(Op.XOR, "$1.eq($2).not()");
        put(Op.WHERE, "$3.blend($2, $1)");
        put(Op.FMA, "$1.fma($2, $3)");
        put(Op.CAST, "$1");
    }

    private VectorLanes() {}

    private static void put(Op op, String pattern) {
        PATTERNS.put(op, pattern);
    }

    @Override
    public boolean supports(Node node) {
        List<Node> in = node.inputs();
        if (node.is(Op.CAST)) {
            return isFloat(node) && isFloat(in.get(0));
        }
        // Masks have logic but no comparison, and are not blended.
        List<Node> numbers = node.is(Op.WHERE) ? in.subList(1, 3) : in;
        boolean logical = node.op().isLogical();
        boolean result = node.dtype() == DType.FLOAT32 || node.op().isComparison() || logical;
        return result
                && (PATTERNS.containsKey(node.op()) || VectorFunctions.covers(node.op()))
                && numbers.stream().allMatch(n -> logical ? n.dtype() == DType.BOOL : isFloat(n));
    }

    /** Computed as float32, in whatever form it is stored. */
    static boolean isFloat(Node node) {
        return node.dtype().compute() == DType.FLOAT32;
    }

    /** Masks for truth values; half precision is held as it is stored, one element in each int. */
    @Override
    public String type(DType dtype) {
        return dtype == DType.BOOL ? "VectorMask" : dtype.isHalf() ? "IntVector" : "FloatVector";
    }

    @Override
    public String apply(Node node, List<String> operands) {
        String text = PATTERNS.get(node.op());
        for (int i = 0; i < operands.size(); i++) {
            text = text.replace("$" + (i + 1), operands.get(i));
        }
        return text;
    }
}
