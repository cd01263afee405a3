package org.fusegrad.codegen.lower;

import com.google.common.collect.Sets;
import java.util.List;
import java.util.Set;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/**
 * The operations that have vectors: those of float32 whose lanes round exactly as scalar code, so
 * that a kernel may switch between the two unnoticed. Comparisons are masks.
 */
final class VectorSupport {
    static final Set<Op> OPS = Sets.immutableEnumSet(
            Op.NEG,
            Op.ABS,
            Op.SQRT,
            Op.RSQRT,
            Op.RECIPROCAL,
            Op.NOT,
            Op.ADD,
            Op.SUB,
            Op.MUL,
            Op.DIV,
            Op.MAXIMUM,
            Op.MINIMUM,
            Op.EQ,
            Op.NE,
            Op.LT,
            Op.LE,
            Op.AND,
            Op.OR,
            Op.XOR,
            Op.WHERE,
            Op.FMA);

    private VectorSupport() {}

    /** Whether a step can run in vectors: all it loads, computes, adds and stores. */
    static boolean covers(StepForm step) {
        return step.step().isFull()
                && step.body().stream().allMatch(VectorSupport::covers)
                && step.loads().stream()
                        .allMatch(n ->
                                isFloat(n) || !step.variesAlongRow(n) && n.dtype() == DType.BOOL)
                && step.stores().stream().allMatch(VectorSupport::isFloat)
                && step.constants().stream().noneMatch(c -> c.dtype().isHalf())
                && step.step().reductions().stream()
                        .flatMap(r -> r.node().inputs().stream())
                        .allMatch(VectorSupport::isFloat);
    }

    /** Whether vectors have the operation, in one expression or in the several of a function. */
    static boolean covers(Op op) {
        return OPS.contains(op) || Functions.covers(op);
    }

    private static boolean covers(Node node) {
        List<Node> in = node.inputs();
        if (node.is(Op.CAST)) {
            return isFloat(node) && isFloat(in.get(0));
        }
        // Masks have logic but no comparison, and are not blended.
        List<Node> numbers = node.is(Op.WHERE) ? in.subList(1, 3) : in;
        boolean logical = node.op().isLogical();
        boolean result = node.dtype() == DType.FLOAT32 || node.op().isComparison() || logical;
        return result
                && covers(node.op())
                && numbers.stream().allMatch(n -> logical ? n.dtype() == DType.BOOL : isFloat(n));
    }

    /** Computed as float32, in whatever form it is stored. */
    static boolean isFloat(Node node) {
        return node.dtype().compute() == DType.FLOAT32;
    }
}
