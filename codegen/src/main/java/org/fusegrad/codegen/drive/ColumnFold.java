package org.fusegrad.codegen.drive;

import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Reduction;

/** Folds the partial sums of a column reduction, block after block, into float64. */
final class ColumnFold {
    private final Binding binding;
    private final RowProgram program;
    private final LoopStep step;
    private final Reduction reduction;
    private final double[] total;
    private final float[] partial;
    private final int size;
    private final int blocks;
    private final int number;

    ColumnFold(LoopKernel kernel, Binding binding, RowProgram program, LoopStep step,
            Reduction reduction) {
        this.binding = binding;
        this.program = program;
        this.step = step;
        this.reduction = reduction;
        this.total = (double[]) binding.arrays[kernel.array(reduction.node())];
        this.partial = (float[]) binding.arrays[reduction.partial()];
        this.size = binding.blockStride[reduction.partial()];
        this.blocks = partial.length / Math.max(1, size);
        this.number = kernel.array(reduction.node());
    }

    void run() {
        int from = binding.offsets[number];
        for (int b = 0; b < blocks; b++) {
            boolean finite = true;
            for (int i = 0; i < size; i++) {
                finite &= Math.abs(partial[b * size + i]) <= Float.MAX_VALUE;
            }
            double[] exact = finite ? null : exact(b);
            for (int i = 0; i < size; i++) {
                float p = partial[b * size + i];
                total[from + i] += finite || Math.abs(p) <= Float.MAX_VALUE ? p : exact[i];
            }
        }
    }

    /** The sums of one block of rows taken again in float64. */
    private double[] exact(int block) {
        double[] sums = new double[size];
        Nest nest = new Nest(binding, program, step).exact();
        for (Reduction r : step.reductions()) {
            int array = binding.numberOf(r.node());
            nest.replacing(array, r == reduction ? sums
                    : copy(binding.arrays[array]));
        }
        nest.block(reduction.loop(), block * Binding.BLOCK_ROWS);
        return sums;
    }

    /** Other accumulators of the step must not move again. */
    private static Object copy(Object array) {
        if (array instanceof double[] a) {
            return a.clone();
        } else if (array instanceof float[] a) {
            return a.clone();
        }
        return ((long[]) array).clone();
    }
}
