package org.fusegrad.data.transform;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A rectangle of one value over an image, or not: torchvision's {@code RandomErasing} (Zhong et al.
 * 2017, arXiv:1708.04896). Put it after {@link Normalize}, so that 0 is the mean.
 *
 * <p>Ten times a share of the area and a shape are drawn; the first that fits is erased anywhere.
 * If none fits, none is.
 *
 * @param p probability that an image gets one
 * @param scale share of the area
 * @param ratio height over width, drawn uniformly in logarithm
 * @param value what is written, in every channel
 */
public record RandomErasing(double p, Range scale, Range ratio, float value) implements Transform {
    private static final int ATTEMPTS = 10;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the probability or a share is not within 0..1, or a ratio
     *     is not positive
     */
    public RandomErasing {
        Check.probability("RandomErasing", p);
        Check.that(
                scale.low() >= 0 && scale.high() <= 1,
                "RandomErasing: scale %s is not within 0..1",
                scale);
        Check.that(ratio.low() > 0, "RandomErasing: ratio %s is not positive", ratio);
    }

    /** With probability one half, 2 to 33 percent of the area, shapes 0.3 to 3.3, value 0. */
    public RandomErasing() {
        this(0.5, new Range(0.02, 0.33), new Range(0.3, 3.3), 0);
    }

    @Override
    public Image apply(Image image, RandomGenerator random) {
        if (random.nextDouble() >= p) {
            return image;
        }
        double area = (double) image.height() * image.width();
        for (int i = 0; i < ATTEMPTS; i++) {
            double wanted = area * scale.draw(random);
            double shape = ratio.drawLog(random);
            int rows = (int) Math.rint(Math.sqrt(wanted * shape));
            int columns = (int) Math.rint(Math.sqrt(wanted / shape));
            if (rows < image.height() && columns < image.width()) {
                int top = random.nextInt(image.height() - rows + 1);
                int left = random.nextInt(image.width() - columns + 1);
                return erased(image, top, left, rows, columns);
            }
        }
        return image;
    }

    private Image erased(Image image, int top, int left, int rows, int columns) {
        float[] values = image.values().clone();
        for (int c = 0; c < image.channels(); c++) {
            for (int y = top; y < top + rows; y++) {
                int start = (c * image.height() + y) * image.width() + left;
                Arrays.fill(values, start, start + columns, value);
            }
        }
        return new Image(image.channels(), image.height(), image.width(), values);
    }
}
