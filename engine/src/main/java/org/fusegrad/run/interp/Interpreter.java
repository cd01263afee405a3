package org.fusegrad.run.interp;

import java.util.EnumMap;
import java.util.Map;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Backend;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;

/**
 * The backend that evaluates a graph node by node. It is the definition of every operation: another
 * backend is right if it yields the same bits. The numeric contract of each family is stated at
 * {@link Functions}, {@link Convert}, {@link Reductions}, {@link Contractions}, {@link Pooling},
 * {@link Indexing} and {@link Drawing}.
 */
public final class Interpreter implements Backend {
    /** Computes a node from the values of its operands. */
    @FunctionalInterface
    interface Evaluator {
        /**
         * Writes every element of {@code out}.
         *
         * @param in values of the operands' shapes, with any strides
         * @param out a contiguous value of the node's type and shape, at offset 0
         */
        void evaluate(Node node, Value[] in, Value out, Workers workers);
    }

    private static final Map<Op, Evaluator> TABLE = new EnumMap<>(Op.class);

    static {
        for (Op op : Op.values()) {
            switch (op.kind()) {
                case UNARY -> TABLE.put(op, Elementwise::unary);
                case BINARY ->
                    TABLE.put(op, relates(op) ? Elementwise::relation : Elementwise::binary);
                case REDUCE -> TABLE.put(op, Reductions::reduce);
                case MARKER -> TABLE.put(op, Movement::copy);
                default -> {}
            }
        }
        TABLE.put(Op.CONST, Movement::constant);
        TABLE.put(Op.CAST, Movement::copy);
        TABLE.put(Op.NOT, Elementwise::not);
        TABLE.put(Op.WHERE, Elementwise::where);
        TABLE.put(Op.FMA, Elementwise::fma);
        TABLE.put(Op.RESHAPE, Movement::reshape);
        TABLE.put(Op.EXPAND, Movement::expand);
        TABLE.put(Op.PERMUTE, Movement::permute);
        TABLE.put(Op.SLICE, Movement::slice);
        TABLE.put(Op.FLIP, Movement::flip);
        TABLE.put(Op.PAD, Movement::pad);
        TABLE.put(Op.CONCAT, Movement::concat);
        TABLE.put(Op.COLLECT, Collecting::collect);
        TABLE.put(Op.UNIFORM, Drawing::uniform);
        TABLE.put(Op.NORMAL, Drawing::normal);
        TABLE.put(Op.MATMUL, Contractions::matmul);
        TABLE.put(Op.CONV, Convolutions::conv);
        TABLE.put(Op.CONV_INPUT, Convolutions::convInput);
        TABLE.put(Op.CONV_WEIGHT, Convolutions::convWeight);
        TABLE.put(Op.MAX_POOL, Pooling::max);
        TABLE.put(Op.MAX_POOL_SCATTER, Pooling::maxScatter);
        TABLE.put(Op.MAX_POOL_GATHER, Pooling::maxGather);
        TABLE.put(Op.AVG_POOL, Pooling::average);
        TABLE.put(Op.AVG_POOL_ADJOINT, Pooling::averageAdjoint);
        TABLE.put(Op.CUMSUM, Indexing::cumsum);
        TABLE.put(Op.ARGMAX, Indexing::argmax);
        TABLE.put(Op.GATHER, Indexing::gather);
        TABLE.put(Op.SCATTER_ADD, Indexing::scatterAdd);
    }

    private static boolean relates(Op op) {
        return op.isComparison() || op.isLogical();
    }

    /** Whether the table has an entry; inputs are given and need none. */
    public static boolean covers(Op op) {
        return op == Op.INPUT || TABLE.containsKey(op);
    }

    /**
     * Evaluates one node.
     *
     * @param in values of the operands' types and shapes, with any strides
     * @param out a contiguous value of the node's shape that shares no memory with an operand; its
     *     type is the node's, or float64 for a reduction of float32 that is to be kept unrounded
     */
    public static void evaluate(Node node, Value[] in, Value out, Workers workers) {
        Evaluator evaluator = TABLE.get(node.op());
        if (evaluator == null) {
            throw new IllegalArgumentException(node.op() + " cannot be evaluated");
        }
        if (out.isContiguous()) {
            evaluator.evaluate(node, in, out, workers);
        } else {
            Value whole = Value.zeros(out.dtype(), out.shape());
            evaluator.evaluate(node, in, whole, workers);
            Convert.copy(whole, out, workers);
        }
    }

    @Override
    public String name() {
        return "interpreter";
    }

    @Override
    public Kernel compile(KernelGraph graph) {
        return new GraphKernel(graph);
    }
}
