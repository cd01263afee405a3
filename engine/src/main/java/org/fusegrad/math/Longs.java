package org.fusegrad.math;

/** Arithmetic of int64 that Java has no operator for. It wraps around, as its operators do. */
public final class Longs {
    private Longs() {}

    /**
     * The quotient, cut towards 0.
     *
     * @throws ArithmeticException if b is 0
     */
    public static long divide(long a, long b) {
        if (b == 0) {
            throw new ArithmeticException("div: int64 division of " + a + " by zero");
        }
        return a / b;
    }

    /** By squaring; a negative exponent gives 0 except for bases 1 and -1. */
    public static long pow(long base, long exponent) {
        if (exponent < 0) {
            return base == 1 ? 1 : base == -1 ? 1 - 2 * (exponent & 1) : 0;
        }
        long result = 1;
        long square = base;
        for (long e = exponent; e != 0; e >>= 1) {
            if ((e & 1) != 0) {
                result *= square;
            }
            square *= square;
        }
        return result;
    }
}
