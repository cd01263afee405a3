package org.fusegrad.modes;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Normalization by plain loops in float64, forward and backward, written from the definitions.
 *
 * @param sets the statistic set of each element
 * @param parameter the index into weight and bias of each element
 * @param centred whether the mean is taken off
 */
record Oracle(int size, IntUnaryOperator sets, IntUnaryOperator parameter, boolean centred) {
    /** Results of one step; of weight and bias those of a layer that has both. */
    record Step(
            double[] y,
            double[] dx,
            double[] dw,
            double[] db,
            double[] mean,
            double[] variance,
            int count) {}

    Step step(double[] x, double[] dy, double[] w, double[] b, double eps) {
        int n = size == 0 ? 0 : Arrays.stream(all(sets)).max().getAsInt() + 1;
        int count = size / n;
        double[] mean = centred ? means(x, n, count) : new double[n];
        double[] square = new double[size];
        Arrays.setAll(square, i -> Math.pow(x[i] - mean[set(i)], 2));
        double[] variance = means(square, n, count);
        double[] xh = new double[size];
        Arrays.setAll(xh, i -> (x[i] - mean[set(i)]) / Math.sqrt(variance[set(i)] + eps));
        double[] g = new double[size];
        double[] gxh = new double[size];
        double[] y = new double[size];
        double[] dw = new double[w.length];
        double[] db = new double[w.length];
        for (int i = 0; i < size; i++) {
            int p = parameter.applyAsInt(i);
            y[i] = xh[i] * w[p] + b[p];
            g[i] = dy[i] * w[p];
            gxh[i] = g[i] * xh[i];
            dw[p] += dy[i] * xh[i];
            db[p] += dy[i];
        }
        double[] meanG = centred ? means(g, n, count) : new double[n];
        double[] meanGxh = means(gxh, n, count);
        double[] dx = new double[size];
        Arrays.setAll(
                dx,
                i -> (g[i] - meanG[set(i)] - xh[i] * meanGxh[set(i)])
                        / Math.sqrt(variance[set(i)] + eps));
        return new Step(y, dx, dw, db, mean, variance, count);
    }

    private int set(int i) {
        return sets.applyAsInt(i);
    }

    private int[] all(IntUnaryOperator f) {
        int[] all = new int[size];
        Arrays.setAll(all, f);
        return all;
    }

    private double[] means(double[] values, int n, int count) {
        double[] sums = new double[n];
        for (int i = 0; i < size; i++) {
            sums[set(i)] += values[i];
        }
        return Arrays.stream(sums).map(s -> s / count).toArray();
    }
}
