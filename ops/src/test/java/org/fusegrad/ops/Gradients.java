package org.fusegrad.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.Tensor;

/** Derived gradients against central differences of a float64 formula. */
public final class Gradients {
    private static final double STEP = 1e-5;

    private Gradients() {}

    /** Values in (-1, 1) without pattern, none of them near 0. */
    public static double[] values(int n) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            double v = Math.sin(1.7 * i + 0.3);
            x[i] = Math.abs(v) < 0.05 ? 0.4 : v;
        }
        return x;
    }

    /** Checks the gradient of {@code sum(f(x) * c)} at x for some cotangent c. */
    public static void check(UnaryOperator<Tensor> f, double[] x, int... shape) {
        Tensor at = Tensor.of(x, shape).requiresGrad(true);
        Tensor y = f.apply(at);
        Tensor c =
                Tensor.of(values(y.shape().numel()), y.shape().dims()).add(1.5).detach();
        double[] derived =
                Tensor.grad(List.of(y), List.of(at), List.of(c), false).get(0).toDoubles();
        for (int i = 0; i < x.length; i++) {
            double slope =
                    (value(f, c, x, i, STEP, shape) - value(f, c, x, i, -STEP, shape)) / (2 * STEP);
            assertEquals(slope, derived[i], 1e-7 * Math.max(1, Math.abs(slope)), "element " + i);
        }
    }

    private static double value(
            UnaryOperator<Tensor> f, Tensor c, double[] x, int i, double step, int[] shape) {
        double[] moved = x.clone();
        moved[i] += step;
        return f.apply(Tensor.of(moved, shape)).mul(c).sumAll().item();
    }
}
