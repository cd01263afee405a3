package org.fusegrad.data.transform;

import java.util.random.RandomGenerator;

/**
 * The middle of an image; one that is smaller gets black borders. Torchvision's {@code CenterCrop}.
 *
 * @param height rows
 * @param width columns
 */
public record CenterCrop(int height, int width) implements Transform {
    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException if it is not within 1..16,384
     */
    public CenterCrop {
        Check.size("CenterCrop", height, width);
    }

    /** A square. */
    public CenterCrop(int size) {
        this(size, size);
    }

    @Override
    public Image apply(Image image, RandomGenerator random) {
        int top = start(image.height(), height);
        int left = start(image.width(), width);
        return image.crop(top, left, height, width);
    }

    /* Half of an odd number goes to the even side, as Python rounds; the border before an image is
     * the smaller one. */
    private static int start(int have, int want) {
        return have >= want ? (int) Math.rint((have - want) / 2.0) : -((want - have) / 2);
    }
}
