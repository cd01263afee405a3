package org.fusegrad.run.interp;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;

/**
 * Element-wise operations: a function of {@link Functions} at every element. Operands have the rank
 * of the result and broadcast along axes of size 1, or have rank 0. They are read in the type of
 * the result, comparisons in the widest type of their operands; half types are read as float32.
 */
final class Elementwise {
    private Elementwise() {}

    /** One operand. */
    static void unary(Node node, Value[] in, Value out, Workers w) {
        Op op = node.op();
        Value x = Convert.as(in[0], out.dtype(), w);
        switch (out.dtype()) {
            case FLOAT32 -> floats(Functions.FLOAT_UNARY.get(op), x, out, w);
            case FLOAT64 -> doubles(Functions.DOUBLE_UNARY.get(op), x, out, w);
            case INT64 -> longs(Functions.LONG_UNARY.get(op), x, out, w);
            default -> throw unsupported(node);
        }
    }

    private static IllegalArgumentException unsupported(Node node) {
        return new IllegalArgumentException(node.op() + ": has no meaning for " + node.dtype());
    }

    private static void floats(Functions.FloatUnary f, Value x, Value out, Workers w) {
        float[] a = x.floats();
        float[] c = out.floats();
        Walk.over(
                out,
                1,
                w,
                (at, n, p, s) -> {
                    int i = p[0];
                    for (int k = at; k < at + n; k++, i += s[0]) {
                        c[k] = f.apply(a[i]);
                    }
                },
                x);
    }

    private static void doubles(DoubleUnaryOperator f, Value x, Value out, Workers w) {
        double[] a = x.doubles();
        double[] c = out.doubles();
        Walk.over(
                out,
                1,
                w,
                (at, n, p, s) -> {
                    int i = p[0];
                    for (int k = at; k < at + n; k++, i += s[0]) {
                        c[k] = f.applyAsDouble(a[i]);
                    }
                },
                x);
    }

    private static void longs(LongUnaryOperator f, Value x, Value out, Workers w) {
        long[] a = x.longs();
        long[] c = out.longs();
        Walk.over(
                out,
                1,
                w,
                (at, n, p, s) -> {
                    int i = p[0];
                    for (int k = at; k < at + n; k++, i += s[0]) {
                        c[k] = f.applyAsLong(a[i]);
                    }
                },
                x);
    }

    /** Negation of truth values. */
    static void not(Node node, Value[] in, Value out, Workers w) {
        byte[] a = in[0].bytes();
        byte[] c = out.bytes();
        Walk.over(
                out,
                1,
                w,
                (at, n, p, s) -> {
                    int i = p[0];
                    for (int k = at; k < at + n; k++, i += s[0]) {
                        c[k] = (byte) (a[i] == 0 ? 1 : 0);
                    }
                },
                in[0]);
    }

    /** Two operands. */
    static void binary(Node node, Value[] in, Value out, Workers w) {
        Op op = node.op();
        Value a = Convert.as(in[0], out.dtype(), w);
        Value b = Convert.as(in[1], out.dtype(), w);
        switch (out.dtype()) {
            case FLOAT32 -> floats(Functions.FLOAT_BINARY.get(op), a, b, out, w);
            case FLOAT64 -> doubles(Functions.DOUBLE_BINARY.get(op), a, b, out, w);
            case INT64 -> longs(Functions.LONG_BINARY.get(op), a, b, out, w);
            default -> throw unsupported(node);
        }
    }

    private static void floats(Functions.FloatBinary f, Value x, Value y, Value out, Workers w) {
        float[] a = x.floats();
        float[] b = y.floats();
        float[] c = out.floats();
        Walk.over(
                out,
                1,
                w,
                (at, n, p, s) -> {
                    int i = p[0];
                    int j = p[1];
                    for (int k = at; k < at + n; k++, i += s[0], j += s[1]) {
                        c[k] = f.apply(a[i], b[j]);
                    }
                },
                x,
                y);
    }

