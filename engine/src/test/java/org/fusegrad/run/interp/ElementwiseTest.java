package org.fusegrad.run.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;
import org.fusegrad.math.Half;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class ElementwiseTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;

    private static Value vector(float... x) {
        return Run.floats(Shape.of(x.length), x);
    }

    @Test
    void exactUnaryOperations() {
        Map<Op, DoubleUnaryOperator> direct = new EnumMap<>(Op.class);
        direct.put(Op.NEG, x -> -x);
        direct.put(Op.ABS, Math::abs);
        direct.put(Op.SIGN, Math::signum);
        direct.put(Op.FLOOR, Math::floor);
        direct.put(Op.CEIL, Math::ceil);
        direct.put(Op.ROUND, Math::rint);
        direct.put(Op.SQRT, Math::sqrt);
        direct.put(Op.RECIPROCAL, x -> 1 / x);
        float[] x = {0f, -0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.7f, 1e30f, INF, -INF, NAN, 1e-42f};
        for (Map.Entry<Op, DoubleUnaryOperator> e : direct.entrySet()) {
            float[] want = new float[x.length];
            double[] wide = new double[x.length];
            double[] wantWide = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                want[i] = (float) e.getValue().applyAsDouble(x[i]);
                wide[i] = x[i];
                wantWide[i] = e.getValue().applyAsDouble(x[i]);
            }
            String name = e.getKey().toString();
            assertArrayEquals(want, Run.op(e.getKey(), vector(x)).floats(), name);
            Value d = Run.doubles(Shape.of(x.length), wide);
            assertArrayEquals(wantWide, Run.op(e.getKey(), d).doubles(), name);
        }
    }

    @Test
    void reciprocalSquareRootRoundsTwice() {
        float[] x = {3f, 0f, 7e-20f, INF, -1f};
        float[] y = Run.op(Op.RSQRT, vector(x)).floats();
        for (int i = 0; i < x.length; i++) {
            assertEquals(1f / (float) Math.sqrt(x[i]), y[i]);
        }
    }

    @Test
    void transcendentalOperations() {
        Map<Op, DoubleUnaryOperator> direct = new EnumMap<>(Op.class);
        direct.put(Op.EXP, Math::exp);
        direct.put(Op.EXPM1, Math::expm1);
        direct.put(Op.LOG, Math::log);
        direct.put(Op.LOG1P, Math::log1p);
        direct.put(Op.TANH, Math::tanh);
        direct.put(Op.SIGMOID, x -> 1 / (1 + Math.exp(-x)));
        direct.put(Op.SIN, Math::sin);
        direct.put(Op.COS, Math::cos);
        direct.put(Op.ATAN, Math::atan);
        direct.put(Op.ERF, ElementwiseTest::erf);
        float[] x = {0.1f, 0.5f, 0.9f, 1.3f, 2.2f};
        for (Map.Entry<Op, DoubleUnaryOperator> e : direct.entrySet()) {
            float[] y = Run.op(e.getKey(), vector(x)).floats();
            double[] wide = vector(x).toDoubles();
            double[] z = Run.op(e.getKey(), Run.doubles(Shape.of(5), wide)).doubles();
            for (int i = 0; i < x.length; i++) {
                double want = e.getValue().applyAsDouble(x[i]);
                assertEquals(want, y[i], 4e-7 * Math.abs(want), e.getKey() + " of " + x[i]);
                assertEquals(want, z[i], 4e-15 * Math.abs(want), e.getKey() + " of " + x[i]);
            }
        }
    }

    /** Abramowitz and Stegun 7.1.5. */
    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 80; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    @Test
    void binaryOperationsOfFloatingNumbers() {
        Map<Op, DoubleBinaryOperator> direct = new EnumMap<>(Op.class);
        direct.put(Op.ADD, (a, b) -> a + b);
        direct.put(Op.SUB, (a, b) -> a - b);
        direct.put(Op.MUL, (a, b) -> a * b);
        direct.put(Op.DIV, (a, b) -> a / b);
        direct.put(Op.MAXIMUM, Math::max);
        direct.put(Op.MINIMUM, Math::min);
        float[] values = {0f, -0f, 1f, -3.3f, 1e30f, INF, -INF, NAN, 0.1f};
        int n = values.length;
        for (Map.Entry<Op, DoubleBinaryOperator> e : direct.entrySet()) {
            Value column = Run.floats(Shape.of(n, 1), values);
            Value row = Run.floats(Shape.of(1, n), values);
            float[] y = Run.op(e.getKey(), column, row).floats();
            double[] wide = vector(values).toDoubles();
            double[] z = Run.op(
                            e.getKey(),
                            Run.doubles(Shape.of(n, 1), wide),
                            Run.doubles(Shape.of(1, n), wide))
                    .doubles();
            for (int i = 0; i < n * n; i++) {
                double want = e.getValue().applyAsDouble(values[i / n], values[i % n]);
                // One operation in double, rounded to float, is the operation in float.
                assertEquals((float) want, y[i], e.getKey().toString());
                assertEquals(want, z[i], e.getKey().toString());
            }
        }
    }

    @Test
    void powers() {
        float[] y = Run.op(Op.POW, vector(2f, 9f, -2f, 0f), vector(10f, 0.5f, 3f, 0f))
                .floats();
        assertArrayEquals(new float[] {1024, 3, -8, 1}, y, 1e-4f);
        Value base = Run.longs(Shape.of(7), 3, -2, 0, 1, -1, -1, 5);
        Value exponent = Run.longs(Shape.of(7), 4, 3, 0, -3, -3, -4, -1);
        assertArrayEquals(
                new long[] {81, -8, 1, 1, -1, 1, 0},
                Run.op(Op.POW, base, exponent).longs());
    }

    @Test
    void integers() {
        Shape s = Shape.of(4);
        Value a = Run.longs(s, 7, -7, 1L << 60, -5);
        Value b = Run.longs(s, 2, 2, 3, -5);
        assertArrayEquals(
                new long[] {3, -3, (1L << 60) / 3, 1}, Run.op(Op.DIV, a, b).longs());
        assertArrayEquals(
                new long[] {9, -5, (1L << 60) + 3, -10}, Run.op(Op.ADD, a, b).longs());
        assertArrayEquals(
                new long[] {5, -9, (1L << 60) - 3, 0}, Run.op(Op.SUB, a, b).longs());
        assertArrayEquals(
                new long[] {14, -14, 3L << 60, 25}, Run.op(Op.MUL, a, b).longs());
        assertArrayEquals(
                new long[] {7, 2, 1L << 60, -5}, Run.op(Op.MAXIMUM, a, b).longs());
        assertArrayEquals(new long[] {2, -7, 3, -5}, Run.op(Op.MINIMUM, a, b).longs());
        assertArrayEquals(new long[] {-7, 7, -(1L << 60), 5}, Run.op(Op.NEG, a).longs());
        assertArrayEquals(new long[] {7, 7, 1L << 60, 5}, Run.op(Op.ABS, a).longs());
        assertArrayEquals(new long[] {1, -1, 1, -1}, Run.op(Op.SIGN, a).longs());
        assertArrayEquals(
                new long[] {16, -12, (1L << 60) * 4 + 3, 20},
                Run.op(Op.FMA, a, b, Run.longs(s, 2, 2, 3 + (1L << 60), -5)).longs());
        ArithmeticException e = assertThrows(
                ArithmeticException.class, () -> Run.op(Op.DIV, a, Run.longs(s, 1, 0, 1, 1)));
        assertTrue(e.getMessage().contains("by zero"), e.getMessage());
    }

    @Test
    void comparisonsFollowIeee() {
        float[] v = {0f, -0f, 1f, INF, NAN};
        Value a = Run.floats(Shape.of(5, 1), v);
        Value b = Run.floats(Shape.of(1, 5), v);
        Value wideA = Run.doubles(Shape.of(5, 1), vector(v).toDoubles());
        Value wideB = Run.doubles(Shape.of(1, 5), vector(v).toDoubles());
        for (int i = 0; i < 25; i++) {
            float x = v[i / 5];
            float y = v[i % 5];
            check(Op.EQ, x == y, i, a, b, wideA, wideB);
            check(Op.NE, x != y, i, a, b, wideA, wideB);
            check(Op.LT, x < y, i, a, b, wideA, wideB);
            check(Op.LE, x <= y, i, a, b, wideA, wideB);
        }
        Value p = Run.longs(Shape.of(2), Long.MAX_VALUE, 3);
        Value q = Run.longs(Shape.of(2), Long.MAX_VALUE - 1, 3);
        assertArrayEquals(new byte[] {0, 1}, Run.op(Op.EQ, p, q).bytes());
        assertArrayEquals(new byte[] {0, 1}, Run.op(Op.LE, p, q).bytes());
    }

    private static void check(Op op, boolean want, int i, Value... v) {
        assertEquals(want ? 1 : 0, Run.op(op, v[0], v[1]).bytes()[i], op + " at " + i);
        assertEquals(want ? 1 : 0, Run.op(op, v[2], v[3]).bytes()[i], op + " at " + i);
    }

    @Test
    void truthValues() {
        Value a = Run.bools(Shape.of(4), 0, 0, 1, 1);
        Value b = Run.bools(Shape.of(4), 0, 1, 0, 1);
        assertArrayEquals(new byte[] {0, 0, 0, 1}, Run.op(Op.AND, a, b).bytes());
        assertArrayEquals(new byte[] {0, 1, 1, 1}, Run.op(Op.OR, a, b).bytes());
        assertArrayEquals(new byte[] {0, 1, 1, 0}, Run.op(Op.XOR, a, b).bytes());
        assertArrayEquals(new byte[] {1, 1, 0, 0}, Run.op(Op.NOT, a).bytes());
        assertArrayEquals(new byte[] {1, 0, 0, 1}, Run.op(Op.EQ, a, b).bytes());
    }

    @Test
    void choosing() {
        Value test = Run.bools(Shape.of(2, 1), 1, 0);
        Value a = Run.floats(Shape.of(1, 2), 1, NAN);
        Value zero = Run.floats(Shape.SCALAR, 5);
        assertArrayEquals(
                new float[] {1, NAN, 5, 5}, Run.op(Op.WHERE, test, a, zero).floats());
        Value p = Run.longs(Shape.of(2, 1), 1, 2);
        Value q = Run.longs(Shape.of(2, 1), 3, 4);
        assertArrayEquals(new long[] {1, 4}, Run.op(Op.WHERE, test, p, q).longs());
        assertArrayEquals(
                new byte[] {1, 1},
                Run.op(Op.WHERE, test, test, Run.op(Op.NOT, test)).bytes());
        Value d = Run.doubles(Shape.SCALAR, 0.1);
        assertArrayEquals(
                new double[] {0.1, 0.7},
                Run.op(Op.WHERE, test, d, Run.doubles(Shape.SCALAR, 0.7)).doubles());
    }

    @Test
    void fusedMultiplyAddRoundsOnce() {
        float a = 1 + 0x1p-12f;
        Value x = vector(a, 1e30f);
        Value z = vector(-1f, -INF);
        float[] y = Run.op(Op.FMA, x, x, z).floats();
        assertArrayEquals(new float[] {Math.fma(a, a, -1f), -INF}, y);
        double b = 1 + 0x1p-30;
        Value d = Run.doubles(Shape.of(1), b);
        assertEquals(
                Math.fma(b, b, -1.0),
                Run.op(Op.FMA, d, d, Run.doubles(Shape.SCALAR, -1)).doubles()[0]);
    }

    @Test
    void halfTypesAreReadAsFloat() {
        Value a = cast(vector(1.5f, -2.25f, 3f), DType.BFLOAT16);
        Value b = cast(vector(0.1f, 0.2f, 0.3f), DType.FLOAT16);
        Value sum = Run.op(Op.ADD, a, b);
        assertEquals(DType.FLOAT32, sum.dtype());
        float[] x = {1.5f, -2.25f, 3f};
        for (int i = 0; i < 3; i++) {
            assertEquals(x[i] + Half.fromFloat16(b.shorts()[i]), sum.floats()[i]);
        }
        assertEquals(1, Run.op(Op.LT, b, a).bytes()[0]);
        assertEquals(-1.5f, Run.op(Op.NEG, a).floats()[0]);
    }

    private static Value cast(Value x, DType to) {
        return Run.op(Op.CAST, new Attrs.To(to), x);
    }

    @Test
    void castsAreThoseOfJava() {
        float[] x = {0f, -0f, 2.7f, -2.7f, 1e30f, NAN, INF, 1.00390625f};
        Value v = vector(x);
        assertArrayEquals(
                new long[] {0, 0, 2, -2, Long.MAX_VALUE, 0, Long.MAX_VALUE, 1},
                cast(v, DType.INT64).longs());
        assertArrayEquals(
                new byte[] {0, 0, 1, 1, 1, 1, 1, 1}, cast(v, DType.BOOL).bytes());
        double[] wide = cast(v, DType.FLOAT64).doubles();
        short[] brain = cast(v, DType.BFLOAT16).shorts();
        short[] half = cast(v, DType.FLOAT16).shorts();
        for (int i = 0; i < x.length; i++) {
            assertEquals((double) x[i], wide[i]);
            assertEquals(Half.toBfloat16(x[i]), brain[i]);
            assertEquals(Half.toFloat16(x[i]), half[i]);
        }
        long big = (1L << 53) + 1;
        long odd = (1L << 24) + 1 + (1L << 54);
        Value l = Run.longs(Shape.of(3), big, -7, odd);
        assertArrayEquals(new double[] {big, -7, odd}, cast(l, DType.FLOAT64).doubles());
        assertArrayEquals(new float[] {big, -7, odd}, cast(l, DType.FLOAT32).floats());
        assertArrayEquals(new byte[] {1, 1, 1}, cast(l, DType.BOOL).bytes());
        assertArrayEquals(
                new float[] {1, 0},
                cast(Run.bools(Shape.of(2), 1, 0), DType.FLOAT32).floats());
        Value halves = cast(Run.doubles(Shape.of(1), 0.1), DType.FLOAT16);
        assertEquals(Half.toFloat16((float) 0.1), halves.shorts()[0]);
        assertEquals(
                Half.fromFloat16(halves.shorts()[0]),
                cast(halves, DType.FLOAT32).floats()[0]);
    }
}
