package org.fusegrad.data.transform;

import java.util.random.RandomGenerator;

/**
 * A part of an image of random size and shape, resized: torchvision's {@code RandomResizedCrop},
 * the "Inception crop" of Szegedy et al. 2015 (arXiv:1409.4842).
 *
 * <p>Ten times a share of the area and a shape are drawn; the first that fits is cut out anywhere.
 * If none fits, it is the middle, of the nearest shape allowed.
 *
 * @param height rows
 * @param width columns
 * @param scale share of the area
 * @param ratio width over height, drawn uniformly in logarithm
 */
public record RandomResizedCrop(int height, int width, Range scale, Range ratio)
        implements Transform {
    private static final int ATTEMPTS = 10;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the size is not within 1..16,384, a share not within 0..1
     *     or a ratio not positive
     */
    public RandomResizedCrop {
        Check.size("RandomResizedCrop", height, width);
        Check.that(
                scale.low() >= 0 && scale.high() <= 1,
                "RandomResizedCrop: scale %s is not within 0..1",
                scale);
        Check.that(ratio.low() > 0, "RandomResizedCrop: ratio %s is not positive", ratio);
    }

    /** A square of 8 to 100 percent of the area in shapes from 3:4 to 4:3. */
    public RandomResizedCrop(int size) {
        this(size, size, new Range(0.08, 1), new Range(3 / 4.0, 4 / 3.0));
    }

    @Override
    public Image apply(Image image, RandomGenerator random) {
        return Resize.to(part(image, random), height, width);
    }

    private Image part(Image image, RandomGenerator random) {
        double area = (double) image.height() * image.width();
        for (int i = 0; i < ATTEMPTS; i++) {
            double wanted = area * scale.draw(random);
            double shape = ratio.drawLog(random);
            int columns = (int) Math.rint(Math.sqrt(wanted * shape));
            int rows = (int) Math.rint(Math.sqrt(wanted / shape));
            if (columns > 0 && columns <= image.width() && rows > 0 && rows <= image.height()) {
                int top = random.nextInt(image.height() - rows + 1);
                int left = random.nextInt(image.width() - columns + 1);
                return image.crop(top, left, rows, columns);
            }
        }
        return middle(image);
    }

    private Image middle(Image image) {
        int rows = image.height();
        int columns = image.width();
        double shape = (double) columns / rows;
        if (shape < ratio.low()) {
            rows = Math.max(1, (int) Math.rint(columns / ratio.low()));
        } else if (shape > ratio.high()) {
            columns = Math.max(1, (int) Math.rint(rows * ratio.high()));
        }
        int top = (image.height() - rows) / 2;
        return image.crop(top, (image.width() - columns) / 2, rows, columns);
    }
}
