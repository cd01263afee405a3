package org.fusegrad.data;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Random changes of a training image: a crop of the original size from the image padded with {@code
 * padding} black pixels on each side, then a horizontal flip with probability one half.
 *
 * <p>The choice is a function of (seed, epoch, sample index) alone.
 *
 * @param padding pixels on each side, 0 for no crop
 * @param flip whether images may be mirrored left to right
 */
public record Augmentation(int padding, boolean flip) {

    /** How one image is moved: {@code out(y, x) = in(y + down, mirrored(x) + right)}. */
    record Move(int down, int right, boolean flip) {
        static final Move STILL = new Move(0, 0, false);
    }

    /**
     * Checks the padding.
     *
     * @throws DataException if the padding is not within 0..4096
     */
    public Augmentation {
        if (padding < 0 || padding > 4096) {
            throw new DataException(String.format(
                    Locale.ROOT, "augmentation: padding %d is not within 0..4096", padding));
        }
    }

    /** Returns the augmentation that leaves every image as it is. */
    public static Augmentation none() {
        return new Augmentation(0, false);
    }

    Move move(long seed, int epoch, int sample) {
        if (padding == 0 && !flip) {
            return Move.STILL;
        }
        SplittableRandom random = Randomness.of(seed, epoch, sample);
        int down = random.nextInt(2 * padding + 1) - padding;
        int right = random.nextInt(2 * padding + 1) - padding;
        return new Move(down, right, flip && random.nextBoolean());
    }
}
