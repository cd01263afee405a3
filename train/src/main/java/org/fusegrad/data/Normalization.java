package org.fusegrad.data;

import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Per-channel mean and standard deviation of pixel values scaled to 0..1; a normalised value is
 * {@code (pixel / maxValue - mean) / std}.
 *
 * @param mean one finite value per channel
 * @param std one finite, positive value per channel
 */
public record Normalization(List<Double> mean, List<Double> std) {

    /**
     * Copies the lists.
     *
     * @throws DataException if the lists differ in length, are empty, or hold a value out of range
     */
    public Normalization {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.isEmpty() || mean.size() != std.size()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "normalization: %d means and %d stds; give one of each per channel",
                    mean.size(),
                    std.size()));
        }
        for (int c = 0; c < mean.size(); c++) {
            if (!Double.isFinite(mean.get(c)) || !Double.isFinite(std.get(c)) || std.get(c) <= 0) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "channel %d normalises by mean %s, std %s; use finite, positive std",
                        c,
                        mean.get(c),
                        std.get(c)));
            }
        }
    }

    /** Returns the normalization that only scales pixels to 0..1. */
    public static Normalization identity(int channels) {
        return new Normalization(
                Collections.nCopies(channels, 0.0), Collections.nCopies(channels, 1.0));
    }

    /** Returns the number of channels. */
    public int channels() {
        return mean.size();
    }
}
