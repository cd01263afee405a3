package org.fusegrad.run.interp;

import java.util.Arrays;
import org.fusegrad.graph.NumericContract;

/** Sums of float64 along a line, in the order that {@link Reductions} states. */
final class DoubleSums {
    private static final int LANES = NumericContract.WIDE_SUM_LANES;
    private static final int ROW_BLOCK = NumericContract.ROW_BLOCK;

    private final double[] x;
    private final double[] y;
    private final boolean row;

    /** Sums of {@code x}, or of {@code x * y} where {@code y} is given. */
    DoubleSums(double[] x, double[] y, boolean row) {
        this.x = x;
        this.y = y;
        this.row = row;
    }

    /** The sum of {@code n} terms. */
    double sum(int p, int ps, int q, int qs, int n) {
        if (!row) {
            return column(p, ps, q, qs, n);
        }
        double total = 0;
        double[] lanes = new double[LANES];
        for (int done = 0; done < n; done += ROW_BLOCK) {
            int m = Math.min(ROW_BLOCK, n - done);
            total += rowBlock(lanes, p + done * ps, ps, q + done * qs, qs, m);
        }
        return total;
    }

    private double rowBlock(double[] lanes, int p, int ps, int q, int qs, int n) {
        Arrays.fill(lanes, 0);
        if (y == null) {
            for (int i = 0; i < n; i++) {
                lanes[i % LANES] += x[p + i * ps];
            }
        } else {
            for (int i = 0; i < n; i++) {
                lanes[i % LANES] = Math.fma(x[p + i * ps], y[q + i * qs], lanes[i % LANES]);
            }
        }
        for (int h = LANES / 2; h >= 1; h /= 2) {
            for (int j = 0; j < h; j++) {
                lanes[j] += lanes[j + h];
            }
        }
        return lanes[0];
    }

    private double column(int p, int ps, int q, int qs, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double a = x[p + i * ps];
            sum = y == null ? sum + a : Math.fma(a, y[q + i * qs], sum);
        }
        return sum;
    }
}
