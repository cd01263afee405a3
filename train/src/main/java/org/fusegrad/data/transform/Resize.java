package org.fusegrad.data.transform;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A change of size by a {@link TriangleFilter}: torchvision's {@code Resize}, bilinear, {@code
 * antialias=True}.
 *
 * @param height rows; of {@link #shorter} the shorter side
 * @param width columns, or 0 to keep the shape: then the shorter side becomes {@code height} and
 *     the longer one {@code floor(height * longer / shorter)}
 */
public record Resize(int height, int width) implements Transform {
    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException if it is not within 1..16,384
     */
    public Resize {
        Check.size("Resize", height, width == 0 ? height : width);
    }

    /** Returns the change of the shorter side that keeps the shape: {@code Resize(size)}. */
    public static Resize shorter(int size) {
        return new Resize(size, 0);
    }

    @Override
    public Image apply(Image image, RandomGenerator random) {
        if (width > 0) {
            return to(image, height, width);
        }
        int shorter = Math.min(image.height(), image.width());
        long longer = (long) height * Math.max(image.height(), image.width()) / shorter;
        Check.size("Resize", height, (int) Math.min(longer, Integer.MAX_VALUE));
        return image.height() <= image.width()
                ? to(image, height, (int) longer)
                : to(image, (int) longer, height);
    }

    static Image to(Image from, int height, int width) {
        if (from.height() == height && from.width() == width) {
            return from;
        }
        TriangleFilter rows = TriangleFilter.of(from.height(), height);
        TriangleFilter columns = TriangleFilter.of(from.width(), width);
        Image out = from.sized(height, width);
        float[] blended = new float[from.width()];
        int to = 0;
        for (int c = 0; c < from.channels(); c++) {
            for (int y = 0; y < height; y++) {
                int start = (c * from.height() + rows.first()[y]) * from.width();
                blend(from.values(), start, rows.weights()[y], blended);
                for (int x = 0; x < width; x++) {
                    float[] weights = columns.weights()[x];
                    int first = columns.first()[x];
                    float value = 0;
                    for (int k = 0; k < weights.length; k++) {
                        value += weights[k] * blended[first + k];
                    }
                    out.values()[to++] = value;
                }
            }
        }
        return out;
    }

    private static void blend(float[] values, int start, float[] weights, float[] blended) {
        Arrays.fill(blended, 0);
        for (int k = 0; k < weights.length; k++) {
            int row = start + k * blended.length;
            for (int x = 0; x < blended.length; x++) {
                blended[x] += weights[k] * values[row + x];
            }
        }
    }
}
