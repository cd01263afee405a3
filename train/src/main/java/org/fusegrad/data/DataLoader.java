package org.fusegrad.data;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.fusegrad.data.transform.Transform;

/**
 * Batches of samples, epoch by epoch. Immutable and safe to share between threads.
 *
 * <p>What an epoch yields depends on the settings and the epoch number only, never on the number of
 * workers: any epoch can be repeated, in any order, and gone on with at any batch. So an epoch's
 * number and the number of batches taken are the whole state of the data's order.
 */
public final class DataLoader {
    private final IndexedDataset samples;
    private final List<Column> columns;
    private final SampleReader reader;
    private final int batchSize;
    private final boolean shuffled;
    private final long seed;
    private final boolean dropLast;
    private final int workers;
    private final int prefetch;

    private DataLoader(Builder from) {
        samples = from.samples;
        reader = from.reader();
        columns = reader.columns();
        batchSize = from.batchSize;
        shuffled = from.shuffled;
        seed = from.seed;
        dropLast = from.dropLast;
        workers = from.workers;
        prefetch = from.prefetch;
        from.checkMemory(columns);
    }

    /**
     * Returns a builder whose defaults are: data order, pixels scaled to 0..1, no augmentation,
     * seed 0, a smaller last batch if the sizes leave one, no prefetching.
     *
     * @throws DataException if the batch size is below 1, above the size of the data, or so large
     *     that a batch exceeds one array
     */
    public static Builder builder(IndexedDataset data, int batchSize) {
        return new Builder(data, batchSize);
    }

    /** Settings of a loader, checked as they are given. */
    public static final class Builder {
        private static final int MAX_PREFETCH = 1024;
        private static final int MAX_WORKERS = 64;

        private final IndexedDataset samples;
        private final int batchSize;
        private Normalization normalization;
        private Augmentation augmentation = Augmentation.none();
        private Transform transform;
        private boolean shuffled;
        private long seed;
        private boolean dropLast;
        private int workers;
        private int prefetch;

        private Builder(IndexedDataset samples, int batchSize) {
            this.samples = samples;
            this.batchSize = batchSize;
            check(batchSize >= 1, "batch size %d is below 1", batchSize);
            check(
                    batchSize <= samples.size(),
                    "batch size %d is larger than the data set of %d %s; choose a smaller one",
                    batchSize,
                    samples.size(),
                    samples instanceof Dataset ? "images" : "samples");
            checkMemory(samples.columns());
        }

        /**
         * Normalises each channel of images, after all else.
         *
         * @throws DataException if the samples are no images, or the number of channels differs
         *     from that of the images
         */
        public Builder normalize(Normalization values) {
            Dataset images = images("normalize");
            check(
                    values.channels() == images.channels(),
                    "normalization has %d channels but the images have %d",
                    values.channels(),
                    images.channels());
            normalization = values;
            return this;
        }

        /** Sets the seed of the order, of the augmentation and of the transforms. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** Visits the samples in a new order each epoch. */
        public Builder shuffle() {
            shuffled = true;
            return this;
        }

        /**
         * Augments each image, differently in each epoch.
         *
         * @throws DataException if the samples are no images
         */
        public Builder augment(Augmentation value) {
            images("augment");
            augmentation = value;
            return this;
        }

        /**
         * Changes each image, at random differently in each epoch: what is drawn is a function of
         * (seed, epoch, index). All must come out in one size. It gets values within 0..1.
         *
         * @throws DataException if the samples are no images
         */
        public Builder transform(Transform value) {
            images("transform");
            transform = value;
            return this;
        }

        /** Leaves out a last batch smaller than the batch size. */
        public Builder dropLast() {
            dropLast = true;
            return this;
        }

        /**
         * Prepares up to {@code depth} batches ahead on daemon threads; the batches are the same.
         * Depth 0 turns it off.
         *
         * @throws DataException if the depth is not within 0..1024
         */
        public Builder prefetch(int depth) {
            check(
                    depth >= 0 && depth <= MAX_PREFETCH,
                    "prefetch depth %d is not within 0..%d",
                    depth,
                    MAX_PREFETCH);
            prefetch = depth;
            return this;
        }

        /**
         * Makes batches on {@code count} threads, each a batch at a time, while twice as many are
         * ahead, or as many as {@link #prefetch} says; the batches are the same. By default 0: of
         * the thread that takes them, or of one if they are prefetched. PyTorch's {@code
         * num_workers}.
         *
         * @throws DataException if the count is not within 0..64
         */
        public Builder workers(int count) {
            check(
                    count >= 0 && count <= MAX_WORKERS,
                    "%d workers is not within 0..%d",
                    count,
                    MAX_WORKERS);
            workers = count;
            return this;
        }

