package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.GradCheck.Wanted;
import org.fusegrad.type.DType;

/** One order: what its gradients have to be, taken once, and what each backend makes of them. */
final class LevelCheck {
    private final GradCheck settings;
    private final Level level;
    private final List<Tensor> outputs;
    private final List<Tensor> cotangents;
    private final Shadow shadow;
    private final Tolerance tolerance;
    private final Findings findings;
    private final List<Expected.Leaf> expected = new ArrayList<>();
    private List<Tensor> reference;
    private List<double[]> bounds;
    private Map<Tensor, double[]> direction;
    private Column alongDirection;
    private double[] errors;
    private double[] truth;
    private double[] roundings;

    LevelCheck(
            GradCheck settings,
            Level level,
            List<Tensor> outputs,
            List<Tensor> cotangents,
            Shadow shadow,
            Tolerance tolerance,
            Findings findings) {
        this.settings = settings;
        this.level = level;
        this.outputs = outputs;
        this.cotangents = cotangents;
        this.shadow = shadow;
        this.tolerance = tolerance;
        this.findings = findings;
    }

    /** Takes differences, or the answers of the reference. */
    void expect(Forward forward, double shrink, Random random, List<Tensor> arguments) {
        level.leaves().forEach(findings::first);
        bounds = shadow == null
                ? null
                : split(Forward.bounds(
                        Shadow.of(level.gradient(cotangents), false), shadow.unit()));
        Expected differences = new Expected(forward, settings.richardson, random);
        errors = differences.errors();
        truth = forward.at(Map.of());
        roundings = shadow == null ? null : Forward.bounds(shadow, shadow.unit());
        if (settings.reference != null && level.order() == 1) {
            reference = settings.reference.of(arguments, cotangents);
            requireEvidence();
            return;
        }
        for (Wanted w : level.wanted()) {
            double step = shrink * (w.step() == null ? tolerance.step() : w.step());
            expected.add(differences.of(w.leaf(), step, settings.everyElement));
        }
        if (settings.jvp) {
            direction = differences.direction(level.wanted());
            alongDirection = differences.along(direction, shrink * tolerance.step());
        }
        if (level.order() == 1 && !settings.zeros) {
            new Evidence(level, cotangents, findings)
                    .require(expected, Forward.joined(outputs, cotangents));
        }
    }

    /** A reference of zeros would agree with a backward that does nothing. */
    private void requireEvidence() {
        for (int i = 0; i < reference.size() && !settings.zeros; i++) {
            double[] values =
                    reference.get(i) == null ? new double[0] : reference.get(i).toDoubles();
            if (values.length > 0 && Arrays.stream(values).allMatch(g -> g == 0)) {
                findings.problem("the reference of " + level.wanted().get(i).label() + " is zero"
                        + " everywhere and proves nothing; allowZeros() if that is meant");
            }
        }
    }

    private List<double[]> split(double[] joined) {
        List<double[]> parts = new ArrayList<>();
        int from = 0;
        for (Tensor leaf : level.leaves()) {
            int n = leaf.shape().numel();
            parts.add(Arrays.copyOfRange(joined, from, from + n));
            from += n;
        }
        return parts;
    }

    /** Compares what the current engine computes. */
    void compare(
            String backend,
            List<Tensor> arguments,
            Function<List<Tensor>, List<Tensor>> function,
            Samples samples) {
        results(backend, function.apply(arguments));
        List<Tensor> got = gradients(function.apply(arguments), cotangents);
        List<Tensor> again = gradients(function.apply(arguments), cotangents);
        double[] v = Forward.joined(outputs, cotangents);
        for (int i = 0; i < got.size(); i++) {
            Wanted w = level.wanted().get(i);
            Tensor g = got.get(i);
            if (!g.shape().equals(w.leaf().shape()) || g.dtype() != w.leaf().dtype()) {
                findings.problem("gradient of " + w.label() + " is " + g.dtype() + g.shape()
                        + ", the tensor is " + w.leaf().dtype() + w.leaf().shape());
                continue;
            }
            if (!Arrays.equals(g.toDoubles(), again.get(i).toDoubles())) {
                findings.problem("gradient of " + w.label() + " differs between two identical runs"
                        + on(backend));
            }
            if (reference != null) {
                againstReference(backend, i, g.toDoubles());
            } else {
                againstDifferences(backend, i, g.toDoubles(), v, "");
            }
        }
        Variations more = new Variations(this, backend, function, arguments);
        more.undefined(outputs, cotangents);
        if (settings.jacobian && reference == null) {
            more.jacobian(outputs, cotangents);
        }
        if (settings.jvp && reference == null) {
            jvp(backend, function.apply(arguments), samples);
        }
        if (settings.layouts && level.order() == 1) {
            more.layouts(got);
        }
    }

