package org.fusegrad.data.transform;

import java.util.random.RandomGenerator;

/**
 * The numbers from {@code low} to {@code high}, one of which is drawn.
 *
 * @param low least
 * @param high greatest, not below
 */
public record Range(double low, double high) {
    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException if an end is not finite or they are in the wrong order
     */
    public Range {
        Check.that(
                Double.isFinite(low) && Double.isFinite(high) && low <= high,
                "range: %s to %s are not finite numbers in order",
                low,
                high);
    }

    /** A number, all equally likely. */
    double draw(RandomGenerator random) {
        return low + (high - low) * random.nextDouble();
    }

    /** A number whose logarithm is uniform, of positive ends. */
    double drawLog(RandomGenerator random) {
        double from = StrictMath.log(low);
        return StrictMath.exp(from + (StrictMath.log(high) - from) * random.nextDouble());
    }
}
