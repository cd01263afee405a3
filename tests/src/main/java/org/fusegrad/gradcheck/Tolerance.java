package org.fusegrad.gradcheck;

import org.fusegrad.type.DType;

/**
 * The distance that a derived gradient may be from what is expected:
 * {@code atol + rtol * |expected|}, plus running error bounds of the differences and of the
 * gradient, which the check computes. This is the one table.
 *
 * @param step step of the differences relative to max(1, |x|)
 */
public record Tolerance(double rtol, double atol, double step) {
    private static final Tolerance RICHARDSON = new Tolerance(1e-7, 1e-8, 2e-3);
    private static final Tolerance PLAIN = new Tolerance(1e-6, 1e-7, 1e-5);

    /** The entry for a kind of difference. */
    static Tolerance of(boolean richardson) {
        return richardson ? RICHARDSON : PLAIN;
    }

    /**
     * The largest difference allowed.
     *
     * @param noise bound of the rounding errors
     * @param stored type the gradient is stored in
     */
    double allowed(double expected, double noise, DType stored) {
        return atol + (rtol + rounding(stored)) * Math.abs(expected) + noise;
    }

    /** The largest relative error of rounding to a type. */
    static double rounding(DType type) {
        return switch (type) {
            case BFLOAT16 -> 0x1p-8;
            case FLOAT16 -> 0x1p-11;
            case FLOAT32 -> 0x1p-24;
            default -> 0x1p-53;
        };
    }
}
