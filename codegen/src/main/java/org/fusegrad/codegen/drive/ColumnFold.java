package org.fusegrad.codegen.drive;

import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.graph.NumericContract;

/** Folds the partial sums of a column reduction, block after block, into float64. */
final class ColumnFold {
    private final Binding binding;
    private final LoopStep step;
    private final Reduction reduction;
    private final int number;
    private final int size;

    /** Where in their array the partial sums start. */
    private final int start;

    private final int blocks;

    ColumnFold(Binding binding, LoopStep step, Reduction reduction) {
        this.binding = binding;
        this.step = step;
        this.reduction = reduction;
        this.number = binding.numberOf(reduction.node());
        this.size = binding.blockStride[reduction.partial()];
        this.start = binding.offsets[reduction.partial()];
        this.blocks = binding.blocks(reduction);
    }

    /** Folds the whole result; false if it may have to be taken {@link #again}. */
    boolean run() {
        return fold(0, 1, size);
    }

    /** Folds the whole result with exact sums where partial ones overflowed. */
    void again() {
        again(0, 1, size, null, null);
    }

    /** Folds the part of the result that belongs to one slab. */
    void slab(int[] at, boolean[] fixed) {
        int[] strides = binding.strides[reduction.partial()];
        int from = 0;
        int inner = step.inner();
        int rows = 1;
        for (int i = 0; i < strides.length; i++) {
            from += fixed[i] ? at[i] * strides[i] : 0;
            boolean free = !fixed[i] && strides[i] != 0 && i != inner;
            rows *= free ? binding.size(i) : 1;
        }
        for (int row = 0; row < rows; row++) {
            int first = from;
            int rest = row;
            for (int i = strides.length - 1; i >= 0; i--) {
                if (!fixed[i] && strides[i] != 0 && i != inner) {
                    first += rest % binding.size(i) * strides[i];
                    rest /= binding.size(i);
                }
            }
            int count = fixed[inner] ? 1 : binding.size(inner);
            if (!fold(first, strides[inner], count)) {
                again(first, strides[inner], count, at, fixed);
            }
        }
    }

    private boolean fold(int from, int by, int count) {
        double[] total = (double[]) binding.arrays[number];
        int to = binding.offsets[number] + from;
        int done = 0;
        for (; by == 1 && done + 4 <= blocks; done += 4) {
            addFour(start + done * size + from, total, to, count);
        }
        for (; done < blocks; done++) {
            add(start + done * size + from, total, to, by, count);
        }
        return isFinite(total, to, by, count);
    }

    /** Adds four blocks' partial sums, one after the other, with each total loaded once for all. */
    private void addFour(int from, double[] total, int to, int count) {
        float[] partial = (float[]) binding.arrays[reduction.partial()];
        int second = from + size;
        int third = second + size;
        int fourth = third + size;
        for (int i = 0; i < count; i++) {
            double sum = total[to + i] + partial[from + i];
            sum += partial[second + i];
            sum += partial[third + i];
            total[to + i] = sum + partial[fourth + i];
        }
    }

    private void add(int from, double[] total, int to, int by, int count) {
        float[] partial = (float[]) binding.arrays[reduction.partial()];
        if (by == 1) {
            for (int i = 0; i < count; i++) {
                total[to + i] += partial[from + i];
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            total[to + i * by] += partial[from + i * by];
        }
    }

    /** A partial sum that overflowed float32 makes a total that is not finite either. */
    private static boolean isFinite(double[] total, int from, int by, int count) {
        boolean finite = true;
        for (int i = 0; i < count; i++) {
            finite &= Math.abs(total[from + i * by]) <= Double.MAX_VALUE;
        }
        return finite;
    }

    /** The same with partial sums that overflowed replaced by exact ones, block by block. */
    private void again(int from, int by, int count, int[] at, boolean[] fixed) {
        float[] partial = (float[]) binding.arrays[reduction.partial()];
        double[] total = (double[]) binding.arrays[number];
        int offset = binding.offsets[number];
        for (int i = 0; i < count; i++) {
            total[offset + from + i * by] = 0;
        }
        for (int b = 0; b < blocks; b++) {
            double[] exact = null;
            for (int i = 0; i < count; i++) {
                int k = from + i * by;
                float p = partial[start + b * size + k];
                boolean stands = Math.abs(p) <= Float.MAX_VALUE;
                exact = stands || exact != null ? exact : exact(b, at, fixed);
                total[offset + k] += stands ? p : exact[offset + k];
            }
        }
    }

    /** The sums of one block of rows taken again in float64, where the result has them. */
    private double[] exact(int block, int[] at, boolean[] fixed) {
        double[] sums = new double[binding.offsets[number] + size];
        Object[] arrays = binding.arrays.clone();
        for (Reduction r : step.reductions()) {
            int array = binding.numberOf(r.node());
            arrays[array] = r == reduction ? sums : copy(arrays[array]);
        }
        Nest nest = new Nest(binding, step).exact(arrays).box();
        for (int i = 0; fixed != null && i < fixed.length; i++) {
            if (fixed[i] && i != step.inner()) {
                nest.clip(i, at[i], at[i] + 1);
            }
        }
        int first = block * NumericContract.COLUMN_BLOCK;
        int end = Math.min(binding.size(reduction.loop()), first + NumericContract.COLUMN_BLOCK);
        nest.clip(reduction.loop(), first, end).run();
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
