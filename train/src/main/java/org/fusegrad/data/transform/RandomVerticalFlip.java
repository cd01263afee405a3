package org.fusegrad.data.transform;

import java.util.random.RandomGenerator;

/**
 * A mirror of top and bottom, or not. Torchvision's {@code RandomVerticalFlip}.
 *
 * @param p probability that an image is mirrored
 */
public record RandomVerticalFlip(double p) implements Transform {
    /**
     * Checks the probability.
     *
     * @throws IllegalArgumentException if it is not within 0..1
     */
    public RandomVerticalFlip {
        Check.probability("RandomVerticalFlip", p);
    }

    /** With probability one half. */
    public RandomVerticalFlip() {
        this(0.5);
    }

    @Override
    public Image apply(Image image, RandomGenerator random) {
        if (random.nextDouble() >= p) {
            return image;
        }
        Image out = image.sized(image.height(), image.width());
        int rows = image.channels() * image.height();
        for (int row = 0; row < rows; row++) {
            int y = row % image.height();
            int from = (row - y + image.height() - 1 - y) * image.width();
            int to = row * image.width();
            System.arraycopy(image.values(), from, out.values(), to, image.width());
        }
        return out;
    }
}