    private static void doubles(DoubleBinaryOperator f, Value x, Value y, Value out, Workers w) {
        double[] a = x.doubles();
        double[] b = y.doubles();
        double[] c = out.doubles();
        Walk.over(
                out,
                1,
                w,
                (at, n, p, s) -> {
                    int i = p[0];
                    int j = p[1];
                    for (int k = at; k < at + n; k++, i += s[0], j += s[1]) {
                        c[k] = f.applyAsDouble(a[i], b[j]);
                    }
                },
                x,
                y);
    }

    private static void longs(LongBinaryOperator f, Value x, Value y, Value out, Workers w) {
        long[] a = x.longs();
        long[] b = y.longs();
        long[] c = out.longs();
        Walk.over(
                out,
                1,
                w,
                (at, n, p, s) -> {
                    int i = p[0];
                    int j = p[1];
                    for (int k = at; k < at + n; k++, i += s[0], j += s[1]) {
                        c[k] = f.applyAsLong(a[i], b[j]);
                    }
                },
                x,
                y);
    }

    /** Comparisons, and operations on truth values: a relation at every element. */
    static void relation(Node node, Value[] in, Value out, Workers w) {
        DType type = widest(in[0].dtype(), in[1].dtype());
        Value a = Convert.as(in[0], type, w);
        Value b = Convert.as(in[1], type, w);
        switch (type) {
            case FLOAT32 -> floatTest(Functions.DOUBLE_TEST.get(node.op()), a, b, out, w);
            case FLOAT64 -> doubleTest(Functions.DOUBLE_TEST.get(node.op()), a, b, out, w);
            default -> longTest(Functions.LONG_TEST.get(node.op()), a, b, out, w);
        }
    }

    /** The type two operands are compared in; truth values are compared as int64. */
    private static DType widest(DType a, DType b) {
        if (a == DType.FLOAT64 || b == DType.FLOAT64) {
            return DType.FLOAT64;
        }
        return a.isFloating() || b.isFloating() ? DType.FLOAT32 : DType.INT64;
    }

    private static void floatTest(Functions.DoubleTest f, Value x, Value y, Value out, Workers w) {
        float[] a = x.floats();
        float[] b = y.floats();
        byte[] c = out.bytes();
        Walk.over(
                out,
                1,
                w,
                (at, n, p, s) -> {
                    int i = p[0];
                    int j = p[1];
                    for (int k = at; k < at + n; k++, i += s[0], j += s[1]) {
                        c[k] = (byte) (f.test(a[i], b[j]) ? 1 : 0);
                    }
                },
                x,
                y);
    }

    private static void doubleTest(Functions.DoubleTest f, Value x, Value y, Value out, Workers w) {
        double[] a = x.doubles();
        double[] b = y.doubles();
        byte[] c = out.bytes();
        Walk.over(
                out,
                1,
                w,
                (at, n, p, s) -> {
                    int i = p[0];
                    int j = p[1];
                    for (int k = at; k < at + n; k++, i += s[0], j += s[1]) {
                        c[k] = (byte) (f.test(a[i], b[j]) ? 1 : 0);
                    }
                },
                x,
                y);
    }

    private static void longTest(Functions.LongTest f, Value x, Value y, Value out, Workers w) {
        long[] a = x.longs();
        long[] b = y.longs();
        byte[] c = out.bytes();
        Walk.over(
                out,
                1,
                w,
                (at, n, p, s) -> {
                    int i = p[0];
                    int j = p[1];
                    for (int k = at; k < at + n; k++, i += s[0], j += s[1]) {
                        c[k] = (byte) (f.test(a[i], b[j]) ? 1 : 0);
                    }
                },
                x,
                y);
    }

