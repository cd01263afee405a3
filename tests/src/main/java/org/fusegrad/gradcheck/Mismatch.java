package org.fusegrad.gradcheck;

import java.util.Arrays;
import java.util.Locale;

/**
 * One wrong element of a gradient.
 *
 * @param order which derivative, 1 for the gradient
 * @param input the tensor differentiated by
 * @param at position of the element; for a random direction, its number alone
 * @param expected the finite difference
 * @param got the derived gradient
 * @param tolerance the largest difference allowed
 */
public record Mismatch(
        int order,
        String input,
        int[] at,
        boolean direction,
        double expected,
        double got,
        double tolerance) {
    /** How many times the tolerance the difference is; infinite for NaN. */
    public double ratio() {
        double difference = Math.abs(expected - got);
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference / tolerance;
    }

    @Override
    public String toString() {
        String where = direction ? " in random direction " + at[0] : " at " + Arrays.toString(at);
        return String.format(
                Locale.ROOT,
                "order %d, %s%s: expected %.9g, got %.9g, off by %.2e, tolerance %.2e",
                order,
                input,
                where,
                expected,
                got,
                Math.abs(expected - got),
                tolerance);
    }
}
