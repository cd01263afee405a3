package org.fusegrad.run.interp;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/*
 * The order of a float32 sum is one that a vector unit can follow at full speed, whatever its
 * width: 32 logical lanes are two registers of 16, four of 8, or an array. Column mode adds whole
 * rows of a slab to one another, so its lanes are the elements next door. Blocks bound the rounding
 * error by their length and not by that of the sum, and leave the total to double.
 */
/**
 * Reductions, and the numeric contract of them.
 *
 * <p><b>SUM and SUM_MUL of float32 along axis {@code a}</b> of an operand of shape {@code s}; for
 * SUM_MUL {@code s} is the shape both operands broadcast to. Half types are read as float32.
 *
 * <ul>
 *   <li><em>Row mode</em>, if every axis after {@code a} has size 1: the elements are cut into
 *       blocks of 4096. In a block, element {@code i} is added to float lane {@code i mod 32}.
 *       Lanes start at 0; SUM: {@code lane += x}; SUM_MUL: {@code lane = fma(a, b, lane)}. The
 *       lanes are widened to double and added in a tree: {@code d[j] += d[j + h]} for all
 *       {@code j < h}, with h = 16, 8, 4, 2, 1. The value of the block is {@code d[0]}.
 *   <li><em>Column mode</em> otherwise: the elements are cut into blocks of 64, each accumulated in
 *       order in one float that starts at 0, and then widened.
 *   <li>In both modes a block whose value is not finite is computed again as a double accumulation
 *       in order of the widened elements, with a double fma of the widened factors for SUM_MUL; so
 *       a square that overflows float32 does no harm.
 *   <li>The values of the blocks are added in order to a double that starts at 0.
 * </ul>
 *
 * <p><b>SUM and SUM_MUL of float64.</b> Row mode: the same with 16 double lanes and a tree from
 * h = 8, nothing computed again. Column mode: one accumulation in order from 0, with fma for
 * SUM_MUL.
 *
 * <p><b>PROD</b> is a left fold in double from 1, <b>MAX</b> and <b>MIN</b> are left folds of
 * {@link Math#max(double, double)} and {@link Math#min(double, double)}: NaN propagates and -0 is
 * below +0. Everything of int64 is exact up to wrapping around.
 *
 * <p><b>Several axes</b> are reduced one after the other, innermost first, with float64 between
 * them, int64 for int64. The mode of each step follows from the shape left by the one before. The
 * result is rounded once, to the type of the output; an output of type float64 keeps what was
 * summed from float32. Without axes a sum is its operand, and SUM_MUL the product rounded once. The
 * empty sum is 0 and the empty product 1.
 */
final class Reductions {
    /** Reduces one line of operands and stores the result. */
    @FunctionalInterface
    interface Line {
        /**
         * Reduces elements at {@code p}, {@code p + ps}, … and, for SUM_MUL, {@code q}, {@code q +
         * qs}, …
         *
         * @param at where the result goes
         */
        void reduce(int p, int ps, int q, int qs, int n, int at);
    }

    private Reductions() {}

    /** Any reduction. */
    static void reduce(Node node, Value[] in, Value out, Workers w) {
        Op op = node.op();
        DType carry = out.dtype() == DType.INT64 ? DType.INT64 : DType.FLOAT64;
        Value a = Convert.as(in[0], operandType(in), w);
        Value b = op == Op.SUM_MUL ? Convert.as(in[1], operandType(in), w) : null;
        Shape s = b == null ? a.shape() : Shape.broadcast(a.shape(), b.shape());
        int[] axes = ((Attrs.Axes) node.attrs()).axes().toArray();
        if (axes.length == 0) {
            elementwise(a, b, out, w);
            return;
        }
        for (int i = axes.length - 1; i >= 0; i--) {
            int axis = axes[i];
            Shape t = s.with(axis, 1);
            Value to = i == 0 ? out : Value.zeros(carry, t);
            Line line = line(op, a, b, isRow(s, axis), to);
            Value second = b == null ? a : b;
            along(a.expand(s), second.expand(s), axis, line, to, w);
            a = to;
            b = null;
            op = op == Op.SUM_MUL ? Op.SUM : op;
            s = t;
        }
    }

    /** The type the operands are read in. */
    private static DType operandType(Value[] in) {
        DType type = in[0].dtype().compute();
        for (Value v : in) {
            type = v.dtype() == DType.FLOAT64 ? DType.FLOAT64 : type;
        }
        return type;
    }

