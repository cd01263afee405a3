package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.fusegrad.DType;
import org.fusegrad.Tensor;

/** Central differences of {@code <v, f>} along one leaf, which is moved and put back. */
final class Differences {
    /** A slope and the rounding noise it may carry. */
    record Slope(double value, double noise) {}

    private final Supplier<List<Tensor>> function;
    private final List<double[]> cotangents = new ArrayList<>();
    private final Tensor leaf;
    private final double[] at;
    private final boolean richardson;
    private final double epsilon;

    Differences(
            Supplier<List<Tensor>> function,
            List<Tensor> cotangents,
            Tensor leaf,
            boolean richardson) {
        this.function = function;
        this.leaf = leaf;
        this.at = leaf.toDoubles();
        this.richardson = richardson;
        this.epsilon = leaf.dtype() == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1f);
        for (Tensor v : cotangents) {
            this.cotangents.add(v == null ? null : v.toDoubles());
        }
    }

    /** Gradients with zeros where no path leads, and outputs without cotangent left out. */
    static List<Tensor> gradients(
            List<Tensor> outputs, List<Tensor> leaves, List<Tensor> upstream, boolean createGraph) {
        List<Tensor> of = new ArrayList<>();
        List<Tensor> with = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            if (upstream.get(i) != null && outputs.get(i).requiresGrad()) {
                of.add(outputs.get(i));
                with.add(upstream.get(i));
            }
        }
        List<Tensor> grads = of.isEmpty()
                ? new ArrayList<>(java.util.Collections.nCopies(leaves.size(), null))
                : new ArrayList<>(Tensor.grad(of, leaves, with, createGraph));
        for (int i = 0; i < grads.size(); i++) {
            if (grads.get(i) == null) {
                grads.set(i, Tensor.full(leaves.get(i).shape(), 0, leaves.get(i).dtype()));
            }
        }
        return grads;
    }

    /** The slope along one element. */
    Slope along(int element, double step) {
        double[] direction = new double[at.length];
        direction[element] = 1;
        return slope(direction, step * Math.max(1, Math.abs(at[element])));
    }

    /** The slope along a direction. */
    Slope along(double[] direction, double step) {
        return slope(direction, step);
    }

    private Slope slope(double[] direction, double step) {
        Tensor before = Tensor.ofValue(leaf.value());
        try {
            Slope coarse = central(direction, step);
            if (!richardson) {
                return coarse;
            }
            // Two extrapolations: the error of the result is of the sixth order in the step.
            Slope fine = central(direction, step / 2);
            Slope finest = central(direction, step / 4);
            double first = (4 * fine.value() - coarse.value()) / 3;
            double second = (4 * finest.value() - fine.value()) / 3;
            return new Slope((16 * second - first) / 15, 2 * finest.noise());
        } finally {
            leaf.assign(before);
        }
    }

    private Slope central(double[] direction, double step) {
        double[] up = evaluate(direction, step);
        double[] down = evaluate(direction, -step);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < up.length; i++) {
            difference += up[i] - down[i];
            size += Math.abs(up[i]);
        }
        return new Slope(difference / (2 * step), 4 * epsilon * size / (2 * step));
    }

    /** The terms of {@code <v, f>} with the leaf moved; kept apart, so that equal ones cancel. */
    private double[] evaluate(double[] direction, double step) {
        double[] moved = at.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += step * direction[i];
        }
        Tensor next = Tensor.of(moved, leaf.shape().dims());
        leaf.assign(leaf.dtype() == DType.FLOAT64 ? next : next.cast(leaf.dtype()));
        List<Tensor> out = function.get();
        int n = 0;
        for (double[] v : cotangents) {
            n += v == null ? 0 : v.length;
        }
        double[] terms = new double[n];
        int k = 0;
        for (int i = 0; i < cotangents.size(); i++) {
            double[] v = cotangents.get(i);
            double[] y = v == null ? new double[0] : out.get(i).toDoubles();
            for (int j = 0; j < y.length; j++) {
                terms[k++] = v[j] * y[j];
            }
        }
        return terms;
    }
}
