package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.fusegrad.Shape;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.GradCheck.Wanted;

/** One run of a check: evaluates, differentiates, perturbs leaves, and collects what differs. */
final class Probe {
    private final Snapshot moving;
    private final Snapshot fixed;
    private final Samples samples;
    private final Random random;
    private final boolean richardson;
    private final boolean zeros;
    private final int everyElement;
    private final int directions;
    private final Tolerance override;
    private final List<Mismatch> mismatches = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private int compared;

    Probe(
            Snapshot moving,
            Snapshot fixed,
            long seed,
            boolean richardson,
            boolean zeros,
            int everyElement,
            int directions,
            Tolerance override) {
        this.moving = moving;
        this.fixed = fixed;
        this.samples = Samples.of(seed);
        this.random = new Random(~seed);
        this.richardson = richardson;
        this.zeros = zeros;
        this.everyElement = everyElement;
        this.directions = directions;
        this.override = override;
    }

    GradCheckReport report() {
        return new GradCheckReport(compared, List.copyOf(mismatches), List.copyOf(problems));
    }

    /** Checks the gradient of {@code f}, then that of its gradient, up to the order wanted. */
    void check(TensorFunction f, List<Tensor> arguments, List<Wanted> wanted, int orders) {
        TensorFunction now = f;
        List<Wanted> leaves = new ArrayList<>(wanted);
        for (int order = 1;
                order <= orders && problems.isEmpty() && mismatches.isEmpty();
                order++) {
            List<Tensor> cotangents = cotangents(evaluate(now, arguments));
            first(now, arguments, leaves, cotangents, order);
            List<Tensor> upstream = new ArrayList<>();
            for (int i = 0; i < cotangents.size(); i++) {
                Tensor v = cotangents.get(i) == null ? null : GradCheck.leaf(cotangents.get(i));
                upstream.add(v);
            }
            now = gradient(now, tensors(leaves), upstream);
            for (int i = 0; i < upstream.size(); i++) {
                if (upstream.get(i) != null) {
                    leaves.add(new Wanted("upstream " + i + " of order " + order, upstream.get(i)));
                }
            }
        }
    }

    private static List<Tensor> tensors(List<Wanted> leaves) {
        return leaves.stream().map(Wanted::leaf).toList();
    }

    /** The gradient of a function as a function of the same arguments. */
    private static TensorFunction gradient(
            TensorFunction f, List<Tensor> leaves, List<Tensor> upstream) {
        return in -> Differences.gradients(f.apply(in), leaves, upstream, true);
    }

    private List<Tensor> evaluate(TensorFunction f, List<Tensor> arguments) {
        moving.restore();
        List<Tensor> out = f.apply(arguments);
        List<String> moved = fixed.moved();
        if (!moved.isEmpty()) {
            problems.add("states that must not move did: " + moved);
            fixed.restore();
        }
        return out;
    }

    private List<Tensor> cotangents(List<Tensor> outputs) {
        List<Tensor> all = new ArrayList<>();
        for (Tensor y : outputs) {
            all.add(y.dtype().isFloating() && y.requiresGrad() ? samples.like(y) : null);
        }
        return all;
    }

    private void first(
            TensorFunction f,
            List<Tensor> arguments,
            List<Wanted> wanted,
            List<Tensor> cotangents,
            int order) {
        List<Tensor> leaves = tensors(wanted);
        List<Tensor> got = Differences.gradients(evaluate(f, arguments), leaves, cotangents, false);
        List<Tensor> again =
                Differences.gradients(evaluate(f, arguments), leaves, cotangents, false);
        for (int i = 0; i < leaves.size(); i++) {
            Tensor leaf = leaves.get(i);
            Tensor g = got.get(i);
            if (!g.shape().equals(leaf.shape()) || g.dtype() != leaf.dtype()) {
                problems.add("gradient of " + wanted.get(i).label() + " is " + g.dtype() + g.shape()
                        + ", the tensor is " + leaf.dtype() + leaf.shape());
                continue;
            }
            if (!Arrays.equals(g.toDoubles(), again.get(i).toDoubles())) {
                problems.add("gradient of " + wanted.get(i).label()
                        + " differs between two identical runs");
            }
            Differences differences =
                    new Differences(() -> evaluate(f, arguments), cotangents, leaf, richardson);
            compare(wanted.get(i), g.toDoubles(), differences, order);
        }
    }

    private void compare(Wanted w, double[] got, Differences differences, int order) {
        Tolerance t = override == null ? Tolerance.of(w.leaf().dtype(), richardson) : override;
        int n = got.length;
        boolean whole = n <= everyElement;
        double largest = 0;
        for (int k = 0; k < (whole ? n : directions); k++) {
            double[] direction = whole ? null : direction(n);
            Differences.Slope slope =
                    whole ? differences.along(k, t.step()) : differences.along(direction, t.step());
            double value = whole ? got[k] : dot(got, direction);
            double allowed = t.allowed(slope.value(), slope.noise());
            largest = Math.max(largest, Math.abs(slope.value()));
            compared++;
            // Written so that NaN fails.
            if (!(Math.abs(slope.value() - value) <= allowed)) {
                int[] at = whole ? position(w.leaf().shape(), k) : new int[] {k};
                mismatches.add(
                        new Mismatch(order, w.label(), at, !whole, slope.value(), value, allowed));
            }
        }
        if (order == 1 && n > 0 && largest < 1e-9 && !zeros) {
            problems.add("gradient of " + w.label() + " is zero everywhere, so nothing was checked;"
                    + " allowZeros() if that is meant");
        }
    }

    private double[] direction(int n) {
        double[] d = new double[n];
        for (int i = 0; i < n; i++) {
            d[i] = random.nextGaussian() / Math.sqrt(n);
        }
        return d;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static int[] position(Shape shape, int flat) {
        int[] at = new int[shape.rank()];
        int rest = flat;
        for (int i = shape.rank() - 1; i >= 0; i--) {
            at[i] = rest % shape.dim(i);
            rest /= shape.dim(i);
        }
        return at;
    }
}