    /** Reduces all lines along an axis, each to one element of {@code to}. */
    private static void along(Value a, Value b, int axis, Line line, Value to, Workers w) {
        Shape t = to.shape();
        int n = a.shape().dim(axis);
        int as = a.stride(axis);
        int bs = b.stride(axis);
        int[] start = new int[t.rank()];
        int[] step = new int[t.rank()];
        Arrays.fill(step, 1);
        Walk.over(
                to,
                n,
                w,
                (at, count, p, s) -> {
                    for (int k = 0; k < count; k++) {
                        line.reduce(p[0] + k * s[0], as, p[1] + k * s[1], bs, n, at + k);
                    }
                },
                a.slice(start, step, t),
                b.slice(start, step, t));
    }

    private static Line line(Op op, Value a, Value b, boolean row, Value to) {
        return switch (op) {
            case SUM, SUM_MUL -> sum(a, b, row, to);
            case PROD -> fold(a, to, 1, (x, y) -> x * y, 1, (x, y) -> x * y);
            case MAX -> fold(a, to, Double.NEGATIVE_INFINITY, Math::max, Long.MIN_VALUE, Math::max);
            case MIN -> fold(a, to, Double.POSITIVE_INFINITY, Math::min, Long.MAX_VALUE, Math::min);
            default -> throw new IllegalArgumentException(op + " is not a reduction");
        };
    }

    /** Whether all axes after this one have size 1. */
    static boolean isRow(Shape s, int axis) {
        for (int i = axis + 1; i < s.rank(); i++) {
            if (s.dim(i) != 1) {
                return false;
            }
        }
        return true;
    }

    private static Line sum(Value a, Value b, boolean row, Value to) {
        switch (a.dtype()) {
            case FLOAT32 -> {
                FloatSums sums = new FloatSums(a.floats(), b == null ? null : b.floats(), row);
                return (p, ps, q, qs, n, at) -> store(to, at, sums.sum(p, ps, q, qs, n));
            }
            case FLOAT64 -> {
                DoubleSums sums = new DoubleSums(a.doubles(), b == null ? null : b.doubles(), row);
                return (p, ps, q, qs, n, at) -> store(to, at, sums.sum(p, ps, q, qs, n));
            }
            default -> {
                return longSum(a.longs(), b == null ? null : b.longs(), to.longs());
            }
        }
    }

    private static Line longSum(long[] x, long[] y, long[] to) {
        return (p, ps, q, qs, n, at) -> {
            long total = 0;
            for (int i = 0; i < n; i++) {
                total += y == null ? x[p + i * ps] : x[p + i * ps] * y[q + i * qs];
            }
            to[at] = total;
        };
    }

    private static Line fold(
            Value a,
            Value to,
            double start,
            DoubleBinaryOperator f,
            long longStart,
            LongBinaryOperator g) {
        return switch (a.dtype()) {
            case FLOAT32 -> fold(a.floats(), to, start, f);
            case FLOAT64 -> fold(a.doubles(), to, start, f);
            default -> fold(a.longs(), to.longs(), longStart, g);
        };
    }

    private static Line fold(float[] x, Value to, double start, DoubleBinaryOperator f) {
        return (p, ps, q, qs, n, at) -> {
            double total = start;
            for (int i = 0; i < n; i++) {
                total = f.applyAsDouble(total, x[p + i * ps]);
            }
            store(to, at, total);
        };
    }

    private static Line fold(double[] x, Value to, double start, DoubleBinaryOperator f) {
        return (p, ps, q, qs, n, at) -> {
            double total = start;
            for (int i = 0; i < n; i++) {
                total = f.applyAsDouble(total, x[p + i * ps]);
            }
            store(to, at, total);
        };
    }

    private static Line fold(long[] x, long[] to, long start, LongBinaryOperator f) {
        return (p, ps, q, qs, n, at) -> {
            long total = start;
            for (int i = 0; i < n; i++) {
                total = f.applyAsLong(total, x[p + i * ps]);
            }
            to[at] = total;
        };
    }

    /** A reduction over no axes: every line is one element, and its sum the element. */
    private static void elementwise(Value a, Value b, Value out, Workers w) {
        if (b == null) {
            Convert.copy(a, out, w);
            return;
        }
        Line line = sum(a, b, true, out);
        Walk.over(
                out,
                1,
                w,
                (at, count, p, step) -> {
                    for (int k = 0; k < count; k++) {
                        line.reduce(p[0] + k * step[0], 0, p[1] + k * step[1], 0, 1, at + k);
                    }
                },
                a,
                b);
    }

    private static void store(Value to, int at, double x) {
        if (to.dtype() == DType.FLOAT32) {
            to.floats()[at] = (float) x;
        } else {
            to.doubles()[at] = x;
        }
    }
}
