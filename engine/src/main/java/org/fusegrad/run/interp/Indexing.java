package org.fusegrad.run.interp;

import java.util.Arrays;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * Operations along one axis that choose or accumulate by position, and the contract of them.
 *
 * <ul>
 *   <li>GATHER: {@code y[…, i, …] = x[…, index[…, i, …], …]} along the axis; every bit is kept. An
 *       index outside of the axis is an {@link IllegalArgumentException}, here and below.
 *   <li>SCATTER_ADD: zeros, to which {@code x[…, i, …]} is added at {@code index[…, i, …]} along
 *       the axis, in row-major order of x; in double and rounded once, exactly for int64.
 *   <li>ARGMAX: the number of the first NaN, or else of the first maximum.
 *   <li>CUMSUM: a left fold in double from 0, or from the end when reversed, each prefix rounded;
 *       of int64 exact.
 * </ul>
 */
final class Indexing {
    /** Accumulators of one task of SCATTER_ADD at most, unless one line needs more. */
    private static final int SCRATCH = 1 << 18;

    private Indexing() {}

    /** Elements of the first operand at the positions of the second. */
    static void gather(Node node, Value[] in, Value out, Workers w) {
        Value x = in[0];
        int axis = x.shape().axis(((Attrs.Axis) node.attrs()).axis());
        int size = x.shape().dim(axis);
        int apart = x.stride(axis);
        long[] index = in[1].longs();
        Object from = x.buffer().array();
        Object to = out.buffer().array();
        Walk.over(
                out,
                2,
                w,
                (at, n, p, s) -> {
                    if (s[1] == 0) {
                        int i = check(index[p[1]], Op.GATHER, axis, size);
                        Convert.move(from, p[0] + i * apart, s[0], to, at, 1, n);
                        return;
                    }
                    int[] position = new int[n];
                    for (int k = 0; k < n; k++) {
                        int i = check(index[p[1] + k * s[1]], Op.GATHER, axis, size);
                        position[k] = p[0] + k * s[0] + i * apart;
                    }
                    Convert.take(from, position, to, at);
                },
                still(x, axis, out.shape()),
                in[1]);
    }

    /** The value stretched to a shape without moving along an axis. */
    private static Value still(Value x, int axis, Shape to) {
        int[] strides = x.strides();
        strides[axis] = 0;
        return new Value(x.buffer(), to, strides, x.offset());
    }

