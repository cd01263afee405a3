package org.fusegrad.run.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class ContractionsTest {
    @Test
    void matricesAgainstDouble() {
        int[][] sizes = {{1, 1, 1}, {3, 5, 2}, {17, 384, 9}, {130, 400, 515}, {2, 800, 3}};
        for (int[] s : sizes) {
            Value a = Run.random(DType.FLOAT32, 1, s[0], s[1]);
            Value b = Run.random(DType.FLOAT32, 2, s[1], s[2]);
            float[] c = Run.op(Op.MATMUL, a, b).floats();
            for (int i = 0; i < s[0]; i++) {
                for (int j = 0; j < s[2]; j++) {
                    double want = 0;
                    for (int k = 0; k < s[1]; k++) {
                        double x = a.floats()[i * s[1] + k];
                        want += x * b.floats()[k * s[2] + j];
                    }
                    assertEquals(want, c[i * s[2] + j], 1e-4);
                }
            }
        }
    }

    @Test
    void theOrderOfAProduct() {
        int depth = 1000;
        Value a = Run.random(DType.FLOAT32, 3, 1, depth);
        Value b = Run.random(DType.FLOAT32, 4, depth, 1);
        float want = 0;
        for (int start = 0; start < depth; start += 384) {
            float acc = 0;
            for (int k = start; k < Math.min(depth, start + 384); k++) {
                acc = Math.fma(a.floats()[k], b.floats()[k], acc);
            }
            want = start == 0 ? acc : want + acc;
        }
        assertEquals(want, Run.op(Op.MATMUL, a, b).floats()[0]);
    }

    @Test
    void batchesOfViews() {
        Value a = Run.random(DType.FLOAT64, 5, 4, 2, 3, 5).permute(new int[] {1, 2, 0, 3});
        Value b = Run.random(DType.FLOAT64, 6, 2, 3, 6, 5).permute(new int[] {0, 1, 3, 2});
        double[] c = Run.op(Op.MATMUL, a, b).doubles();
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        for (int i = 0; i < c.length; i++) {
            int batch = i / 24;
            int row = i / 6 % 4;
            double want = 0;
            for (int k = 0; k < 5; k++) {
                want = Math.fma(x[(batch * 4 + row) * 5 + k], y[(batch * 5 + k) * 6 + i % 6], want);
            }
            assertEquals(want, c[i]);
        }
        Value first = Run.random(DType.FLOAT32, 7, 1, 2, 3).expand(Shape.of(4, 2, 3));
        Value second = Run.random(DType.FLOAT32, 8, 4, 3, 2);
        assertArrayEquals(
                Run.op(Op.MATMUL, first.contiguous(), second).floats(),
                Run.op(Op.MATMUL, first, second).floats());
    }

    @Test
    void emptyProductsAreZero() {
        Value a = Value.zeros(DType.FLOAT32, Shape.of(2, 0));
        Value b = Value.zeros(DType.FLOAT32, Shape.of(0, 2));
        assertArrayEquals(new float[4], Run.op(Op.MATMUL, a, b).floats());
        assertEquals(0, Run.op(Op.MATMUL, b, a).shape().numel());
    }

    @Test
    void halfTypesMixWithFloat() {
        Value a = Run.random(DType.FLOAT32, 9, 3, 4);
        Value half = Run.op(Op.CAST, new Attrs.To(DType.BFLOAT16), a);
        Value wide = Run.op(Op.CAST, new Attrs.To(DType.FLOAT32), half);
        Value b = Run.random(DType.FLOAT32, 10, 4, 2);
        assertArrayEquals(
                Run.op(Op.MATMUL, wide, b).floats(), Run.op(Op.MATMUL, half, b).floats());
    }

    @Test
    void aConvolutionByHand() {
        Value x = Run.floats(Shape.of(1, 1, 5), 1, 2, 3, 4, 5);
        Value w = Run.floats(Shape.of(1, 1, 3), 1, 10, 100);
        assertArrayEquals(
                new float[] {210, 321, 432, 543, 54},
                Run.op(Op.CONV, conv(1, 1, 1, 1, 1), x, w).floats());
        assertArrayEquals(
                new float[] {210, 432, 54},
                Run.op(Op.CONV, conv(1, 2, 1, 1, 1), x, w).floats());
        assertArrayEquals(
                new float[] {531}, Run.op(Op.CONV, conv(1, 1, 0, 2, 1), x, w).floats());
    }

    private static Attrs.Conv conv(int axes, int stride, int padding, int dilation, int groups) {
        return new Attrs.Conv(
                Ints.fill(axes, stride),
                Ints.fill(axes, padding),
                Ints.fill(axes, dilation),
                groups,
                null);
    }

    /** One case: everything drawn at random, with the geometry different on each axis. */
    private record Case(Attrs.Conv conv, Shape x, Shape w) {
        static Case random(Random r, int axes) {
            int[] stride = new int[axes];
            int[] padding = new int[axes];
            int[] dilation = new int[axes];
            int groups = 1 + r.nextInt(3);
            int[] x = new int[axes + 2];
            int[] w = new int[axes + 2];
            w[1] = 1 + r.nextInt(3);
            w[0] = groups * (1 + r.nextInt(3));
            x[0] = 1 + r.nextInt(2);
            x[1] = groups * w[1];
            for (int i = 0; i < axes; i++) {
                stride[i] = 1 + r.nextInt(3);
                padding[i] = r.nextInt(3);
                dilation[i] = 1 + r.nextInt(2);
                w[i + 2] = 1 + r.nextInt(3);
                x[i + 2] = dilation[i] * (w[i + 2] - 1) + 1 + r.nextInt(5);
            }
            Attrs.Conv conv = new Attrs.Conv(
                    Ints.of(stride), Ints.of(padding), Ints.of(dilation), groups, null);
            return new Case(conv, Shape.of(x), Shape.of(w));
        }
    }

    @Test
    void adjointsOfRandomConvolutions() {
        Random random = new Random(15);
        for (int trial = 0; trial < 150; trial++) {
            Case c = Case.random(random, 1 + trial % 3);
            Value x = Run.random(DType.FLOAT64, trial, c.x.dims());
            Value w = Run.random(DType.FLOAT64, trial + 1000, c.w.dims());
            Value y = Run.op(Op.CONV, c.conv, x, w);
            Value g = Run.random(DType.FLOAT64, trial + 2000, y.shape().dims());
            Value dx = Run.op(Op.CONV_INPUT, c.conv.target(c.x), g, w);
            Value dw = Run.op(Op.CONV_WEIGHT, c.conv.target(c.w), x, g);
            double want = Run.dot(y, g);
            assertEquals(want, Run.dot(x, dx), 1e-9, c.toString());
            assertEquals(want, Run.dot(w, dw), 1e-9, c.toString());
        }
    }

    @Test
    void floatConvolutionsFollowDoubleOnes() {
        Random random = new Random(16);
        for (int trial = 0; trial < 60; trial++) {
            Case c = Case.random(random, 1 + trial % 3);
            Value x = Run.random(DType.FLOAT32, trial, c.x.dims());
            Value w = Run.random(DType.FLOAT32, trial + 1000, c.w.dims());
            Value y = Run.op(Op.CONV, c.conv, x, w);
            check(direct(c, x, w, y.shape()), y);
            Value g = Run.random(DType.FLOAT32, trial + 2000, y.shape().dims());
            check(
                    Run.op(Op.CONV_INPUT, c.conv.target(c.x), wide(g), wide(w)).doubles(),
                    Run.op(Op.CONV_INPUT, c.conv.target(c.x), g, w));
            check(
                    Run.op(Op.CONV_WEIGHT, c.conv.target(c.w), wide(x), wide(g)).doubles(),
                    Run.op(Op.CONV_WEIGHT, c.conv.target(c.w), x, g));
        }
    }

    private static void check(double[] want, Value got) {
        assertArrayEquals(want, got.toDoubles(), 1e-3);
    }

    private static Value wide(Value x) {
        return Run.op(Op.CAST, new Attrs.To(DType.FLOAT64), x);
    }

    /** The sum written out, element by element, over any number of axes. */
    private static double[] direct(Case c, Value x, Value w, Shape y) {
        double[] out = new double[y.numel()];
        int perGroup = c.w.dim(0) / c.conv.groups();
        for (int i = 0; i < out.length; i++) {
            int[] o = index(i, y);
            for (int j = 0; j < c.w.numel() / c.w.dim(0); j++) {
                int[] k = index(j, c.w.with(0, 1));
                int[] at = new int[o.length];
                at[0] = o[0];
                at[1] = o[1] / perGroup * c.w.dim(1) + k[1];
                boolean inside = true;
                for (int a = 2; a < at.length; a++) {
                    at[a] = o[a] * c.conv.stride().get(a - 2)
                            - c.conv.padding().get(a - 2)
                            + k[a] * c.conv.dilation().get(a - 2);
                    inside &= at[a] >= 0 && at[a] < c.x.dim(a);
                }
                k[0] = o[1];
                out[i] += inside ? element(x, at) * element(w, k) : 0;
            }
        }
        return out;
    }

    private static int[] index(int number, Shape s) {
        int[] index = new int[s.rank()];
        for (int a = s.rank() - 1; a >= 0; a--) {
            index[a] = number % s.dim(a);
            number /= s.dim(a);
        }
        return index;
    }

    private static double element(Value v, int[] index) {
        int position = v.offset();
        for (int a = 0; a < index.length; a++) {
            position += index[a] * v.stride(a);
        }
        return v.at(position);
    }

    @Test
    void aLargeConvolutionInSeveralTilesAndBlocks() {
        // Over three axes, of which the first is one element: those are never filtered minimally.
        Attrs.Conv flat = new Attrs.Conv(
                Ints.fill(3, 1), Ints.of(new int[] {0, 1, 1}), Ints.fill(3, 1), 1, null);
        Case c = new Case(flat, Shape.of(2, 48, 1, 26, 26), Shape.of(130, 48, 1, 3, 3));
        Value x = Run.random(DType.FLOAT32, 17, c.x.dims());
        Value w = Run.random(DType.FLOAT32, 18, c.w.dims());
        Value y = Run.op(Op.CONV, c.conv, x, w);
        double[] want = Run.op(Op.CONV, c.conv, wide(x), wide(w)).doubles();
        check(want, y);
        // The last element by the letter of the contract: 432 terms, in blocks of 384.
        float[] term = lastPatch(c, x);
        float[] filter = Arrays.copyOfRange(w.floats(), 129 * 432, 130 * 432);
        float first = 0;
        float second = 0;
        for (int k = 0; k < 432; k++) {
            if (k < 384) {
                first = Math.fma(filter[k], term[k], first);
            } else {
                second = Math.fma(filter[k], term[k], second);
            }
        }
        assertEquals(first + second, y.floats()[y.shape().numel() - 1]);
    }

    private static float[] lastPatch(Case c, Value x) {
        float[] patch = new float[432];
        for (int k = 0; k < 432; k++) {
            int h = 24 + k / 3 % 3;
            int w = 24 + k % 3;
            boolean inside = h < 26 && w < 26;
            patch[k] = inside ? x.floats()[((48 + k / 9) * 26 + h) * 26 + w] : 0;
        }
        return patch;
    }

    @Test
    void stridedImages() {
        Value x = Run.random(DType.FLOAT32, 19, 2, 6, 5, 3).permute(new int[] {0, 3, 1, 2});
        Value w = Run.random(DType.FLOAT32, 20, 4, 3, 2, 2);
        assertArrayEquals(
                Run.op(Op.CONV, conv(2, 1, 0, 1, 1), x.contiguous(), w).floats(),
                Run.op(Op.CONV, conv(2, 1, 0, 1, 1), x, w).floats());
    }
}
