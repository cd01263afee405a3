package org.fusegrad.gradcheck;

import java.util.Arrays;
import java.util.Locale;
import org.fusegrad.type.DType;

/**
 * One wrong element of a gradient.
 *
 * @param order which derivative, 1 for the gradient
 * @param backend where; {@code null} for the engine that was current
 * @param input the tensor differentiated by
 * @param at position of the element; for a random direction, its number alone
 * @param expected the finite difference, or the reference of a declared gradient
 * @param got the derived gradient
 * @param tolerance the largest difference allowed
 * @param dtype type of the gradient
 */
public record Mismatch(
        int order,
        String backend,
        String input,
        int[] at,
        boolean direction,
        double expected,
        double got,
        double tolerance,
        DType dtype) {
    /** How many times the tolerance the difference is; infinite for NaN. */
    public double ratio() {
        double difference = Math.abs(expected - got);
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference / tolerance;
    }

    /** The difference in units in the last place of what is expected. */
    public double ulps() {
        double ulp = dtype == DType.FLOAT64
                ? Math.ulp(expected)
                : dtype == DType.FLOAT32
                        ? Math.ulp((float) expected)
                        : 2 * Tolerance.rounding(dtype) * Math.abs(expected);
        return Math.abs(expected - got) / ulp;
    }

    @Override
    public String toString() {
        String where = direction ? " in random direction " + at[0] : " at " + Arrays.toString(at);
        return String.format(
                Locale.ROOT,
                "order %d%s, %s%s: expected %.9g, got %.9g, off by %.2e (%.2g ulp), tolerance %.2e",
                order,
                backend == null ? "" : " on " + backend,
                input,
                where,
                expected,
                got,
                Math.abs(expected - got),
                ulps(),
                tolerance);
    }
}