        /**
         * Returns the loader.
         *
         * @throws DataException if both an augmentation and a transform are set, or the first image
         *     cannot be read or transformed
         */
        public DataLoader build() {
            return new DataLoader(this);
        }

        private SampleReader reader() {
            if (!(samples instanceof Dataset images)) {
                return new SampleReader.Plain(samples);
            }
            Normalization values = normalization == null
                    ? Normalization.identity(images.channels())
                    : normalization;
            if (transform == null) {
                return new SampleReader.Moved(images, seed, augmentation, values);
            }
            check(
                    augmentation.equals(Augmentation.none()),
                    "both augment and transform are set; put all into the transform");
            return SampleReader.Transformed.of(images, seed, transform, values);
        }

        private Dataset images(String setting) {
            check(
                    samples instanceof Dataset,
                    "%s is for images; give tensors as they shall be",
                    setting);
            return (Dataset) samples;
        }

        private void checkMemory(List<Column> columns) {
            for (Column column : columns) {
                check(
                        (long) batchSize * column.shape().numel() <= Dataset.MAX_BYTES,
                        "a batch of %d of %s does not fit one array; choose a smaller one",
                        batchSize,
                        column);
            }
        }

        private void check(boolean holds, String otherwise, Object... values) {
            if (!holds) {
                String text = String.format(Locale.ROOT, otherwise, values);
                throw new DataException(samples.name() + ": " + text);
            }
        }
    }

    /** Returns the samples that batches are made of. */
    public IndexedDataset samples() {
        return samples;
    }

    /**
     * Returns the images that batches are made of.
     *
     * @throws DataException if the samples are no images
     */
    public Dataset data() {
        if (samples instanceof Dataset images) {
            return images;
        }
        throw new DataException(samples.name() + " has no images; ask for samples()");
    }

    /** Returns the number of samples in every batch but perhaps the last. */
    public int batchSize() {
        return batchSize;
    }

    /** Returns the number of batches of one epoch, at least 1. */
    public int batches() {
        int full = samples.size() / batchSize;
        return dropLast || samples.size() % batchSize == 0 ? full : full + 1;
    }

    /**
     * Returns the batches of one epoch, each sample at most once and, unless the last batch is
     * dropped, exactly once. Can be iterated repeatedly; an iterator may be abandoned.
     *
     * @param epoch number of the epoch, at least 0
     * @throws DataException if the epoch is negative
     */
    public Iterable<Batch> epoch(int epoch) {
        return epoch(epoch, 0);
    }

    /**
     * Returns the batches of one epoch from one on, the same as without a pause; nothing is done
     * for those before.
     *
     * @param epoch number of the epoch, at least 0
     * @param first number of batches to leave out, within 0..{@link #batches}
     * @throws DataException if one is out of range
     */
    public Iterable<Batch> epoch(int epoch, int first) {
        if (epoch < 0) {
            throw new DataException(
                    String.format(Locale.ROOT, "%s: epoch %d is below 0", samples.name(), epoch));
        }
        if (first < 0 || first > batches()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: batch %d is not within the %d of an epoch",
                    samples.name(),
                    first,
                    batches()));
        }
        int[] order = order(epoch);
        return () -> iterator(order, epoch, first);
    }

    private Iterator<Batch> iterator(int[] order, int epoch, int first) {
        if (prefetch > 0 || workers > 0) {
            int threads = Math.max(1, workers);
            int depth = prefetch > 0 ? Math.max(prefetch, threads) : 2 * threads;
            return new Prefetch<>(
                    batches() - first, k -> batch(order, epoch, first + k), depth, threads);
        }
        return IntStream.range(first, batches())
                .mapToObj(k -> batch(order, epoch, k))
                .iterator();
    }

    /* The one place that decides the order of an epoch. */
    private int[] order(int epoch) {
        return shuffled
                ? Randomness.permutation(samples.size(), seed, epoch)
                : IntStream.range(0, samples.size()).toArray();
    }

    private Batch batch(int[] order, int epoch, int number) {
        int first = number * batchSize;
        int count = Math.min(batchSize, order.length - first);
        Object[] arrays = columns.stream().map(c -> c.array(count)).toArray();
        for (int i = 0; i < count; i++) {
            reader.read(order[first + i], epoch, arrays, i);
        }
        return new Batch(columns, arrays, count);
    }
}
