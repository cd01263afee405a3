package org.fusegrad.run.interp;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.Ints;

/**
 * Pooling over the trailing axes of the input, and the numeric contract of it. A window that
 * reaches into the padding, or in ceil mode past the end, is clipped to the elements there are.
 *
 * <ul>
 *   <li>The <em>winner</em> of a window is its first maximum in row-major order, or its last NaN. A
 *       window with no element has none: MAX_POOL gives -infinity, MAX_POOL_SCATTER drops the value
 *       and MAX_POOL_GATHER gives 0.
 *   <li>MAX_POOL_SCATTER adds each value at the winner of its window in x, in row-major order of
 *       the windows, in the type of the result. MAX_POOL_GATHER reads the value at the winner.
 *   <li>AVG_POOL sums in double, row-major, from 0, divides in double and rounds once. The divisor
 *       is the given one if positive; else, when padding counts, the number of taps that fall
 *       before the end of the padding; else the number of elements. A window with no element gives
 *       0.
 *   <li>AVG_POOL_ADJOINT sums {@code dy / divisor} in double over the windows that contain a
 *       position, in their row-major order, from 0, and rounds once.
 * </ul>
 *
 * <p>Half types are read as float32.
 */
final class Pooling {
    private final Attrs.Window window;
    private final int[] x;
    private final int[] y;
    private final int[] kernel;
    private final int[] stride;
    private final int[] padding;
    private final int[] dilation;
    private final int xSize;
    private final int ySize;
    private final int planes;

    /* By axis and output coordinate: the first tap in x, the one after the last, how many count. */
    private final int[][] first = new int[3][];
    private final int[][] end = new int[3][];
    private final int[][] counted = new int[3][];

    private Pooling(Node node) {
        window = (Attrs.Window) node.attrs();
        int spatial = window.output().size();
        int lead = window.input().rank() - spatial;
        int[] dims = window.input().dims();
        int count = 1;
        for (int i = 0; i < lead; i++) {
            count *= dims[i];
        }
        planes = count;
        int[] inner = Arrays.copyOfRange(dims, lead, dims.length);
        x = Convolutions.three(Ints.of(inner), 1);
        y = Convolutions.three(window.output(), 1);
        kernel = Convolutions.three(window.kernel(), 1);
        stride = Convolutions.three(window.stride(), 1);
        padding = Convolutions.three(window.padding(), 0);
        dilation = Convolutions.three(window.dilation(), 1);
        xSize = x[0] * x[1] * x[2];
        ySize = y[0] * y[1] * y[2];
        for (int axis = 0; axis < 3; axis++) {
            place(axis);
        }
    }

    private void place(int axis) {
        first[axis] = new int[y[axis]];
        end[axis] = new int[y[axis]];
        counted[axis] = new int[y[axis]];
        for (int o = 0; o < y[axis]; o++) {
            int start = start(axis, o);
            end[axis][o] = before(x[axis] - start, axis);
            first[axis][o] = Math.min(end[axis][o], before(-start, axis));
            counted[axis][o] = before(x[axis] + padding[axis] - start, axis);
        }
    }

    /** Where tap 0 of a window stands. */
    private int start(int axis, int output) {
        return output * stride[axis] - padding[axis];
    }

    /** How many taps stand less than {@code reach} from the first. */
    private int before(int reach, int axis) {
        int taps = reach <= 0 ? 0 : (reach - 1) / dilation[axis] + 1;
        return Math.min(kernel[axis], taps);
    }

    /** The maximum of each window. */
    static void max(Node node, Value[] in, Value out, Workers w) {
        Pooling pool = new Pooling(node);
        Value x = Convert.contiguous(in[0], in[0].dtype(), w);
        pool.forEachPlane(w, plane -> {
            double[] values = pool.load(x, plane, pool.xSize);
            int[] winner = pool.winners(values);
            double[] result = new double[pool.ySize];
            for (int i = 0; i < result.length; i++) {
                result[i] = winner[i] < 0 ? Double.NEGATIVE_INFINITY : values[winner[i]];
            }
            store(result, out, plane);
        });
    }

    /** Values of the pooled shape, added where the windows over x had their maxima. */
    static void maxScatter(Node node, Value[] in, Value out, Workers w) {
        Pooling pool = new Pooling(node);
        Value values = Convert.contiguous(in[0], out.dtype(), w);
        Value x = Convert.contiguous(in[1], in[1].dtype(), w);
        pool.forEachPlane(w, plane -> {
            int[] winner = pool.winners(pool.load(x, plane, pool.xSize));
            int from = values.offset() + plane * pool.ySize;
            int to = out.offset() + plane * pool.xSize;
            switch (out.dtype()) {
                case FLOAT64 -> scatter(winner, values.doubles(), from, out.doubles(), to, pool);
                default -> scatter(winner, values.floats(), from, out.floats(), to, pool);
            }
        });
    }

    private static void scatter(
            int[] winner, float[] values, int from, float[] out, int to, Pooling pool) {
        Arrays.fill(out, to, to + pool.xSize, 0);
        for (int i = 0; i < winner.length; i++) {
            if (winner[i] >= 0) {
                out[to + winner[i]] += values[from + i];
            }
        }
    }

    private static void scatter(
            int[] winner, double[] values, int from, double[] out, int to, Pooling pool) {
        Arrays.fill(out, to, to + pool.xSize, 0);
        for (int i = 0; i < winner.length; i++) {
            if (winner[i] >= 0) {
                out[to + winner[i]] += values[from + i];
            }
        }
    }

