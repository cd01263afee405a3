package org.fusegrad.gradcheck;

import org.fusegrad.DType;

/**
 * How far a derived gradient may be from finite differences: {@code atol + rtol * |expected|},
 * plus the rounding noise of the differences, which the check estimates by itself. This is the
 * one table.
 *
 * @param step step of the differences relative to max(1, |x|)
 */
public record Tolerance(double rtol, double atol, double step) {
    private static final Tolerance DOUBLE_RICHARDSON = new Tolerance(1e-7, 1e-8, 2e-3);
    private static final Tolerance DOUBLE_PLAIN = new Tolerance(1e-6, 1e-7, 1e-5);
    private static final Tolerance SINGLE = new Tolerance(2e-2, 2e-3, 1e-2);

    /** The entry for a type and a kind of difference. */
    static Tolerance of(DType dtype, boolean richardson) {
        if (dtype != DType.FLOAT64) {
            return SINGLE;
        }
        return richardson ? DOUBLE_RICHARDSON : DOUBLE_PLAIN;
    }

    double allowed(double expected, double noise) {
        return atol + rtol * Math.abs(expected) + noise;
    }
}
