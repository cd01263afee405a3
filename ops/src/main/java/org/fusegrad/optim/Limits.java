package org.fusegrad.optim;

/** The ranges in which settings of optimisers lie. */
final class Limits {
    private Limits() {}

    static double notNegative(String what, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    what + " must be finite and not negative, got " + value);
        }
        return value;
    }

    /** From 0 to 1. */
    static double share(String what, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(what + " must be within 0..1, got " + value);
        }
        return value;
    }

    /** From 0 to below 1: a memory that forgets. */
    static double decay(String what, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    what + " must be at least 0 and below 1, got " + value);
        }
        return value;
    }
}
