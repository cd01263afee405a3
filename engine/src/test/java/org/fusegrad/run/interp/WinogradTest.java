package org.fusegrad.run.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.graph.WinogradRule;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

/** Which convolutions are filtered minimally, and what comes out. */
class WinogradTest {
    private static Attrs.Conv conv(int stride, int padding, int dilation, int groups) {
        return new Attrs.Conv(
                Ints.fill(2, stride), Ints.fill(2, padding), Ints.fill(2, dilation), groups, null);
    }

    private static boolean applies(Attrs.Conv conv, DType dtype, Shape x, Shape w) {
        Node node = Node.of(
                Op.CONV,
                conv,
                List.of(Node.input(0, dtype, x, null), Node.input(1, dtype, w, null)));
        return WinogradRule.applies(node);
    }

    @Test
    void ruleLooksAtShapesAndNeverAtTheBatch() {
        Shape x = Shape.of(1, 32, 8, 8);
        Shape w = Shape.of(32, 32, 3, 3);
        Attrs.Conv plain = conv(1, 1, 1, 1);
        for (int batch : new int[] {0, 1, 7, 1000}) {
            assertTrue(applies(plain, DType.FLOAT32, x.with(0, batch), w));
        }
        assertTrue(applies(conv(1, 0, 1, 1), DType.FLOAT32, x, w));
        assertTrue(applies(conv(1, 2, 1, 1), DType.FLOAT32, x, w));
        assertFalse(applies(plain, DType.FLOAT64, x, w));
        assertFalse(applies(conv(1, 3, 1, 1), DType.FLOAT32, x, w));
        assertFalse(applies(conv(2, 1, 1, 1), DType.FLOAT32, x, w));
        assertFalse(applies(conv(1, 1, 2, 1), DType.FLOAT32, x, w));
        assertFalse(applies(plain, DType.FLOAT32, x, Shape.of(31, 32, 3, 3)));
        assertFalse(applies(plain, DType.FLOAT32, Shape.of(1, 31, 8, 8), Shape.of(32, 31, 3, 3)));
        assertFalse(applies(conv(1, 2, 1, 1), DType.FLOAT32, x, Shape.of(32, 32, 5, 5)));
        assertFalse(applies(conv(1, 1, 1, 2), DType.FLOAT32, Shape.of(1, 64, 8, 8), w));
        // Of 3x3 results two tiles of each row and column are more than half wasted.
        assertFalse(applies(plain, DType.FLOAT32, Shape.of(1, 32, 3, 3), w));
    }

    /** The first result, by the letter of the contract. */
    @Test
    void aTileByHand() {
        Value x = Run.random(DType.FLOAT32, 1, 1, 32, 4, 4);
        Value w = Run.random(DType.FLOAT32, 2, 32, 32, 3, 3);
        float[] m = new float[16];
        for (int c = 0; c < 32; c++) {
            float[] u = filter(w.floats(), w.offset() + c * 9);
            float[] v = source(x.floats(), x.offset() + c * 16);
            for (int p = 0; p < 16; p++) {
                m[p] = Math.fma(v[p], u[p], m[p]);
            }
        }
        float[] columns = new float[4];
        for (int j = 0; j < 4; j++) {
            columns[j] = m[j] + m[4 + j] + m[8 + j];
        }
        float want = columns[0] + columns[1] + columns[2];
        Value y = Run.op(Op.CONV, conv(1, 0, 1, 1), x, w);
        assertEquals(Shape.of(1, 32, 2, 2), y.shape());
        assertEquals(want, y.floats()[y.offset()]);
    }

    private static float[] filter(float[] g, int at) {
        float[][] rows = new float[4][3];
        for (int j = 0; j < 3; j++) {
            float a = g[at + j];
            float b = g[at + 3 + j];
            float c = g[at + 6 + j];
            rows[0][j] = a;
            rows[1][j] = (a + c + b) * 0.5f;
            rows[2][j] = (a + c - b) * 0.5f;
            rows[3][j] = c;
        }
        float[] u = new float[16];
        for (int i = 0; i < 4; i++) {
            u[i * 4] = rows[i][0];
            u[i * 4 + 1] = (rows[i][0] + rows[i][2] + rows[i][1]) * 0.5f;
            u[i * 4 + 2] = (rows[i][0] + rows[i][2] - rows[i][1]) * 0.5f;
            u[i * 4 + 3] = rows[i][2];
        }
        return u;
    }

