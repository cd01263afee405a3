package org.fusegrad.run.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class IndexingTest {
    private static final float NAN = Float.NaN;

    private static Value gather(Value x, Value index, int axis) {
        return Run.op(Op.GATHER, new Attrs.Axis(axis), x, index);
    }

    private static Value scatter(Value x, Value index, int axis, int size) {
        return Run.op(Op.SCATTER_ADD, new Attrs.Scatter(axis, size), x, index);
    }

    private static Value index(Random random, int bound, int... dims) {
        Value v = Run.garbage(DType.INT64, Shape.of(dims));
        for (int i = 0; i < v.shape().numel(); i++) {
            v.longs()[i] = random.nextInt(bound);
        }
        return v;
    }

    @Test
    void gathersByHand() {
        Value x = Run.floats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Value columns = Run.longs(Shape.of(2, 2), 2, 0, 1, 1);
        assertArrayEquals(new float[] {3, 1, 5, 5}, gather(x, columns, 1).floats());
        Value rows = Run.longs(Shape.of(1, 3), 1, 0, 1);
        assertArrayEquals(new float[] {4, 2, 6}, gather(x, rows, 0).floats());
    }

    @Test
    void looksUpWholeRowsOfAnyType() {
        Value table = Run.random(DType.FLOAT32, 1, 10, 4);
        Value rows = Run.longs(Shape.of(3, 1), 7, 0, 7).expand(Shape.of(3, 4));
        for (DType dtype : DType.values()) {
            Value t = Run.op(Op.CAST, new Attrs.To(dtype), table);
            Value got = gather(t, rows, 0);
            assertEquals(dtype, got.dtype());
            double[] all = t.toDoubles();
            double[] want = new double[12];
            System.arraycopy(all, 28, want, 0, 4);
            System.arraycopy(all, 0, want, 4, 4);
            System.arraycopy(all, 28, want, 8, 4);
            assertArrayEquals(want, got.toDoubles());
            assertArrayEquals(want, gather(t, rows.contiguous(), 0).toDoubles());
        }
    }

    @Test
    void anIndexOutOfRangeIsNamed() {
        Value x = Run.floats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        for (long bad : new long[] {3, -1, 1L << 32}) {
            Value index = Run.longs(Shape.of(2, 1), 0, bad);
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> gather(x, index, 1));
            assertEquals(
                    "gather: index " + bad + " is out of range for axis 1 of size 3",
                    e.getMessage());
            Value values = Run.floats(Shape.of(2, 1), 1, 1);
            e = assertThrows(IllegalArgumentException.class, () -> scatter(values, index, 1, 3));
            assertTrue(e.getMessage().startsWith("scatter_add: index " + bad), e.getMessage());
        }
    }

    @Test
    void scattersByHand() {
        Value x = Run.floats(Shape.of(2, 2), 1, 2, 3, 4);
        Value index = Run.longs(Shape.of(2, 2), 2, 2, 0, 1);
        assertArrayEquals(
                new float[] {0, 0, 3, 3, 4, 0}, scatter(x, index, 1, 3).floats());
        Value rows = Run.longs(Shape.of(2, 2), 1, 1, 1, 0);
        assertArrayEquals(new float[] {0, 4, 4, 2, 0, 0}, scatter(x, rows, 0, 3).floats());
        Value line = Run.floats(Shape.of(3), 1, 2, 3);
        Value to = Run.longs(Shape.of(3), 1, 1, 0);
        assertArrayEquals(new float[] {3, 3}, scatter(line, to, 0, 2).floats());
        long big = (1L << 60) + 1;
        Value longs = Run.longs(Shape.of(3), big, 1, 5);
        assertArrayEquals(new long[] {5, big + 1}, scatter(longs, to, 0, 2).longs());
    }

    @Test
    void scatterAddsInDouble() {
        Value x = Run.floats(Shape.of(3), 1e8f, 1f, -1e8f);
        Value to = Run.longs(Shape.of(1), 0).expand(Shape.of(3));
        assertEquals(1f, scatter(x, to, 0, 1).floats()[0]);
    }

    @Test
    void scatterIsTheAdjointOfGather() {
        Random random = new Random(2);
        for (int axis = 0; axis < 3; axis++) {
            int[] dims = {6, 5, 400};
            int[] to = dims.clone();
            to[axis] = 9;
            Value x = Run.random(DType.FLOAT64, 3, dims);
            Value index = index(random, dims[axis], to);
            Value y = gather(x, index, axis);
            Value g = Run.random(DType.FLOAT64, 4, to);
            Value dx = scatter(g, index, axis, dims[axis]);
            assertEquals(Run.dot(y, g), Run.dot(x, dx), 1e-9);
        }
    }

    @Test
    void largeScattersAreCutAcrossTheAxis() {
        Random random = new Random(5);
        Value rows = index(random, 3000, 500, 1).expand(Shape.of(500, 300));
        Value g = Run.random(DType.FLOAT32, 6, 500, 300);
        float[] got = scatter(g, rows, 0, 3000).floats();
        double[] want = new double[got.length];
        for (int i = 0; i < 500 * 300; i++) {
            int row = (int) rows.longs()[i / 300];
            want[row * 300 + i % 300] += g.floats()[i];
        }
        for (int i = 0; i < want.length; i++) {
            assertEquals((float) want[i], got[i]);
        }
    }

    @Test
    void theFirstMaximumOrNanWins() {
        Value x = Run.floats(Shape.of(3, 4), 1, 5, 5, 2, NAN, 9, NAN, 1, -3, -2, -1, -1);
        Value first = Run.op(Op.ARGMAX, new Attrs.Axis(1), x);
        assertArrayEquals(new long[] {1, 0, 2}, first.longs());
        assertEquals(Shape.of(3, 1), first.shape());
        assertArrayEquals(
                new long[] {1, 1, 1, 0}, Run.op(Op.ARGMAX, new Attrs.Axis(0), x).longs());
        Value late = Run.floats(Shape.of(3), 1, 9, NAN);
        assertArrayEquals(
                new long[] {2}, Run.op(Op.ARGMAX, new Attrs.Axis(0), late).longs());
        Value big = Run.longs(Shape.of(3), Long.MAX_VALUE - 1, Long.MAX_VALUE, 0);
        assertArrayEquals(
                new long[] {1}, Run.op(Op.ARGMAX, new Attrs.Axis(0), big).longs());
        Value truth = Run.bools(Shape.of(3), 0, 1, 1);
        assertArrayEquals(
                new long[] {1}, Run.op(Op.ARGMAX, new Attrs.Axis(0), truth).longs());
        Value half = Run.op(Op.CAST, new Attrs.To(DType.BFLOAT16), x);
        assertArrayEquals(
                first.longs(), Run.op(Op.ARGMAX, new Attrs.Axis(1), half).longs());
    }

    @Test
    void runningSumsAlongEachAxis() {
        int[] dims = {5, 40, 700};
        Value x = Run.random(DType.FLOAT32, 7, dims);
        for (int axis = 0; axis < 3; axis++) {
            for (boolean reverse : new boolean[] {false, true}) {
                float[] y =
                        Run.op(Op.CUMSUM, new Attrs.Cumulate(axis, reverse), x).floats();
                int apart = x.stride(axis);
                int n = dims[axis];
                double[] sum = new double[x.shape().numel() / n];
                for (int step = 0; step < n; step++) {
                    int k = reverse ? n - 1 - step : step;
                    for (int line = 0; line < sum.length; line++) {
                        int at = line / apart * apart * n + line % apart + k * apart;
                        sum[line] += x.floats()[at];
                        assertEquals((float) sum[line], y[at]);
                    }
                }
            }
        }
    }

    @Test
    void runningSumsOfViewsAndHalfTypes() {
        Value x = Run.floats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6).permute(new int[] {1, 0});
        Attrs along = new Attrs.Cumulate(0, false);
        assertArrayEquals(
                new float[] {1, 4, 3, 9, 6, 15}, Run.op(Op.CUMSUM, along, x).floats());
        Value half = Run.op(Op.CAST, new Attrs.To(DType.FLOAT16), x);
        assertArrayEquals(
                new float[] {1, 4, 3, 9, 6, 15}, Run.op(Op.CUMSUM, along, half).floats());
        Value none = Value.zeros(DType.FLOAT32, Shape.of(0, 2));
        assertEquals(0, Run.op(Op.CUMSUM, along, none).shape().numel());
    }
}
