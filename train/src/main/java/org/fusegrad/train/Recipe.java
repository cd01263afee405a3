package org.fusegrad.train;

import org.fusegrad.data.Augmentation;
import org.fusegrad.data.Dataset;

/**
 * The values taken where nothing is asked for.
 *
 * @param width channels of the small network after its first convolution
 * @param augment whether training images are augmented
 * @param augmentation how, if they are
 */
public record Recipe(
        int width,
        int batch,
        int epochs,
        double learningRate,
        double momentum,
        double weightDecay,
        boolean augment,
        Augmentation augmentation) {
    private static final Recipe DIGITS =
            new Recipe(16, 32, 10, 0.1, 0.9, 5e-4, false, new Augmentation(1, false));
    private static final Recipe FASHION_MNIST =
            new Recipe(16, 64, 3, 0.1, 0.9, 5e-4, false, new Augmentation(2, true));
    private static final int PADDING_SHARE = 8;

    /** The recipe of a source of images. */
    public static Recipe of(DataSource source, Dataset images) {
        return switch (source.name()) {
            case DataSource.DIGITS -> DIGITS;
            case DataSource.FASHION_MNIST -> FASHION_MNIST;
            default ->
                new Recipe(
                        16,
                        Math.min(128, images.size()),
                        10,
                        0.1,
                        0.9,
                        5e-4,
                        false,
                        new Augmentation(images.height() / PADDING_SHARE, images.channels() == 3));
        };
    }
}