    private static float[] source(float[] d, int at) {
        float[] t = new float[16];
        for (int j = 0; j < 4; j++) {
            t[j] = d[at + j] - d[at + 8 + j];
            t[4 + j] = d[at + 4 + j] + d[at + 8 + j];
            t[8 + j] = d[at + 8 + j] - d[at + 4 + j];
            t[12 + j] = d[at + 4 + j] - d[at + 12 + j];
        }
        float[] v = new float[16];
        for (int i = 0; i < 16; i += 4) {
            v[i] = t[i] - t[i + 2];
            v[i + 1] = t[i + 1] + t[i + 2];
            v[i + 2] = t[i + 2] - t[i + 1];
            v[i + 3] = t[i + 1] - t[i + 3];
        }
        return v;
    }

    private static Value wide(Value x) {
        return Run.op(Op.CAST, new Attrs.To(DType.FLOAT64), x);
    }

    @Test
    void resultsFollowThoseOfDouble() {
        int[][] sizes = {{32, 32, 8, 8, 1}, {33, 40, 7, 9, 0}, {40, 32, 6, 11, 2}};
        for (int[] s : sizes) {
            Attrs.Conv c = conv(1, s[4], 1, 1);
            Value x = Run.random(DType.FLOAT32, 3, 2, s[0], s[2], s[3]);
            Value w = Run.random(DType.FLOAT32, 4, s[1], s[0], 3, 3);
            Value y = Run.op(Op.CONV, c, x, w);
            assertArrayEquals(Run.op(Op.CONV, c, wide(x), wide(w)).doubles(), y.toDoubles(), 1e-3);
            Value dy = Run.random(DType.FLOAT32, 5, y.shape().dims());
            Attrs.Conv back = c.target(x.shape());
            assertArrayEquals(
                    Run.op(Op.CONV_INPUT, back, wide(dy), wide(w)).doubles(),
                    Run.op(Op.CONV_INPUT, back, dy, w).toDoubles(),
                    1e-3);
        }
    }

    /** Each image by itself has the bits it has in a batch. */
    @Test
    void imagesDoNotMeet() {
        Attrs.Conv c = conv(1, 1, 1, 1);
        Value x = Run.random(DType.FLOAT32, 6, 3, 32, 5, 6);
        Value w = Run.random(DType.FLOAT32, 7, 32, 32, 3, 3);
        Value all = Run.op(Op.CONV, c, x, w);
        int size = 32 * 30;
        float[] third = new float[size];
        System.arraycopy(x.floats(), x.offset() + 2 * size, third, 0, size);
        Value alone =
                Run.op(Op.CONV, c, Value.wrap(DType.FLOAT32, third, Shape.of(1, 32, 5, 6)), w);
        for (int i = 0; i < size; i++) {
            assertEquals(
                    all.floats()[all.offset() + 2 * size + i], alone.floats()[alone.offset() + i]);
        }
    }

    /** An infinity reaches the results that see it and no other; nor does what only U overflows. */
    @Test
    void infinitiesStayWhereTheyBelong() {
        Attrs.Conv c = conv(1, 1, 1, 1);
        Value x = Run.random(DType.FLOAT32, 8, 1, 32, 8, 8);
        Value w = Run.random(DType.FLOAT32, 9, 32, 32, 3, 3);
        x.floats()[x.offset() + 3 * 64 + 2 * 8 + 5] = Float.POSITIVE_INFINITY;
        double[] y = Run.op(Op.CONV, c, x, w).toDoubles();
        for (int i = 0; i < y.length; i++) {
            boolean sees = Math.abs(i / 8 % 8 - 2) <= 1 && Math.abs(i % 8 - 5) <= 1;
            assertEquals(!sees, Double.isFinite(y[i]), "result " + i);
        }
        x.floats()[x.offset() + 3 * 64 + 2 * 8 + 5] = 1;
        Value large = Run.random(DType.FLOAT32, 9, 32, 32, 3, 3);
        for (int i = 0; i < 9; i++) {
            large.floats()[large.offset() + i] = 2.5e38f;
            x.floats()[x.offset() + i / 3 * 8 + i % 3] = 0;
        }
        for (int i = 0; i < 64; i++) {
            x.floats()[x.offset() + i] = i == 9 ? 1 : 0;
        }
        double[] sums = Run.op(Op.CONV, c, x, large).toDoubles();
        assertEquals(2.5e38, sums[9], 1e33);
    }
}
