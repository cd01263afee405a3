package org.fusegrad.data.transform;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * {@code (value - mean) / std} for each channel. Torchvision's {@code Normalize}.
 *
 * @param mean one finite value per channel
 * @param std one finite, positive value per channel
 */
public record Normalize(List<Double> mean, List<Double> std) implements Transform {
    /** Means and deviations of ImageNet's photographs, as torchvision's models expect them. */
    public static final Normalize IMAGENET =
            new Normalize(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if they differ in length, or a value is out of range
     */
    public Normalize {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        Check.that(
                mean.size() == std.size() && !mean.isEmpty(),
                "Normalize: %d means and %d stds; give one of each per channel",
                mean.size(),
                std.size());
        for (int c = 0; c < mean.size(); c++) {
            Check.that(
                    Double.isFinite(mean.get(c)) && Double.isFinite(std.get(c)) && std.get(c) > 0,
                    "Normalize: channel %d has mean %s and std %s; use finite, positive std",
                    c,
                    mean.get(c),
                    std.get(c));
        }
    }

    @Override
    public Image apply(Image image, RandomGenerator random) {
        Check.that(
                mean.size() == image.channels(),
                "Normalize: %d means for an image of %d channels",
                mean.size(),
                image.channels());
        Image out = image.sized(image.height(), image.width());
        int plane = image.height() * image.width();
        for (int i = 0; i < image.values().length; i++) {
            int c = i / plane;
            out.values()[i] = (float) ((image.values()[i] - mean.get(c)) / std.get(c));
        }
        return out;
    }
}
