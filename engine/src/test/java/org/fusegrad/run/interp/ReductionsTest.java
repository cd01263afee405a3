package org.fusegrad.run.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Arrays;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class ReductionsTest {
    private static final int[] SIZES = {0, 1, 2, 3, 31, 32, 33, 63, 64, 65, 4095, 4096, 4097, 5000};
    private static final float NAN = Float.NaN;

    private static Attrs axes(int... axes) {
        return new Attrs.Axes(Ints.of(axes));
    }

    private static Value sum(Value x, int... axes) {
        return Run.op(Op.SUM, axes(axes), x);
    }

    /** Row mode as the contract words it, written apart from the implementation. */
    private static double row(float[] x, float[] y) {
        double total = 0;
        for (int start = 0; start < x.length; start += 4096) {
            int end = Math.min(x.length, start + 4096);
            float[] lane = new float[32];
            for (int i = start; i < end; i++) {
                int l = (i - start) % 32;
                lane[l] = y == null ? lane[l] + x[i] : Math.fma(x[i], y[i], lane[l]);
            }
            double[] d = new double[32];
            for (int j = 0; j < 32; j++) {
                d[j] = lane[j];
            }
            for (int h : new int[] {16, 8, 4, 2, 1}) {
                for (int j = 0; j < h; j++) {
                    d[j] = d[j] + d[j + h];
                }
            }
            total += d[0];
        }
        return total;
    }

    private static double column(float[] x, float[] y) {
        double total = 0;
        for (int start = 0; start < x.length; start += 64) {
            float sum = 0;
            for (int i = start; i < Math.min(x.length, start + 64); i++) {
                sum = y == null ? sum + x[i] : Math.fma(x[i], y[i], sum);
            }
            total += sum;
        }
        return total;
    }

    @Test
    void theOrderOfARow() {
        for (int n : SIZES) {
            Value x = Run.random(DType.FLOAT32, n, n);
            Value y = Run.random(DType.FLOAT32, n + 1, n);
            assertEquals((float) row(x.floats(), null), sum(x, 0).floats()[0], "n = " + n);
            assertEquals(
                    (float) row(x.floats(), y.floats()),
                    Run.op(Op.SUM_MUL, axes(0), x, y).floats()[0],
                    "n = " + n);
            // Axes of size 1 behind do not matter.
            Value behind = Value.wrap(DType.FLOAT32, x.floats(), Shape.of(n, 1, 1));
            assertEquals((float) row(x.floats(), null), sum(behind, 0).floats()[0], "n = " + n);
        }
    }

    @Test
    void theOrderOfAColumn() {
        for (int n : SIZES) {
            Value x = Run.random(DType.FLOAT32, n, n, 3);
            Value y = Run.random(DType.FLOAT32, n + 1, n, 3);
            float[] sums = sum(x, 0).floats();
            float[] products = Run.op(Op.SUM_MUL, axes(0), x, y).floats();
            for (int c = 0; c < 3; c++) {
                float[] a = columnOf(x, c);
                float[] b = columnOf(y, c);
                assertEquals((float) column(a, null), sums[c], "n = " + n);
                assertEquals((float) column(a, b), products[c], "n = " + n);
            }
        }
    }

    private static float[] columnOf(Value x, int c) {
        float[] line = new float[x.shape().dim(0)];
        for (int i = 0; i < line.length; i++) {
            line[i] = x.floats()[i * 3 + c];
        }
        return line;
    }

    @Test
    void sumsAreCloseToExactOnes() {
        for (int n : SIZES) {
            Value x = Run.random(DType.FLOAT32, 7L * n, n);
            BigDecimal exact = BigDecimal.ZERO;
            double size = 0;
            for (float v : x.floats()) {
                exact = exact.add(new BigDecimal(v));
                size += Math.abs(v);
            }
            assertEquals(exact.doubleValue(), sum(x, 0).floats()[0], 1e-6 * size + 1e-30);
            Value d = Run.op(Op.CAST, new Attrs.To(DType.FLOAT64), x);
            assertEquals(exact.doubleValue(), sum(d, 0).doubles()[0], 1e-14 * size);
        }
    }

    @Test
    void theOrderInFloat64() {
        for (int n : SIZES) {
            double[] x = Run.random(DType.FLOAT64, n, n).doubles();
            double total = 0;
            for (int start = 0; start < n; start += 4096) {
                double[] d = new double[16];
                for (int i = start; i < Math.min(n, start + 4096); i++) {
                    d[(i - start) % 16] = Math.fma(x[i], x[i], d[(i - start) % 16]);
                }
                for (int h = 8; h >= 1; h /= 2) {
                    for (int j = 0; j < h; j++) {
                        d[j] += d[j + h];
                    }
                }
                total += d[0];
            }
            Value v = Run.doubles(Shape.of(n), x);
            assertEquals(total, Run.op(Op.SUM_MUL, axes(0), v, v).doubles()[0], "n = " + n);
            double fold = 0;
            for (double e : x) {
                fold += e;
            }
            Value twice = Run.doubles(Shape.of(n, 1), x).expand(Shape.of(n, 2));
            assertArrayEquals(new double[] {fold, fold}, sum(twice, 0).doubles(), "n = " + n);
        }
    }

    @Test
    void anOutputOfFloat64KeepsTheTotal() {
        Value x = Run.random(DType.FLOAT32, 9, 5000);
        Node node = Node.of(Op.SUM, axes(0), Node.input(0, DType.FLOAT32, x.shape(), null));
        Value out = Run.garbage(DType.FLOAT64, Shape.of(1));
        try (Workers workers = new Workers(1)) {
            Interpreter.evaluate(node, new Value[] {x}, out, workers);
        }
        assertEquals(row(x.floats(), null), out.doubles()[0]);
    }

    @Test
    void squaresThatOverflowFloatAreSummedInDouble() {
        float[] x = new float[5000];
        Arrays.fill(x, 1e-3f);
        x[4200] = 1e30f;
        x[4300] = -1e30f;
        Node leaf = Node.input(0, DType.FLOAT32, Shape.of(5000), null);
        Node node = Node.of(Op.SUM_MUL, axes(0), leaf, leaf);
        Value in = Run.floats(Shape.of(5000), x);
        Value out = Run.garbage(DType.FLOAT64, Shape.of(1));
        Value column = Run.floats(Shape.of(5000, 1), x).expand(Shape.of(5000, 2));
        Node wide = Node.input(0, DType.FLOAT32, Shape.of(5000, 2), null);
        Value both = Run.garbage(DType.FLOAT64, Shape.of(1, 2));
        try (Workers workers = new Workers(1)) {
            Interpreter.evaluate(node, new Value[] {in, in}, out, workers);
            Interpreter.evaluate(
                    Node.of(Op.SUM_MUL, axes(0), wide, wide),
                    new Value[] {column, column},
                    both,
                    workers);
        }
        double want = 2 * (double) 1e30f * 1e30f;
        assertEquals(want, out.doubles()[0], 1e-9 * want);
        assertEquals(want, both.doubles()[1], 1e-9 * want);
        assertEquals(
                Float.POSITIVE_INFINITY, Run.op(Op.SUM_MUL, axes(0), in, in).floats()[0]);
        Value max = Run.floats(Shape.of(3), 3e38f, 3e38f, -3e38f);
        assertEquals(3e38f, sum(max, 0).floats()[0]);
        assertTrue(Float.isNaN(sum(Run.floats(Shape.of(2), 1, NAN), 0).floats()[0]));
        assertEquals(
                Float.POSITIVE_INFINITY,
                sum(Run.floats(Shape.of(2), 1, Float.POSITIVE_INFINITY), 0).floats()[0]);
    }

    @Test
    void severalAxesAreSummedInnermostFirstInDouble() {
        Value x = Run.random(DType.FLOAT32, 11, 5, 4, 70);
        double[] inner = new double[20];
        for (int i = 0; i < 20; i++) {
            inner[i] = row(Arrays.copyOfRange(x.floats(), i * 70, i * 70 + 70), null);
        }
        float[] got = sum(x, 0, 2).floats();
        for (int c = 0; c < 4; c++) {
            double total = 0;
            for (int n = 0; n < 5; n++) {
                total += inner[n * 4 + c];
            }
            assertEquals((float) total, got[c]);
        }
        assertEquals(Shape.of(1, 4, 1), sum(x, 0, 2).shape());
    }

    @Test
    void productsBroadcast() {
        Value x = Run.random(DType.FLOAT32, 12, 6, 5);
        Value w = Run.random(DType.FLOAT32, 13, 1, 5);
        float[] got = Run.op(Op.SUM_MUL, axes(1), x, w).floats();
        for (int i = 0; i < 6; i++) {
            float[] line = Arrays.copyOfRange(x.floats(), i * 5, i * 5 + 5);
            assertEquals((float) row(line, w.floats()), got[i]);
        }
        Value two = Run.floats(Shape.SCALAR, 2);
        assertEquals(
                6,
                Run.op(Op.SUM_MUL, axes(0), two, Run.floats(Shape.of(2), 1, 2)).floats()[0]);
    }

    @Test
    void productsMaximaAndMinima() {
        Value x = Run.floats(Shape.of(2, 3), 1, NAN, 3, -4, 5, -0f);
        assertArrayEquals(new float[] {NAN, 5}, Run.op(Op.MAX, axes(1), x).floats());
        assertArrayEquals(new float[] {NAN, -4}, Run.op(Op.MIN, axes(1), x).floats());
        assertArrayEquals(new float[] {NAN}, Run.op(Op.MAX, axes(0, 1), x).floats());
        assertArrayEquals(
                new float[] {-4, NAN, -0f}, Run.op(Op.PROD, axes(0), x).floats());
        Value zeros = Run.floats(Shape.of(2), -0f, 0f);
        assertEquals(0f, Run.op(Op.MAX, axes(0), zeros).floats()[0]);
        assertEquals(-0f, Run.op(Op.MIN, axes(0), zeros).floats()[0]);
        Value wide = Run.floats(Shape.of(4), 1e30f, 1e30f, 1e-30f, 1e-30f);
        assertEquals(
                (float) (1.0 * 1e30f * 1e30f * 1e-30f * 1e-30f),
                Run.op(Op.PROD, axes(0), wide).floats()[0]);
        Value d = Run.doubles(Shape.of(3), 2, 0.5, 7);
        assertEquals(7, Run.op(Op.PROD, axes(0), d).doubles()[0]);
        assertEquals(0.5, Run.op(Op.MIN, axes(0), d).doubles()[0]);
    }

    @Test
    void integersAreExact() {
        long big = (1L << 60) + 1;
        Value x = Run.longs(Shape.of(2, 2), big, 3, -1, big);
        assertArrayEquals(new long[] {big - 1, big + 3}, sum(x, 0).longs());
        assertArrayEquals(new long[] {2 * big + 2}, sum(x, 0, 1).longs());
        assertArrayEquals(
                new long[] {3 * big, -big}, Run.op(Op.PROD, axes(1), x).longs());
        assertArrayEquals(new long[] {big, big}, Run.op(Op.MAX, axes(1), x).longs());
        assertArrayEquals(new long[] {3, -1}, Run.op(Op.MIN, axes(1), x).longs());
        assertArrayEquals(
                new long[] {big * big + 9, 1 + big * big},
                Run.op(Op.SUM_MUL, axes(1), x, x).longs());
    }

    @Test
    void emptyReductionsAndNoAxes() {
        Value none = Value.zeros(DType.FLOAT32, Shape.of(0, 2));
        assertArrayEquals(new float[] {0, 0}, sum(none, 0).floats());
        assertArrayEquals(new float[] {1, 1}, Run.op(Op.PROD, axes(0), none).floats());
        assertEquals(Shape.of(0, 1), sum(none, 1).shape());
        Value x = Run.floats(Shape.of(2), 3, -4);
        assertArrayEquals(new float[] {3, -4}, sum(x).floats());
        assertArrayEquals(new float[] {9, 16}, Run.op(Op.SUM_MUL, axes(), x, x).floats());
    }

    @Test
    void stridedOperandsAndHalfTypes() {
        Value x = Run.random(DType.FLOAT32, 14, 70, 6);
        Value rows = x.permute(new int[] {1, 0});
        float[] got = sum(rows, 1).floats();
        float[] want = sum(rows.contiguous(), 1).floats();
        assertArrayEquals(want, got);
        Value half = Run.op(Op.CAST, new Attrs.To(DType.BFLOAT16), x);
        Value back = Run.op(Op.CAST, new Attrs.To(DType.FLOAT32), half);
        assertArrayEquals(sum(back, 0).floats(), sum(half, 0).floats());
        assertArrayEquals(
                Run.op(Op.MAX, axes(0), back).floats(),
                Run.op(Op.MAX, axes(0), half).floats());
    }
}
