package org.fusegrad.data.transform;

import java.util.random.RandomGenerator;

/**
 * A part of an image with a black border, all places equally likely. Torchvision's {@code
 * RandomCrop(size, padding)}.
 *
 * @param height rows
 * @param width columns
 * @param padding pixels of border on each side
 */
public record RandomCrop(int height, int width, int padding) implements Transform {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if the size is not within 1..16,384 or the padding not
     *     within 0..4,096
     */
    public RandomCrop {
        Check.size("RandomCrop", height, width);
        Check.that(
                padding >= 0 && padding <= 4096,
                "RandomCrop: padding %d is not within 0..4096",
                padding);
    }

    /** A square. */
    public RandomCrop(int size, int padding) {
        this(size, size, padding);
    }

    @Override
    public Image apply(Image image, RandomGenerator random) {
        int freeRows = image.height() + 2 * padding - height;
        int freeColumns = image.width() + 2 * padding - width;
        Check.that(
                freeRows >= 0 && freeColumns >= 0,
                "RandomCrop: %dx%d does not fit an image of %s with padding %d; resize it before",
                height,
                width,
                image.size(),
                padding);
        int top = random.nextInt(freeRows + 1) - padding;
        int left = random.nextInt(freeColumns + 1) - padding;
        return image.crop(top, left, height, width);
    }
}
