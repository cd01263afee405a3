package org.fusegrad.run.interp;

import java.util.Arrays;
import org.fusegrad.graph.NumericContract;

/** Sums of float32 along a line, in the order that {@link Reductions} states. */
final class FloatSums {
    private static final int LANES = NumericContract.SUM_LANES;

    private final float[] x;
    private final float[] y;
    private final boolean row;

    /** Sums of {@code x}, or of {@code x * y} where {@code y} is given. */
    FloatSums(float[] x, float[] y, boolean row) {
        this.x = x;
        this.y = y;
        this.row = row;
    }

    /** The sum of {@code n} terms, not yet rounded. */
    double sum(int p, int ps, int q, int qs, int n) {
        double total = 0;
        float[] lanes = row ? new float[LANES] : null;
        int block = row ? NumericContract.ROW_BLOCK : NumericContract.COLUMN_BLOCK;
        for (int done = 0; done < n; done += block) {
            int m = Math.min(block, n - done);
            int i = p + done * ps;
            int j = q + done * qs;
            double value = row ? rowBlock(lanes, i, ps, j, qs, m) : columnBlock(i, ps, j, qs, m);
            total += Double.isFinite(value) ? value : exact(i, ps, j, qs, m);
        }
        return total;
    }

    private double rowBlock(float[] lanes, int p, int ps, int q, int qs, int n) {
        Arrays.fill(lanes, 0);
        if (y == null) {
            addRow(lanes, p, ps, n);
        } else {
            multiplyRow(lanes, p, ps, q, qs, n);
        }
        double[] d = new double[LANES];
        for (int j = 0; j < LANES; j++) {
            d[j] = lanes[j];
        }
        for (int h = LANES / 2; h >= 1; h /= 2) {
            for (int j = 0; j < h; j++) {
                d[j] += d[j + h];
            }
        }
        return d[0];
    }

    private void addRow(float[] lanes, int p, int ps, int n) {
        for (int i = 0; i < n; i++) {
            lanes[i % LANES] += x[p + i * ps];
        }
    }

    private void multiplyRow(float[] lanes, int p, int ps, int q, int qs, int n) {
        for (int i = 0; i < n; i++) {
            lanes[i % LANES] = Math.fma(x[p + i * ps], y[q + i * qs], lanes[i % LANES]);
        }
    }

    private double columnBlock(int p, int ps, int q, int qs, int n) {
        float sum = 0;
        if (y == null) {
            for (int i = 0; i < n; i++) {
                sum += x[p + i * ps];
            }
        } else {
            for (int i = 0; i < n; i++) {
                sum = Math.fma(x[p + i * ps], y[q + i * qs], sum);
            }
        }
        return sum;
    }

    /** A block that overflowed, or that has infinities or NaN in it. */
    private double exact(int p, int ps, int q, int qs, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double a = x[p + i * ps];
            sum = y == null ? sum + a : Math.fma(a, (double) y[q + i * qs], sum);
        }
        return sum;
    }
}
