package org.fusegrad.conformance.eval;

import java.util.BitSet;
import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** Compares tensors element by element: {@code |got - truth| <= atol + rtol * |truth|}. */
public final class Comparison {
    /**
     * The element that is furthest beyond its tolerance.
     *
     * @param reason what is wrong, where it is not the value of an element
     */
    public record Difference(
            String tensor,
            int[] index,
            double expected,
            double got,
            double tolerance,
            Optional<String> reason) {
        /** The error; infinite where it is no number. */
        public double error() {
            double e = Math.abs(got - expected);
            return Double.isNaN(e) ? Double.POSITIVE_INFINITY : e;
        }

        static Difference whole(String tensor, String reason) {
            double no = Double.NaN;
            return new Difference(tensor, new int[0], no, no, no, Optional.of(reason));
        }
    }

    private Comparison() {}

    /**
     * The worst wrong element, or nothing if all are right.
     *
     * @param skipped positions along the first axis that are not compared
     */
    public static Optional<Difference> compare(
            String label, TensorEntry entry, Tensor truth, Tensor got, BitSet skipped) {
        if (got == null) {
            return Optional.of(Difference.whole(label, "was not computed"));
        }
        if (!got.shape().equals(entry.shape())) {
            return Optional.of(Difference.whole(
                    label, "has shape " + got.shape() + ", expected " + entry.shape()));
        }
        if (!sameType(entry.dtype(), got.dtype())) {
            return Optional.of(
                    Difference.whole(label, "is " + got.dtype() + ", expected " + entry.dtype()));
        }
        return values(label, entry, truth.toDoubles(), got.toDoubles(), skipped);
    }

    private static Optional<Difference> values(
            String label, TensorEntry entry, double[] truth, double[] got, BitSet skipped) {
        Optional<Difference> worst = Optional.empty();
        double worstRatio = 1;
        int row =
                skipped.isEmpty() ? 0 : Math.max(1, truth.length / entry.shape().dim(0));
        for (int i = 0; i < truth.length; i++) {
            if (row > 0 && skipped.get(i / row)) {
                continue;
            }
            double allowed =
                    entry.isFloating() ? entry.atol() + entry.rtol() * Math.abs(truth[i]) : 0;
            double ratio = ratio(truth[i], got[i], allowed);
            if (ratio > worstRatio) {
                worstRatio = ratio;
                worst = Optional.of(new Difference(
                        label,
                        position(entry.shape(), i),
                        truth[i],
                        got[i],
                        allowed,
                        Optional.empty()));
            }
        }
        return worst;
    }

    /** Error over tolerance; NaN equals NaN, infinities equal those of their sign. */
    private static double ratio(double truth, double got, double allowed) {
        if (Double.compare(truth, got) == 0 || truth == got) {
            return 0;
        }
        double error = Math.abs(got - truth);
        boolean finite = Double.isFinite(error) && Double.isFinite(truth);
        return !finite ? Double.POSITIVE_INFINITY : error <= allowed ? 0 : error / allowed;
    }

    /**
     * The float32 element furthest beyond PyTorch's own error plus one rounding, if there is one.
     */
    public static Optional<Difference> beyondTorch(
            String label, TensorEntry entry, Tensor truth, Tensor got) {
        double[] t = truth.toDoubles();
        double[] g = got.toDoubles();
        Optional<Difference> worst = Optional.empty();
        double worstRatio = 1;
        for (int i = 0; i < t.length; i++) {
            double allowed = entry.torchError() + Math.ulp((float) t[i]);
            double ratio = ratio(t[i], g[i], allowed);
            if (ratio > worstRatio) {
                worstRatio = ratio;
                worst = Optional.of(new Difference(
                        label, position(entry.shape(), i), t[i], g[i], allowed, Optional.empty()));
            }
        }
        return worst;
    }

    /** There is no 32-bit integer tensor: int64 stands for it. */
    private static boolean sameType(String expected, DType got) {
        return expected.equals(got.toString()) || expected.equals("int32") && got == DType.INT64;
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
