package org.fusegrad.gradcheck;

import java.util.function.DoubleFunction;

/**
 * The speed at which the results of a function change along one direction, by central differences:
 * one column of the Jacobian where the direction is one element.
 *
 * @param slopes one for each element of the results
 * @param step the step taken
 * @param noise how many times {@code error / step} an error of the results makes in the slopes
 */
record Column(double[] slopes, double step, double noise) {
    /**
     * Takes the differences.
     *
     * @param results the results at a distance from the point, flattened
     * @param richardson whether three steps are extrapolated to step 0; the error that is left is
     *     of the sixth order in the step
     */
    static Column of(DoubleFunction<double[]> results, double step, boolean richardson) {
        double[] coarse = central(results, step);
        if (!richardson) {
            return new Column(coarse, step, 1);
        }
        double[] fine = central(results, step / 2);
        double[] finest = central(results, step / 4);
        for (int i = 0; i < coarse.length; i++) {
            double first = (4 * fine[i] - coarse[i]) / 3;
            double second = (4 * finest[i] - fine[i]) / 3;
            coarse[i] = (16 * second - first) / 15;
        }
        return new Column(coarse, step, 4 * 64.0 / 45 + 2 * 20.0 / 45 + 1.0 / 45);
    }

    private static double[] central(DoubleFunction<double[]> results, double step) {
        double[] up = results.apply(step);
        double[] down = results.apply(-step);
        double[] slopes = new double[up.length];
        for (int i = 0; i < slopes.length; i++) {
            slopes[i] = (up[i] - down[i]) / (2 * step);
        }
        return slopes;
    }

    /** The slope of {@code <v, results>}. */
    double dot(double[] v) {
        return dot(slopes, v);
    }

    /** What errors of the results may add to the slope of {@code <v, results>}. */
    double noise(double[] errors, double[] v) {
        double sum = 0;
        for (int i = 0; i < v.length; i++) {
            sum += Math.abs(v[i]) * errors[i];
        }
        return noise * sum / step;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
