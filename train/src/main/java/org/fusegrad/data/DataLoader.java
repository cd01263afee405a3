package org.fusegrad.data;

import java.util.Iterator;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Batches of a data set, epoch by epoch. Immutable and safe to share between threads.
 *
 * <p>What an epoch yields depends on the settings and the epoch number only, so any epoch can be
 * repeated, in any order.
 */
public final class DataLoader {
    private final Dataset data;
    private final int batchSize;
    private final Normalization normalization;
    private final Augmentation augmentation;
    private final boolean shuffled;
    private final long seed;
    private final boolean dropLast;
    private final int prefetch;

    private DataLoader(Builder from) {
        data = from.data;
        batchSize = from.batchSize;
        normalization = from.normalization;
        augmentation = from.augmentation;
        shuffled = from.shuffled;
        seed = from.seed;
        dropLast = from.dropLast;
        prefetch = from.prefetch;
    }

    /**
     * Returns a builder whose defaults are: data order, pixels scaled to 0..1, no augmentation,
     * seed 0, a smaller last batch if the sizes leave one, no prefetching.
     *
     * @throws DataException if the batch size is below 1, above the size of the data, or so large
     *     that a batch exceeds one array
     */
    public static Builder builder(Dataset data, int batchSize) {
        return new Builder(data, batchSize);
    }

    /** Settings of a loader, checked as they are given. */
    public static final class Builder {
        private final Dataset data;
        private final int batchSize;
        private Normalization normalization;
        private Augmentation augmentation = Augmentation.none();
        private boolean shuffled;
        private long seed;
        private boolean dropLast;
        private int prefetch;

        private Builder(Dataset data, int batchSize) {
            this.data = data;
            this.batchSize = batchSize;
            this.normalization = Normalization.identity(data.channels());
            check(
                    batchSize >= 1,
                    String.format(Locale.ROOT, "batch size %d is below 1", batchSize));
            check(
                    batchSize <= data.size(),
                    String.format(
                            Locale.ROOT,
                            "batch size %d is larger than the data set of %d images;"
                                    + " choose a smaller one",
                            batchSize,
                            data.size()));
            check(
                    (long) batchSize * data.shape().volume() <= Dataset.MAX_BYTES,
                    String.format(
                            Locale.ROOT,
                            "a batch of %d images of %s does not fit one array;"
                                    + " choose a smaller one",
                            batchSize,
                            data.shape()));
        }

        /**
         * Normalises each channel.
         *
         * @throws DataException if the number of channels differs from that of the images
         */
        public Builder normalize(Normalization values) {
            check(
                    values.channels() == data.channels(),
                    String.format(
                            Locale.ROOT,
                            "normalization has %d channels but the images have %d",
                            values.channels(),
                            data.channels()));
            normalization = values;
            return this;
        }

        /** Sets the seed of the order and of the augmentation. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** Visits the images in a new order each epoch. */
        public Builder shuffle() {
            shuffled = true;
            return this;
        }

        /** Augments each image, differently in each epoch. */
        public Builder augment(Augmentation value) {
            augmentation = value;
            return this;
        }

        /** Leaves out a last batch smaller than the batch size. */
        public Builder dropLast() {
            dropLast = true;
            return this;
        }

        /**
         * Prepares up to {@code depth} batches ahead on one daemon thread; the batches are the
         * same. Depth 0 turns it off.
         *
         * @throws DataException if the depth is not within 0..1024
         */
        public Builder prefetch(int depth) {
            check(
                    depth >= 0 && depth <= 1024,
                    String.format(Locale.ROOT, "prefetch depth %d is not within 0..1024", depth));
            prefetch = depth;
            return this;
        }

        /** Returns the loader. */
        public DataLoader build() {
            return new DataLoader(this);
        }

        private void check(boolean holds, String otherwise) {
            if (!holds) {
                throw new DataException(data.name() + ": " + otherwise);
            }
        }
    }

    /** Returns the data set. */
    public Dataset data() {
        return data;
    }

    /** Returns the number of images in every batch but perhaps the last. */
    public int batchSize() {
        return batchSize;
    }

    /** Returns the number of batches of one epoch, at least 1. */
    public int batches() {
        int full = data.size() / batchSize;
        return dropLast || data.size() % batchSize == 0 ? full : full + 1;
    }

    /**
     * Returns the batches of one epoch, each image at most once and, unless the last batch is
     * dropped, exactly once. Can be iterated repeatedly; an iterator may be abandoned.
     *
     * @param epoch number of the epoch, at least 0
     * @throws DataException if the epoch is negative
     */
    public Iterable<Batch> epoch(int epoch) {
        if (epoch < 0) {
            throw new DataException(
                    String.format(Locale.ROOT, "%s: epoch %d is below 0", data.name(), epoch));
        }
        int[] order = order(epoch);
        return () -> iterator(order, epoch);
    }

    private Iterator<Batch> iterator(int[] order, int epoch) {
        if (prefetch > 0) {
            return new Prefetch<>(batches(), k -> batch(order, epoch, k), prefetch);
        }
        return IntStream.range(0, batches())
                .mapToObj(k -> batch(order, epoch, k))
                .iterator();
    }

    /* The one place that decides the order of an epoch. */
    private int[] order(int epoch) {
        return shuffled
                ? Randomness.permutation(data.size(), seed, epoch)
                : IntStream.range(0, data.size()).toArray();
    }

    private Batch batch(int[] order, int epoch, int number) {
        int first = number * batchSize;
        int count = Math.min(batchSize, order.length - first);
        int volume = data.shape().volume();
        float[] images = new float[count * volume];
        long[] labels = new long[count];
        for (int i = 0; i < count; i++) {
            int sample = order[first + i];
            Augmentation.Move move = augmentation.move(seed, epoch, sample);
            data.fill(sample, images, i * volume, normalization, move);
            labels[i] = data.label(sample);
        }
        return new Batch(images, labels, count, data.channels(), data.height(), data.width());
    }
}