    /** Values of the shape of x, read where the windows over x had their maxima. */
    static void maxGather(Node node, Value[] in, Value out, Workers w) {
        Pooling pool = new Pooling(node);
        Value values = Convert.contiguous(in[0], in[0].dtype(), w);
        Value x = Convert.contiguous(in[1], in[1].dtype(), w);
        pool.forEachPlane(w, plane -> {
            int[] winner = pool.winners(pool.load(x, plane, pool.xSize));
            double[] v = pool.load(values, plane, pool.xSize);
            double[] result = new double[pool.ySize];
            for (int i = 0; i < result.length; i++) {
                result[i] = winner[i] < 0 ? 0 : v[winner[i]];
            }
            store(result, out, plane);
        });
    }

    /** The mean of each window. */
    static void average(Node node, Value[] in, Value out, Workers w) {
        Pooling pool = new Pooling(node);
        Value x = Convert.contiguous(in[0], in[0].dtype(), w);
        pool.forEachPlane(w, plane -> {
            double[] values = pool.load(x, plane, pool.xSize);
            double[] result = new double[pool.ySize];
            pool.forEachWindow((at, d, h, c) -> {
                int divisor = pool.divisor(d, h, c);
                result[at] = divisor == 0 ? 0 : pool.sum(values, d, h, c) / divisor;
            });
            store(result, out, plane);
        });
    }

    /** Each value of the pooled shape spread over its window. */
    static void averageAdjoint(Node node, Value[] in, Value out, Workers w) {
        Pooling pool = new Pooling(node);
        Value dy = Convert.contiguous(in[0], in[0].dtype(), w);
        pool.forEachPlane(w, plane -> {
            double[] values = pool.load(dy, plane, pool.ySize);
            double[] result = new double[pool.xSize];
            pool.forEachWindow((at, d, h, c) ->
                    pool.spread(values[at] / pool.divisor(d, h, c), result, d, h, c));
            store(result, out, plane);
        });
    }

    /** Tasks of several planes, cut by size. */
    private void forEachPlane(Workers w, IntConsumer task) {
        long cost = Math.max(1, xSize + (long) ySize * kernel[0] * kernel[1] * kernel[2]);
        int each = (int) Math.max(1, Walk.TILE / cost);
        w.forEach((planes + each - 1) / each, t -> {
            int end = Math.min(planes, (t + 1) * each);
            for (int plane = t * each; plane < end; plane++) {
                task.accept(plane);
            }
        });
    }

    private double[] load(Value v, int plane, int size) {
        double[] values = new double[size];
        Convert.load(v, v.offset() + plane * size, 1, values, 0, size);
        return values;
    }

    private static void store(double[] values, Value out, int plane) {
        int at = out.offset() + plane * values.length;
        Convert.store(values, 0, out, at, 1, values.length);
    }

    /** Sees a window. */
    @FunctionalInterface
    private interface Visitor {
        /** Handles the window number {@code at}, with output coordinates d, h and w. */
        void visit(int at, int d, int h, int w);
    }

    /** Visits the windows of a plane in row-major order. */
    private void forEachWindow(Visitor visitor) {
        int at = 0;
        for (int d = 0; d < y[0]; d++) {
            for (int h = 0; h < y[1]; h++) {
                for (int w = 0; w < y[2]; w++) {
                    visitor.visit(at++, d, h, w);
                }
            }
        }
    }

    /** What an average is divided by; 0 for a window with no element. */
    private int divisor(int d, int h, int w) {
        int elements =
                (end[0][d] - first[0][d]) * (end[1][h] - first[1][h]) * (end[2][w] - first[2][w]);
        if (elements == 0) {
            return 0;
        }
        if (window.divisor() > 0) {
            return window.divisor();
        }
        return window.padded() ? counted[0][d] * counted[1][h] * counted[2][w] : elements;
    }

    /** The position of the winner of each window within the plane; -1 for none. */
    private int[] winners(double[] values) {
        int[] winner = new int[ySize];
        forEachWindow((at, d, h, w) -> winner[at] = winner(values, d, h, w));
        return winner;
    }

    private int winner(double[] values, int d, int h, int w) {
        int step = dilation[2];
        int from = first[2][w] * step;
        int to = end[2][w] * step;
        int best = -1;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = first[0][d]; i < end[0][d]; i++) {
            for (int j = first[1][h]; j < end[1][h]; j++) {
                int line = line(d, h, w, i, j);
                for (int p = line + from; p < line + to; p += step) {
                    double v = values[p];
                    if (v > most || Double.isNaN(v) || best < 0) {
                        most = v;
                        best = p;
                    }
                }
            }
        }
        return best;
    }

    /** Where tap 0 of the last axis stands for taps i and j of the others. */
    private int line(int d, int h, int w, int i, int j) {
        int row = (start(0, d) + i * dilation[0]) * x[1] + start(1, h) + j * dilation[1];
        return row * x[2] + start(2, w);
    }

    private double sum(double[] values, int d, int h, int w) {
        double sum = 0;
        for (int i = first[0][d]; i < end[0][d]; i++) {
            for (int j = first[1][h]; j < end[1][h]; j++) {
                int line = line(d, h, w, i, j);
                for (int k = first[2][w]; k < end[2][w]; k++) {
                    sum += values[line + k * dilation[2]];
                }
            }
        }
        return sum;
    }

    private void spread(double share, double[] to, int d, int h, int w) {
        for (int i = first[0][d]; i < end[0][d]; i++) {
            for (int j = first[1][h]; j < end[1][h]; j++) {
                int line = line(d, h, w, i, j);
                for (int k = first[2][w]; k < end[2][w]; k++) {
                    to[line + k * dilation[2]] += share;
                }
            }
        }
    }
}
