package org.fusegrad.data.transform;

import java.util.random.RandomGenerator;

/**
 * A mirror of left and right, or not. Torchvision's {@code RandomHorizontalFlip}.
 *
 * @param p probability that an image is mirrored
 */
public record RandomHorizontalFlip(double p) implements Transform {
    /**
     * Checks the probability.
     *
     * @throws IllegalArgumentException if it is not within 0..1
     */
    public RandomHorizontalFlip {
        Check.probability("RandomHorizontalFlip", p);
    }

    /** With probability one half. */
    public RandomHorizontalFlip() {
        this(0.5);
    }

    @Override
    public Image apply(Image image, RandomGenerator random) {
        if (random.nextDouble() >= p) {
            return image;
        }
        Image out = image.sized(image.height(), image.width());
        int width = image.width();
        for (int row = 0; row < image.values().length; row += width) {
            for (int x = 0; x < width; x++) {
                out.values()[row + x] = image.values()[row + width - 1 - x];
            }
        }
        return out;
    }
}
