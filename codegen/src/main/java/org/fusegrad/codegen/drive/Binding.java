package org.fusegrad.codegen.drive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.plan.Schedule;
import org.fusegrad.run.Value;

/**
 * The arrays of one kernel call: operands and results as given, everything between in arrays of the
 * call's own, with the stride of every array along every loop.
 */
final class Binding {
    /** Rows whose partial sums are added before they go to float64. */
    static final int BLOCK_ROWS = 64;

    private final LoopKernel kernel;
    private final int[] domain;
    final Object[] arrays;
    final int[][] strides;
    final int[] offsets;
    final double[] constants;
    /** Elements between the partial sums of one block of rows and the next, by array. */
    final int[] blockStride;

    Binding(LoopKernel kernel, Value[] inputs, Value[] outputs) {
        this.kernel = kernel;
        this.domain = kernel.schedule().domain();
        int count = kernel.arrayCount();
        arrays = new Object[count];
        strides = new int[count][];
        offsets = new int[count];
        blockStride = new int[count];
        constants = kernel.constants().stream().mapToDouble(Node::constValue).toArray();
        Graph graph = kernel.graph();
        for (int i = 0; i < inputs.length; i++) {
            bind(kernel.array(graph.inputs().get(i)), packed(graph.inputs().get(i), inputs[i]));
        }
        for (int i = 0; i < outputs.length; i++) {
            bind(kernel.array(graph.outputs().get(i)), outputs[i]);
        }
        for (Node n : kernel.arrays()) {
            int number = kernel.array(n);
            if (arrays[number] == null) {
                bind(number, Value.zeros(n.dtype(), n.shape()));
            }
        }
        kernel.steps().forEach(this::prepare);
    }

    /** Full-size operands must be contiguous along the innermost loop; others are copied. */
    private Value packed(Node leaf, Value v) {
        return kernel.schedule().steps().stream().anyMatch(s -> gathers(s, leaf, v))
                ? v.contiguous()
                : v;
    }

    private static boolean gathers(Schedule.Step s, Node leaf, Value v) {
        int i = s.inner();
        return s.isFull()
                && s.loads().contains(leaf)
                && i >= 0
                && i < leaf.shape().rank()
                && leaf.shape().dim(i) != 1
                && v.stride(i) != 1;
    }

    private void bind(int number, Value v) {
        arrays[number] = v.buffer().array();
        offsets[number] = v.offset();
        int[] s = new int[domain.length];
        for (int i = 0; i < v.shape().rank(); i++) {
            s[i] = v.shape().dim(i) == 1 ? 0 : v.stride(i);
        }
        strides[number] = s;
    }

    /** Starts accumulators and makes room for partial sums. */
    private void prepare(LoopStep step) {
        for (Reduction r : step.reductions()) {
            int number = kernel.array(r.node());
            fill(arrays[number], start(r.node()));
            if (r.mode() == Mode.COLUMN) {
                int size = r.node().shape().numel();
                int blocks = (domain[r.loop()] + BLOCK_ROWS - 1) / BLOCK_ROWS;
                arrays[r.partial()] = new float[Math.multiplyExact(blocks, size)];
                strides[r.partial()] = strides[number].clone();
                blockStride[r.partial()] = size;
            }
        }
    }

    private static double start(Node reduction) {
        return reduction.is(Op.MAX)
                ? Double.NEGATIVE_INFINITY
                : reduction.is(Op.MIN) ? Double.POSITIVE_INFINITY : 0;
    }

    private static void fill(Object array, double v) {
        if (array instanceof float[] a) {
            Arrays.fill(a, (float) v);
        } else if (array instanceof double[] a) {
            Arrays.fill(a, v);
        } else if (array instanceof long[] a) {
            Arrays.fill(a, v == 0 ? 0 : v < 0 ? Long.MIN_VALUE : Long.MAX_VALUE);
        }
    }

    /** A frame for one task. */
    Frame frame() {
        int reductions = 1;
        for (LoopStep s : kernel.steps()) {
            reductions = Math.max(reductions, s.reductions().size());
        }
        return new Frame(arrays.clone(), constants, reductions);
    }

    /** Arrays that a step touches. */
    int[] touched(LoopStep step) {
        List<Integer> numbers = new ArrayList<>();
        step.step().loads().forEach(n -> numbers.add(kernel.array(n)));
        step.step().stores().forEach(n -> numbers.add(kernel.array(n)));
        for (Reduction r : step.reductions()) {
            numbers.add(kernel.array(r.node()));
            if (r.mode() == Mode.COLUMN) {
                numbers.add(r.partial());
            }
        }
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Size of a loop. */
    int size(int loop) {
        return domain[loop];
    }

    /** The array of a stored value. */
    int numberOf(Node n) {
        return kernel.array(n);
    }
}