    /** The second operand where the first is true, else the third, in any type. */
    static void where(Node node, Value[] in, Value out, Workers w) {
        Value a = Convert.as(in[1], out.dtype(), w);
        Value b = Convert.as(in[2], out.dtype(), w);
        byte[] test = in[0].bytes();
        Walk.Run choose = switch (out.dtype()) {
            case FLOAT32 -> choose(test, a.floats(), b.floats(), out.floats());
            case FLOAT64 -> choose(test, a.doubles(), b.doubles(), out.doubles());
            case INT64 -> choose(test, a.longs(), b.longs(), out.longs());
            case BOOL -> choose(test, a.bytes(), b.bytes(), out.bytes());
            default -> throw unsupported(node);
        };
        Walk.over(out, 1, w, choose, in[0], a, b);
    }

    private static Walk.Run choose(byte[] test, float[] a, float[] b, float[] c) {
        return (at, n, p, s) -> {
            for (int k = 0; k < n; k++) {
                boolean first = test[p[0] + k * s[0]] != 0;
                c[at + k] = first ? a[p[1] + k * s[1]] : b[p[2] + k * s[2]];
            }
        };
    }

    private static Walk.Run choose(byte[] test, double[] a, double[] b, double[] c) {
        return (at, n, p, s) -> {
            for (int k = 0; k < n; k++) {
                boolean first = test[p[0] + k * s[0]] != 0;
                c[at + k] = first ? a[p[1] + k * s[1]] : b[p[2] + k * s[2]];
            }
        };
    }

    private static Walk.Run choose(byte[] test, long[] a, long[] b, long[] c) {
        return (at, n, p, s) -> {
            for (int k = 0; k < n; k++) {
                boolean first = test[p[0] + k * s[0]] != 0;
                c[at + k] = first ? a[p[1] + k * s[1]] : b[p[2] + k * s[2]];
            }
        };
    }

    private static Walk.Run choose(byte[] test, byte[] a, byte[] b, byte[] c) {
        return (at, n, p, s) -> {
            for (int k = 0; k < n; k++) {
                boolean first = test[p[0] + k * s[0]] != 0;
                c[at + k] = first ? a[p[1] + k * s[1]] : b[p[2] + k * s[2]];
            }
        };
    }

    /** a * b + c rounded once; wrapping around for int64. */
    static void fma(Node node, Value[] in, Value out, Workers w) {
        Value a = Convert.as(in[0], out.dtype(), w);
        Value b = Convert.as(in[1], out.dtype(), w);
        Value c = Convert.as(in[2], out.dtype(), w);
        Walk.Run run = switch (out.dtype()) {
            case FLOAT32 -> fma(a.floats(), b.floats(), c.floats(), out.floats());
            case FLOAT64 -> fma(a.doubles(), b.doubles(), c.doubles(), out.doubles());
            case INT64 -> fma(a.longs(), b.longs(), c.longs(), out.longs());
            default -> throw unsupported(node);
        };
        Walk.over(out, 1, w, run, a, b, c);
    }

    private static Walk.Run fma(float[] a, float[] b, float[] c, float[] out) {
        return (at, n, p, s) -> {
            for (int k = 0; k < n; k++) {
                out[at + k] = Math.fma(a[p[0] + k * s[0]], b[p[1] + k * s[1]], c[p[2] + k * s[2]]);
            }
        };
    }

    private static Walk.Run fma(double[] a, double[] b, double[] c, double[] out) {
        return (at, n, p, s) -> {
            for (int k = 0; k < n; k++) {
                out[at + k] = Math.fma(a[p[0] + k * s[0]], b[p[1] + k * s[1]], c[p[2] + k * s[2]]);
            }
        };
    }

    private static Walk.Run fma(long[] a, long[] b, long[] c, long[] out) {
        return (at, n, p, s) -> {
            for (int k = 0; k < n; k++) {
                out[at + k] = a[p[0] + k * s[0]] * b[p[1] + k * s[1]] + c[p[2] + k * s[2]];
            }
        };
    }
}
