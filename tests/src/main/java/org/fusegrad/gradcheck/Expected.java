package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.GradCheck.Wanted;

/** The gradients that one level has to have: differences, each leaf by elements or directions. */
final class Expected {
    private static final int DIRECTIONS = 6;

    /**
     * The differences along one leaf.
     *
     * @param directions {@code null} where each column is that of an element
     */
    record Leaf(List<Column> columns, List<double[]> directions) {
        /** What of a gradient is compared with column k. */
        double of(double[] gradient, int k) {
            return directions == null ? gradient[k] : Column.dot(gradient, directions.get(k));
        }

        /** A bound of the error of that, from bounds of the gradient's elements. */
        double bound(double[] errors, int k) {
            double sum = 0;
            for (int i = 0; directions != null && i < errors.length; i++) {
                sum += Math.abs(directions.get(k)[i]) * errors[i];
            }
            return directions == null ? errors[k] : sum;
        }
    }

    private final Forward forward;
    private final double[] errors;
    private final boolean richardson;
    private final Random random;

    Expected(Forward forward, boolean richardson, Random random) {
        this.forward = forward;
        this.errors = forward.errors();
        this.richardson = richardson;
        this.random = random;
    }

    /** Rounding errors that the results may carry. */
    double[] errors() {
        return errors;
    }

    Leaf of(Tensor leaf, double step, int everyElement) {
        double[] at = leaf.toDoubles();
        List<Column> columns = new ArrayList<>();
        if (at.length > everyElement) {
            List<double[]> directions = new ArrayList<>();
            for (int k = 0; k < DIRECTIONS; k++) {
                directions.add(direction(at.length));
                columns.add(along(Map.of(leaf, directions.get(k)), step));
            }
            return new Leaf(columns, directions);
        }
        for (int k = 0; k < at.length; k++) {
            double[] unit = new double[at.length];
            unit[k] = 1;
            columns.add(along(Map.of(leaf, unit), step * Math.max(1, Math.abs(at[k]))));
        }
        return new Leaf(columns, null);
    }

    /** Differences along a direction in all leaves. */
    Column along(Map<Tensor, double[]> direction, double step) {
        return Column.of(
                t -> {
                    Map<Tensor, double[]> moved = new IdentityHashMap<>();
                    direction.forEach((leaf, d) -> moved.put(leaf, moved(leaf.toDoubles(), d, t)));
                    return forward.at(moved);
                },
                step,
                richardson);
    }

    private static double[] moved(double[] at, double[] direction, double t) {
        for (int i = 0; i < at.length; i++) {
            at[i] += t * direction[i];
        }
        return at;
    }

    /** A random direction in each leaf. */
    Map<Tensor, double[]> direction(List<Wanted> wanted) {
        Map<Tensor, double[]> all = new IdentityHashMap<>();
        wanted.forEach(w -> all.put(w.leaf(), direction(w.leaf().shape().numel())));
        return Collections.unmodifiableMap(all);
    }

    private double[] direction(int n) {
        double[] d = new double[n];
        for (int i = 0; i < n; i++) {
            d[i] = random.nextGaussian() / Math.sqrt(n);
        }
        return d;
    }
}
