package org.fusegrad.run.interp;

import java.util.Arrays;
import org.fusegrad.flags.Tuning;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.Shape;

/**
 * A row-major walk over a shape and the elements of strided operands that belong to it. Operands
 * broadcast to the shape. Neighbouring axes that all operands step through evenly are merged, so
 * that runs are as long as the strides allow.
 */
final class Walk {
    /** Sees a run of elements. */
    @FunctionalInterface
    interface Run {
        /**
         * Handles {@code count} elements.
         *
         * @param at row-major number of the first one, or its place in the result that is walked
         * @param position where it stands in the buffer of each operand; not to be changed
         * @param step how far apart the elements of the run stand in each operand
         */
        void run(int at, int count, int[] position, int[] step);
    }

    /** Elements of one task; large against the cost of handing it to a thread. */
    static final int TILE = Tuning.current().interpreterGrain();

    private final int[] dims;
    private final int[][] steps;
    private final int[] offsets;
    private final int[] innerStep;

    private Walk(Shape shape, Value[] operands) {
        int count = operands.length;
        Value[] full = new Value[count];
        offsets = new int[count];
        for (int o = 0; o < count; o++) {
            full[o] = operands[o].expand(shape);
            offsets[o] = full[o].offset();
        }
        int[] size = new int[Math.max(1, shape.rank())];
        int[][] step = new int[count][size.length];
        Arrays.fill(size, 1);
        int rank = 0;
        for (int a = 0; a < shape.rank(); a++) {
            if (shape.dim(a) != 1) {
                rank = merges(full, a, shape.dim(a), step, rank) ? rank : rank + 1;
                size[rank - 1] *= shape.dim(a);
                for (int o = 0; o < count; o++) {
                    step[o][rank - 1] = full[o].stride(a);
                }
            }
        }
        dims = Arrays.copyOf(size, Math.max(1, rank));
        steps = step;
        innerStep = new int[count];
        for (int o = 0; o < count; o++) {
            innerStep[o] = step[o][dims.length - 1];
        }
    }

    /** Whether axis {@code a} of size {@code n} continues the last merged axis in all operands. */
    private static boolean merges(Value[] full, int a, int n, int[][] step, int rank) {
        boolean even = rank > 0;
        for (int o = 0; even && o < full.length; o++) {
            even = step[o][rank - 1] == full[o].stride(a) * n;
        }
        return even;
    }

    /**
     * Walks the whole shape in tasks of about {@link #TILE} units of work.
     *
     * @param cost units of work for one element
     */
    static void over(Shape shape, int cost, Workers workers, Run run, Value... operands) {
        over(shape, 0, cost, workers, run, operands);
    }

    /** Walks a contiguous result; runs are told where in its array they go. */
    static void over(Value result, int cost, Workers workers, Run run, Value... operands) {
        over(result.shape(), result.offset(), cost, workers, run, operands);
    }

    private static void over(
            Shape shape, int start, int cost, Workers workers, Run run, Value... operands) {
        int n = shape.numel();
        if (n == 0) {
            return;
        }
        Walk walk = new Walk(shape, operands);
        int tile = Math.max(1, TILE / Math.max(1, cost));
        workers.forEach((n - 1) / tile + 1, t -> {
            int from = t * tile;
            walk.range(start, from, from + Math.min(tile, n - from), run);
        });
    }

    /** Walks the whole shape on this thread, in row-major order. */
    static void inOrder(Shape shape, Run run, Value... operands) {
        if (shape.numel() > 0) {
            new Walk(shape, operands).range(0, 0, shape.numel(), run);
        }
    }

    private void range(int start, int from, int to, Run run) {
        int[] index = new int[dims.length];
        int[] position = offsets.clone();
        int rest = from;
        for (int a = dims.length - 1; a >= 0; a--) {
            index[a] = rest % dims[a];
            rest /= dims[a];
            for (int o = 0; o < position.length; o++) {
                position[o] += index[a] * steps[o][a];
            }
        }
        int last = dims.length - 1;
        for (int at = from; at < to; ) {
            int count = Math.min(dims[last] - index[last], to - at);
            run.run(start + at, count, position, innerStep);
            at += count;
            advance(index, position, count);
        }
    }

    private void advance(int[] index, int[] position, int count) {
        int last = dims.length - 1;
        index[last] += count;
        for (int o = 0; o < position.length; o++) {
            position[o] += count * steps[o][last];
        }
        for (int a = last; a > 0 && index[a] == dims[a]; a--) {
            index[a] = 0;
            index[a - 1]++;
            for (int o = 0; o < position.length; o++) {
                position[o] += steps[o][a - 1] - dims[a] * steps[o][a];
            }
        }
    }
}
