package org.fusegrad.run.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class PoolingTest {
    private static final float NAN = Float.NaN;
    private static final float INF = Float.POSITIVE_INFINITY;

    /** A window on one axis. */
    private static Attrs.Window line(
            int n, int kernel, int stride, int padding, int dilation, int out, boolean padded) {
        return new Attrs.Window(
                Ints.of(kernel),
                Ints.of(stride),
                Ints.of(padding),
                Ints.of(dilation),
                Ints.of(out),
                padded,
                0,
                Shape.of(n));
    }

    private static Value vector(float... x) {
        return Run.floats(Shape.of(x.length), x);
    }

    @Test
    void maximaWithPaddingAndDilation() {
        Value x = vector(-5, -3, -4, -9, -1);
        assertArrayEquals(
                new float[] {-3, -3, -3, -1, -1},
                Run.op(Op.MAX_POOL, line(5, 3, 1, 1, 1, 5, false), x).floats());
        assertArrayEquals(
                new float[] {-3, -4, -3, -1, -9},
                Run.op(Op.MAX_POOL, line(5, 2, 1, 1, 2, 5, false), x).floats());
    }

    @Test
    void ceilModeWindowsRunPastTheEnd() {
        Value x = vector(1, 2, 3, 4, 5);
        assertArrayEquals(
                new float[] {2, 4, 5},
                Run.op(Op.MAX_POOL, line(5, 2, 2, 0, 1, 3, false), x).floats());
        assertArrayEquals(
                new float[] {1.5f, 3.5f, 5},
                Run.op(Op.AVG_POOL, line(5, 2, 2, 0, 1, 3, false), x).floats());
        assertArrayEquals(
                new float[] {1.5f, 3.5f, 5},
                Run.op(Op.AVG_POOL, line(5, 2, 2, 0, 1, 3, true), x).floats());
    }

    @Test
    void paddingCountsInAnAverageWhenAsked() {
        Value x = vector(2, 4, 6, 8);
        assertArrayEquals(
                new float[] {3, 6, 8},
                Run.op(Op.AVG_POOL, line(4, 3, 2, 1, 1, 3, false), x).floats());
        // The last window reaches one past the padding: two of its taps count.
        assertArrayEquals(
                new float[] {2, 6, 4},
                Run.op(Op.AVG_POOL, line(4, 3, 2, 1, 1, 3, true), x).floats());
        Attrs.Window divided = new Attrs.Window(
                Ints.of(3), Ints.of(2), Ints.of(1), Ints.of(1), Ints.of(3), true, 4, Shape.of(4));
        assertArrayEquals(
                new float[] {1.5f, 4.5f, 2}, Run.op(Op.AVG_POOL, divided, x).floats());
    }

    @Test
    void nanAndTies() {
        Attrs.Window w = line(4, 4, 4, 0, 1, 1, false);
        Value one = vector(7);
        Value last = vector(1, NAN, 5, NAN);
        assertArrayEquals(new float[] {NAN}, Run.op(Op.MAX_POOL, w, last).floats());
        assertArrayEquals(
                new float[] {0, 0, 0, 7},
                Run.op(Op.MAX_POOL_SCATTER, w, one, last).floats());
        Value ties = vector(1, 5, 5, 2);
        assertArrayEquals(
                new float[] {0, 7, 0, 0},
                Run.op(Op.MAX_POOL_SCATTER, w, one, ties).floats());
        Value low = vector(-INF, -INF, -INF, -INF);
        assertArrayEquals(
                new float[] {7, 0, 0, 0},
                Run.op(Op.MAX_POOL_SCATTER, w, one, low).floats());
        assertArrayEquals(
                new float[] {20},
                Run.op(Op.MAX_POOL_GATHER, w, vector(10, 20, 30, 40), ties).floats());
    }

    @Test
    void windowsWithoutElements() {
        Attrs.Window w = line(1, 2, 1, 1, 2, 1, true);
        Value x = vector(3);
        assertArrayEquals(new float[] {-INF}, Run.op(Op.MAX_POOL, w, x).floats());
        assertArrayEquals(new float[] {0}, Run.op(Op.MAX_POOL_SCATTER, w, x, x).floats());
        assertArrayEquals(new float[] {0}, Run.op(Op.MAX_POOL_GATHER, w, x, x).floats());
        assertArrayEquals(new float[] {0}, Run.op(Op.AVG_POOL, w, x).floats());
        assertArrayEquals(new float[] {0}, Run.op(Op.AVG_POOL_ADJOINT, w, x).floats());
    }

    private static Attrs.Window random(Random r, int axes) {
        int[] kernel = new int[axes];
        int[] stride = new int[axes];
        int[] padding = new int[axes];
        int[] dilation = new int[axes];
        int[] out = new int[axes];
        int[] dims = new int[axes + 1];
        dims[0] = 3;
        for (int i = 0; i < axes; i++) {
            kernel[i] = 1 + r.nextInt(3);
            stride[i] = 1 + r.nextInt(3);
            padding[i] = r.nextInt(kernel[i] / 2 + 1);
            dilation[i] = 1 + r.nextInt(2);
            dims[i + 1] = dilation[i] * (kernel[i] - 1) + 1 + r.nextInt(6);
            int room = dims[i + 1] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1;
            out[i] = (room + (r.nextBoolean() ? stride[i] - 1 : 0)) / stride[i] + 1;
            // A window must start in the input or the padding before it.
            out[i] -= (out[i] - 1) * stride[i] >= dims[i + 1] + padding[i] ? 1 : 0;
        }
        return new Attrs.Window(
                Ints.of(kernel),
                Ints.of(stride),
                Ints.of(padding),
                Ints.of(dilation),
                Ints.of(out),
                r.nextBoolean(),
                r.nextInt(4) == 0 ? 5 : 0,
                Shape.of(dims));
    }

    private static int[] pooled(Attrs.Window w) {
        int[] dims = w.input().dims();
        for (int i = 0; i < w.output().size(); i++) {
            dims[i + 1] = w.output().get(i);
        }
        return dims;
    }

    @Test
    void adjointsOfRandomWindows() {
        Random random = new Random(21);
        for (int trial = 0; trial < 200; trial++) {
            Attrs.Window w = random(random, 1 + trial % 3);
            Value x = Run.random(DType.FLOAT64, trial, w.input().dims());
            Value g = Run.random(DType.FLOAT64, trial + 1, pooled(w));
            Value mean = Run.op(Op.AVG_POOL, w, x);
            Value spread = Run.op(Op.AVG_POOL_ADJOINT, w, g);
            assertEquals(Run.dot(mean, g), Run.dot(x, spread), 1e-10, w.toString());
            Value most = Run.op(Op.MAX_POOL, w, x);
            Value scattered = Run.op(Op.MAX_POOL_SCATTER, w, g, x);
            assertEquals(Run.dot(most, g), Run.dot(x, scattered), 1e-10, w.toString());
            Value values = Run.random(DType.FLOAT64, trial + 2, w.input().dims());
            Value gathered = Run.op(Op.MAX_POOL_GATHER, w, values, x);
            assertEquals(Run.dot(gathered, g), Run.dot(values, scattered), 1e-10, w.toString());
        }
    }

    @Test
    void anImageAgainstPlainLoops() {
        Value x = Run.ties(22, 2, 3, 9, 8);
        Attrs.Window w = new Attrs.Window(
                Ints.of(3, 2),
                Ints.of(2, 3),
                Ints.of(1, 1),
                Ints.of(2, 1),
                Ints.of(4, 3),
                false,
                0,
                x.shape());
        float[] max = Run.op(Op.MAX_POOL, w, x).floats();
        float[] mean = Run.op(Op.AVG_POOL, w, x).floats();
        for (int i = 0; i < max.length; i++) {
            float most = -INF;
            double sum = 0;
            int count = 0;
            for (int t = 0; t < 6; t++) {
                int h = i / 3 % 4 * 2 - 1 + t / 2 * 2;
                int c = i % 3 * 3 - 1 + t % 2;
                if (h >= 0 && h < 9 && c >= 0 && c < 8) {
                    float v = x.floats()[(i / 12 * 9 + h) * 8 + c];
                    most = Math.max(most, v);
                    sum += v;
                    count++;
                }
            }
            assertEquals(most, max[i]);
            assertEquals((float) (sum / count), mean[i]);
        }
    }

    @Test
    void halfTypesAndViews() {
        Value x = Run.ties(23, 4, 6, 2).permute(new int[] {2, 0, 1});
        Attrs.Window w = new Attrs.Window(
                Ints.of(2, 2),
                Ints.of(2, 2),
                Ints.of(0, 0),
                Ints.of(1, 1),
                Ints.of(2, 3),
                false,
                0,
                x.shape());
        Value half = Run.op(Op.CAST, new Attrs.To(DType.FLOAT16), x);
        Value g = Run.random(DType.FLOAT32, 24, 2, 2, 3);
        assertArrayEquals(
                Run.op(Op.MAX_POOL, w, x).floats(), Run.op(Op.MAX_POOL, w, half).floats());
        assertArrayEquals(
                Run.op(Op.MAX_POOL_SCATTER, w, g, x.contiguous()).floats(),
                Run.op(Op.MAX_POOL_SCATTER, w, g, half).floats());
        assertArrayEquals(
                Run.op(Op.AVG_POOL, w, x.contiguous()).floats(),
                Run.op(Op.AVG_POOL, w, half).floats());
        assertEquals(DType.FLOAT32, Run.op(Op.AVG_POOL_ADJOINT, w, g).dtype());
    }
}
