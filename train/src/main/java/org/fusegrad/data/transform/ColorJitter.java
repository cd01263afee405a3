package org.fusegrad.data.transform;

import java.util.random.RandomGenerator;

/**
 * Random brightness, contrast, saturation and hue, in random order. Torchvision's {@code
 * ColorJitter}.
 *
 * <p>Brightness mixes with black, contrast with the mean of the greys, saturation with the greys
 * (0.2989 R + 0.587 G + 0.114 B), each as {@code factor * image + (1 - factor) * other}; hue turns
 * by a share of the colour circle. Results are kept within 0..1. Images of one channel keep their
 * saturation and hue.
 *
 * @param brightness the factor is drawn from {@code max(0, 1 - brightness) .. 1 + brightness}
 * @param contrast likewise
 * @param saturation likewise
 * @param hue the turn is drawn from {@code -hue .. hue}; within 0..0.5
 */
public record ColorJitter(double brightness, double contrast, double saturation, double hue)
        implements Transform {
    private static final int CHANGES = 4;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is negative or not finite, or the hue above 0.5
     */
    public ColorJitter {
        for (double amount : new double[] {brightness, contrast, saturation, hue}) {
            Check.that(
                    amount >= 0 && Double.isFinite(amount),
                    "ColorJitter: %s is not a number from 0 on",
                    amount);
        }
        Check.that(hue <= 0.5, "ColorJitter: hue %s is not within 0..0.5", hue);
    }

    @Override
    public Image apply(Image image, RandomGenerator random) {
        Check.that(
                image.channels() == 1 || image.channels() == 3,
                "ColorJitter: an image of %d channels; it changes 1 or 3",
                image.channels());
        int[] order = order(random);
        double[] factors = {
            factor(brightness, random),
            factor(contrast, random),
            factor(saturation, random),
            new Range(-hue, hue).draw(random)
        };
        float[] values = image.values().clone();
        for (int change : order) {
            change(change, factors[change], image.channels(), values);
        }
        return new Image(image.channels(), image.height(), image.width(), values);
    }

    private static int[] order(RandomGenerator random) {
        int[] order = new int[CHANGES];
        for (int i = 0; i < CHANGES; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private static double factor(double amount, RandomGenerator random) {
        return new Range(Math.max(0, 1 - amount), 1 + amount).draw(random);
    }

    private void change(int which, double factor, int channels, float[] values) {
        if (which == 0 && brightness > 0) {
            Colors.brightness(values, factor);
        } else if (which == 1 && contrast > 0) {
            Colors.contrast(values, channels, factor);
        } else if (which == 2 && saturation > 0 && channels == 3) {
            Colors.saturation(values, factor);
        } else if (which == 3 && hue > 0 && channels == 3) {
            Colors.hue(values, factor);
        }
    }
}
