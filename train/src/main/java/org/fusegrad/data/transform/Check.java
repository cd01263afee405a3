package org.fusegrad.data.transform;

import java.util.Locale;

/** The checks that transforms share. */
final class Check {
    private static final int MAX_SIDE = 16_384;

    private Check() {}

    static void that(boolean holds, String otherwise, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, otherwise, values));
        }
    }

    static void size(String what, int height, int width) {
        that(
                Math.min(height, width) >= 1 && Math.max(height, width) <= MAX_SIDE,
                "%s: size %dx%d (height x width) is not within 1..%d",
                what,
                height,
                width,
                MAX_SIDE);
    }

    static void probability(String what, double p) {
        that(p >= 0 && p <= 1, "%s: probability %s is not within 0..1", what, p);
    }
}