    List<Tensor> gradients(List<Tensor> out, List<Tensor> upstream) {
        return Runner.gradients(out, level.leaves(), upstream, false);
    }

    Level level() {
        return level;
    }

    List<Tensor> cotangents() {
        return cotangents;
    }

    Findings findings() {
        return findings;
    }

    static String on(String backend) {
        return backend == null ? "" : " on " + backend;
    }

    /** A bound of the rounding error of an element of a gradient; 0 if it is not known. */
    double bound(int leaf, int element) {
        return bounds == null ? 0 : 2 * bounds.get(leaf)[element];
    }

    /** The results themselves against the graph in float64. */
    private void results(String backend, List<Tensor> got) {
        int from = 0;
        for (int i = 0; shadow != null && i < got.size(); i++) {
            double[] y = got.get(i).toDoubles();
            double stored = Tolerance.rounding(got.get(i).dtype());
            for (int k = 0; k < y.length; k++) {
                double should = truth[from + k];
                double allowed = 1e-12 + 4 * (roundings[from + k] + stored * Math.abs(should));
                if (Math.abs(y[k] - should) > allowed) {
                    findings.problem("result " + i + on(backend) + " is " + y[k] + " at "
                            + Arrays.toString(Kinks.position(got.get(i).shape(), k))
                            + ", its graph in float64 yields " + should);
                    break;
                }
            }
            from += y.length;
        }
    }

    private void againstReference(String backend, int i, double[] got) {
        Wanted w = level.wanted().get(i);
        double[] wantedValues = reference.get(i).toDoubles();
        for (int k = 0; k < got.length; k++) {
            record(backend, i, "", k, false, wantedValues[k], got[k], bound(i, k));
        }
        if (wantedValues.length != got.length) {
            findings.problem("the reference of " + w.label() + " has another shape");
        }
    }

    /** Compares one gradient for the cotangent v. */
    void againstDifferences(String backend, int i, double[] got, double[] v, String of) {
        Expected.Leaf leaf = expected.get(i);
        boolean whole = leaf.directions() == null;
        for (int k = 0; k < leaf.columns().size(); k++) {
            Column column = leaf.columns().get(k);
            double own = bounds == null ? 0 : 2 * leaf.bound(bounds.get(i), k);
            double noise = column.noise(errors, v) + own;
            record(backend, i, of, k, !whole, column.dot(v), leaf.of(got, k), noise);
        }
    }

    private void record(
            String backend,
            int i,
            String of,
            int k,
            boolean direction,
            double should,
            double got,
            double noise) {
        Wanted w = level.wanted().get(i);
        DType type = w.leaf().dtype();
        int[] at = direction ? new int[] {k} : Kinks.position(w.leaf().shape(), k);
        findings.compare(new Mismatch(
                level.order(),
                backend,
                w.label() + of,
                at,
                direction,
                should,
                got,
                tolerance.allowed(should, noise, type),
                type));
    }

    /** The backward is linear in the cotangent; its transpose carries a direction forward. */
    private void jvp(String backend, List<Tensor> out, Samples samples) {
        List<Tensor> upstream = new ArrayList<>();
        for (Tensor c : cotangents) {
            upstream.add(c == null ? null : samples.like(c).requiresGrad(true));
        }
        List<Tensor> grads = Runner.gradients(out, level.leaves(), upstream, true);
        List<Tensor> directions = new ArrayList<>();
        for (Tensor leaf : level.leaves()) {
            Tensor d = Tensor.of(direction.get(leaf), leaf.shape().dims());
            directions.add(d.cast(leaf.dtype()));
        }
        List<Tensor> live = upstream.stream().filter(java.util.Objects::nonNull).toList();
        List<Tensor> products = Runner.gradients(grads, live, directions, false);
        int from = 0;
        int p = 0;
        for (int i = 0; i < outputs.size(); i++) {
            int n = outputs.get(i).shape().numel();
            if (upstream.get(i) != null) {
                products(backend, i, products.get(p++), from);
            }
            from += n;
        }
    }

    private void products(String backend, int output, Tensor got, int from) {
        double[] values = got.toDoubles();
        double slack = shadow == null ? 0 : 64 * shadow.unit();
        for (int k = 0; k < values.length; k++) {
            double should = alongDirection.slopes()[from + k];
            double[] one = new double[errors.length];
            one[from + k] = 1;
            double noise = alongDirection.noise(errors, one) + slack * Math.abs(should);
            findings.compare(new Mismatch(
                    level.order(),
                    backend,
                    "result " + output + " along a direction (forward)",
                    Kinks.position(got.shape(), k),
                    false,
                    should,
                    values[k],
                    tolerance.allowed(should, noise, got.dtype()),
                    got.dtype()));
        }
    }
}
