package org.fusegrad.run.interp;

import java.util.Arrays;
import org.fusegrad.flags.Tuning;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.NumericContract;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * Contractions, and the numeric contract of them. MATMUL and the convolutions are each a batch of
 * products {@code c[m][n] = sum over k of a[m][k] * b[k][n]}, evaluated as follows.
 *
 * <ul>
 *   <li>k is cut into blocks of {@value #K_BLOCK}. In a block, {@code acc = fma(a, b, acc)} in the
 *       order of k, from 0. The result is the value of the first block, to which those of the
 *       others are added in order. All this in float for float32 and in double for float64; half
 *       types are read as float32. Without any k the result is 0.
 *   <li>CONV: k runs over (channel in the group, kernel taps), row-major. Taps in the padding take
 *       part with x = 0.
 *   <li>CONV_INPUT: k runs over (output channel in the group, kernel taps), row-major, of the taps
 *       that the stride lets meet the element; those whose output position lies outside take part
 *       with dy = 0.
 *   <li>CONV_WEIGHT: k runs over (batch, output position), row-major. Taps in the padding take part
 *       with x = 0.
 * </ul>
 *
 * <p>Because zeros take part, an infinity or NaN in the other factor makes NaN there.
 */
final class Contractions {
    static final int K_BLOCK = NumericContract.CONTRACTION_BLOCK;
    private static final int M_TILE = Tuning.current().interpreterRows();
    private static final int N_TILE = Tuning.current().interpreterColumns();

    /** Where the elements of an operand stand. */
    @FunctionalInterface
    interface Positions {
        /** Puts the buffer positions of elements {@code from} to {@code to} of line k; -1 for 0. */
        void line(int batch, int k, int from, int to, int[] position);
    }

    /** One factor: its buffer and which elements of it meet. */
    record Factor(Value value, Positions positions) {}

    private final int m;
    private final int n;
    private final int k;
    private final Factor a;
    private final Factor b;
    private final Value out;

    private Contractions(int m, int n, int k, Factor a, Factor b, Value out) {
        this.m = m;
        this.n = n;
        this.k = k;
        this.a = a;
        this.b = b;
        this.out = out;
    }

    /** Products of matrices with equal leading axes. */
    static void matmul(Node node, Value[] in, Value out, Workers w) {
        Value a = Convert.as(in[0], out.dtype(), w);
        Value b = Convert.as(in[1], out.dtype(), w);
        int r = out.shape().rank();
        int k = a.shape().dim(r - 1);
        int batches = 1;
        for (int i = 0; i < r - 2; i++) {
            batches *= out.shape().dim(i);
        }
        Positions rows = (batch, line, from, to, p) ->
                even(start(a, batch) + line * a.stride(r - 1), a.stride(r - 2), from, to, p);
        Positions columns = (batch, line, from, to, p) ->
                even(start(b, batch) + line * b.stride(r - 2), b.stride(r - 1), from, to, p);
        int m = out.shape().dim(r - 2);
        int n = out.shape().dim(r - 1);
        contract(batches, m, n, k, new Factor(a, rows), new Factor(b, columns), out, w);
    }

    /** Where a matrix of a batch starts. */
    private static int start(Value v, int batch) {
        Shape s = v.shape();
        int position = v.offset();
        for (int i = s.rank() - 3; i >= 0; i--) {
            position += batch % s.dim(i) * v.stride(i);
            batch /= s.dim(i);
        }
        return position;
    }

    /** Positions at even steps. */
    static void even(int start, int step, int from, int to, int[] position) {
        for (int i = from; i < to; i++) {
            position[i - from] = start + i * step;
        }
    }

    /** Computes all batches; those of {@code out} stand one after the other. */
    static void contract(
            int batches, int m, int n, int k, Factor a, Factor b, Value out, Workers w) {
        if (batches == 0 || m == 0 || n == 0) {
            return;
        }
        Contractions c = new Contractions(m, n, k, a, b, out);
        int high = (m - 1) / M_TILE + 1;
        int wide = (n - 1) / N_TILE + 1;
        w.forEach(batches * high * wide, t -> {
            int batch = t / (high * wide);
            int m0 = t / wide % high * M_TILE;
            int n0 = t % wide * N_TILE;
            if (out.dtype() == DType.FLOAT64) {
                c.doubles(batch, m0, Math.min(m, m0 + M_TILE), n0, Math.min(n, n0 + N_TILE));
            } else {
                c.floats(batch, m0, Math.min(m, m0 + M_TILE), n0, Math.min(n, n0 + N_TILE));
            }
        });
    }

    private void floats(int batch, int m0, int m1, int n0, int n1) {
        int height = m1 - m0;
        int width = n1 - n0;
        float[] c = out.floats();
        float[] left = new float[Math.min(k, K_BLOCK) * height];
        float[] right = new float[Math.min(k, K_BLOCK) * width];
        float[] acc = new float[width];
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += K_BLOCK) {
            int depth = Math.min(K_BLOCK, k - k0);
            pack(a, batch, k0, depth, m0, m1, left);
            pack(b, batch, k0, depth, n0, n1, right);
            for (int i = 0; i < height; i++) {
                Arrays.fill(acc, 0);
                for (int j = 0; j < depth; j++) {
                    multiplyAdd(left[j * height + i], right, j * width, acc);
                }
                int at = out.offset() + (batch * m + m0 + i) * n + n0;
                if (k0 == 0) {
                    System.arraycopy(acc, 0, c, at, width);
                } else {
                    add(acc, c, at);
                }
            }
        }
    }

    private static void pack(
            Factor f, int batch, int k0, int depth, int from, int to, float[] panel) {
        float[] x = f.value.floats();
        int width = to - from;
        int[] position = new int[width];
        for (int j = 0; j < depth; j++) {
            f.positions.line(batch, k0 + j, from, to, position);
            for (int i = 0; i < width; i++) {
                panel[j * width + i] = position[i] < 0 ? 0 : x[position[i]];
            }
        }
    }

    private static void multiplyAdd(float x, float[] row, int at, float[] acc) {
        for (int i = 0; i < acc.length; i++) {
            acc[i] = Math.fma(x, row[at + i], acc[i]);
        }
    }

    private static void add(float[] acc, float[] c, int at) {
        for (int i = 0; i < acc.length; i++) {
            c[at + i] += acc[i];
        }
    }

    private void doubles(int batch, int m0, int m1, int n0, int n1) {
        int height = m1 - m0;
        int width = n1 - n0;
        double[] c = out.doubles();
        double[] left = new double[Math.min(k, K_BLOCK) * height];
        double[] right = new double[Math.min(k, K_BLOCK) * width];
        double[] acc = new double[width];
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += K_BLOCK) {
            int depth = Math.min(K_BLOCK, k - k0);
            pack(a, batch, k0, depth, m0, m1, left);
            pack(b, batch, k0, depth, n0, n1, right);
            for (int i = 0; i < height; i++) {
                Arrays.fill(acc, 0);
                for (int j = 0; j < depth; j++) {
                    multiplyAdd(left[j * height + i], right, j * width, acc);
                }
                int at = out.offset() + (batch * m + m0 + i) * n + n0;
                if (k0 == 0) {
                    System.arraycopy(acc, 0, c, at, width);
                } else {
                    add(acc, c, at);
                }
            }
        }
    }

    private static void pack(
            Factor f, int batch, int k0, int depth, int from, int to, double[] panel) {
        double[] x = f.value.doubles();
        int width = to - from;
        int[] position = new int[width];
        for (int j = 0; j < depth; j++) {
            f.positions.line(batch, k0 + j, from, to, position);
            for (int i = 0; i < width; i++) {
                panel[j * width + i] = position[i] < 0 ? 0 : x[position[i]];
            }
        }
    }

    private static void multiplyAdd(double x, double[] row, int at, double[] acc) {
        for (int i = 0; i < acc.length; i++) {
            acc[i] = Math.fma(x, row[at + i], acc[i]);
        }
    }

    private static void add(double[] acc, double[] c, int at) {
        for (int i = 0; i < acc.length; i++) {
            c[at + i] += acc[i];
        }
    }
}