    private static int check(long index, Op op, int axis, int size) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException(op + ": index " + index
                    + " is out of range for axis " + axis + " of size " + size);
        }
        return (int) index;
    }

    /** The first operand added up at the positions of the second. */
    static void scatterAdd(Node node, Value[] in, Value out, Workers w) {
        Attrs.Scatter scatter = (Attrs.Scatter) node.attrs();
        int axis = out.shape().axis(scatter.axis());
        if (out.dtype() == DType.BOOL) {
            throw new IllegalArgumentException(
                    "scatter_add: bool operands have no arithmetic; cast them first");
        }
        Value x = Convert.as(in[0], out.dtype(), w);
        int cut = axis == 0 ? 1 : 0;
        if (cut >= out.shape().rank() || out.shape().numel() == 0) {
            scatterPart(x, in[1], axis, out);
            return;
        }
        int width = out.shape().dim(cut);
        int each = Math.max(1, SCRATCH / (out.shape().numel() / width));
        w.forEach((width - 1) / each + 1, t -> {
            int from = t * each;
            int count = Math.min(each, width - from);
            scatterPart(
                    part(x, cut, from, count),
                    part(in[1], cut, from, count),
                    axis,
                    part(out, cut, from, count));
        });
    }

    /** Some elements of an axis; a view. */
    private static Value part(Value v, int axis, int from, int count) {
        int[] start = new int[v.shape().rank()];
        int[] step = new int[start.length];
        Arrays.fill(step, 1);
        start[axis] = from;
        return v.slice(start, step, v.shape().with(axis, count));
    }

    private static void scatterPart(Value x, Value index, int axis, Value out) {
        boolean exact = out.dtype() == DType.INT64;
        Value sum = Value.zeros(exact ? DType.INT64 : DType.FLOAT64, out.shape());
        int size = out.shape().dim(axis);
        int apart = sum.stride(axis);
        long[] from = index.longs();
        Walk.inOrder(
                x.shape(),
                (number, n, p, s) -> {
                    int[] position = new int[n];
                    for (int k = 0; k < n; k++) {
                        int i = check(from[p[1] + k * s[1]], Op.SCATTER_ADD, axis, size);
                        position[k] = p[2] + k * s[2] + i * apart;
                    }
                    if (exact) {
                        add(x.longs(), p[0], s[0], position, sum.longs());
                    } else {
                        double[] terms = new double[n];
                        Convert.load(x, p[0], s[0], terms, 0, n);
                        add(terms, position, sum.doubles());
                    }
                },
                x,
                index,
                still(sum, axis, x.shape()));
        Convert.copy(sum, out);
    }

    private static void add(long[] x, int p, int ps, int[] position, long[] sum) {
        for (int k = 0; k < position.length; k++) {
            sum[position[k]] += x[p + k * ps];
        }
    }

    private static void add(double[] x, int[] position, double[] sum) {
        for (int k = 0; k < position.length; k++) {
            sum[position[k]] += x[k];
        }
    }

    /** Positions of the maxima along an axis. */
    static void argmax(Node node, Value[] in, Value out, Workers w) {
        int axis = in[0].shape().axis(((Attrs.Axis) node.attrs()).axis());
        boolean whole = !in[0].dtype().isFloating();
        Value x = whole ? Convert.as(in[0], DType.INT64, w) : in[0];
        int n = x.shape().dim(axis);
        int apart = x.stride(axis);
        long[] to = out.longs();
        int[] start = new int[x.shape().rank()];
        int[] step = new int[start.length];
        Arrays.fill(step, 1);
        Walk.over(
                out,
                n,
                w,
                (at, count, p, s) -> {
                    double[] line = new double[whole ? 0 : n];
                    for (int k = 0; k < count; k++) {
                        int from = p[0] + k * s[0];
                        if (whole) {
                            to[at + k] = argmax(x.longs(), from, apart, n);
                        } else {
                            Convert.load(x, from, apart, line, 0, n);
                            to[at + k] = argmax(line);
                        }
                    }
                },
                x.slice(start, step, out.shape()));
    }

    private static int argmax(double[] x) {
        int best = 0;
        for (int i = 1; i < x.length && !Double.isNaN(x[best]); i++) {
            if (x[i] > x[best] || Double.isNaN(x[i])) {
                best = i;
            }
        }
        return best;
    }

    private static int argmax(long[] x, int from, int apart, int n) {
        int best = 0;
        for (int i = 1; i < n; i++) {
            if (x[from + i * apart] > x[from + best * apart]) {
                best = i;
            }
        }
        return best;
    }

    /** Running sums along an axis. */
    static void cumsum(Node node, Value[] in, Value out, Workers w) {
        Attrs.Cumulate c = (Attrs.Cumulate) node.attrs();
        Shape shape = out.shape();
        int axis = shape.axis(c.axis());
        if (shape.numel() == 0) {
            return;
        }
        int n = shape.dim(axis);
        int width = 1;
        for (int i = axis + 1; i < shape.rank(); i++) {
            width *= shape.dim(i);
        }
        Value x = Convert.contiguous(in[0], in[0].dtype(), w);
        if (out.dtype() == DType.INT64) {
            whole(x, out, n, width, c.reverse(), w);
        } else if (width == 1) {
            lines(x, out, n, c.reverse(), w);
        } else {
            slabs(x, out, n, width, c.reverse(), w);
        }
    }

    /** Exactly, slab by slab: each row is the one before plus its own elements. */
    private static void whole(Value x, Value out, int n, int width, boolean reverse, Workers w) {
        long[] a = x.longs();
        long[] c = out.longs();
        w.forEach(out.shape().numel() / n / width, t -> {
            for (int i = 0; i < n; i++) {
                int at = (t * n + (reverse ? n - 1 - i : i)) * width;
                int before = out.offset() + at + (reverse ? width : -width);
                for (int j = 0; j < width; j++) {
                    long sum = i == 0 ? 0 : c[before + j];
                    c[out.offset() + at + j] = sum + a[x.offset() + at + j];
                }
            }
        });
    }

    /** Lines one after the other; each task takes some of them. */
    private static void lines(Value x, Value out, int n, boolean reverse, Workers w) {
        int count = out.shape().numel() / n;
        int each = Math.max(1, Walk.TILE / n);
        w.forEach((count - 1) / each + 1, t -> {
            double[] line = new double[n];
            for (int i = t * each; i < Math.min(count, (t + 1) * each); i++) {
                Convert.load(x, x.offset() + i * n, 1, line, 0, n);
                cumulate(line, reverse);
                Convert.store(line, 0, out, out.offset() + i * n, 1, n);
            }
        });
    }

    private static void cumulate(double[] line, boolean reverse) {
        double sum = 0;
        for (int i = 0; i < line.length; i++) {
            int k = reverse ? line.length - 1 - i : i;
            sum += line[k];
            line[k] = sum;
        }
    }

    /** Lines side by side; each task takes some columns of a slab and walks along its rows. */
    private static void slabs(Value x, Value out, int n, int width, boolean reverse, Workers w) {
        int columns = Math.min(width, Math.max(1, Walk.TILE / n));
        int tasks = (width - 1) / columns + 1;
        w.forEach(out.shape().numel() / n / width * tasks, t -> {
            int column = t % tasks * columns;
            int count = Math.min(columns, width - column);
            double[] sum = new double[count];
            double[] row = new double[count];
            for (int i = 0; i < n; i++) {
                int k = reverse ? n - 1 - i : i;
                int at = (t / tasks * n + k) * width + column;
                Convert.load(x, x.offset() + at, 1, row, 0, count);
                for (int j = 0; j < count; j++) {
                    sum[j] += row[j];
                }
                Convert.store(sum, 0, out, out.offset() + at, 1, count);
            }
        });
    }
}
