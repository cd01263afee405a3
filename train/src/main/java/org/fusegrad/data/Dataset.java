package org.fusegrad.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * An immutable labelled image set in memory: N images as unsigned bytes, N x C x H x W row-major,
 * with one label each.
 */
public final class Dataset {
    private final String name;
    private final Shape shape;
    private final int maxValue;
    private final byte[] pixels;
    private final int[] labels;
    private final List<String> classNames;

    /**
     * Channels, height and width of one image.
     *
     * @param channels number of planes, at least 1
     * @param height rows, at least 1
     * @param width columns, at least 1
     */
    public record Shape(int channels, int height, int width) {
        /**
         * Checks the sizes.
         *
         * @throws DataException if a size is below 1 or one image exceeds an array
         */
        public Shape {
            if (channels < 1 || height < 1 || width < 1) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "image shape: %dx%dx%d (channels x height x width) has a size below 1",
                        channels,
                        height,
                        width));
            }
            long plane = (long) channels * height;
            if (plane > MAX_BYTES || plane * width > MAX_BYTES) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "image shape: %dx%dx%d (channels x height x width) does not fit one array",
                        channels,
                        height,
                        width));
            }
        }

        /** Returns the number of values of one image. */
        public int volume() {
            return channels * height * width;
        }

        @Override
        public String toString() {
            return channels + "x" + height + "x" + width;
        }
    }

    /** Two disjoint parts of a data set: one to learn from and one held out. */
    public record Split(Dataset train, Dataset test) {}

    /** The longest array every common virtual machine allocates. */
    static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    /** Takes ownership of the arrays; {@link #of} is the copying public form. */
    Dataset(
            String name,
            Shape shape,
            int maxValue,
            byte[] pixels,
            int[] labels,
            List<String> classNames) {
        this.name = name;
        this.shape = shape;
        this.maxValue = maxValue;
        this.pixels = pixels;
        this.labels = labels;
        this.classNames = List.copyOf(classNames);
        checkSizes();
        checkLabels();
        checkPixels();
    }

    /**
     * Returns a data set that holds copies of the arrays.
     *
     * @param name what messages call this data set
     * @param shape channels, height and width of every image
     * @param maxValue the pixel value that means 1.0, within 1..255
     * @param pixels unsigned bytes, N x C x H x W row-major, none above {@code maxValue}
     * @param labels N class indices
     * @param classNames one distinct name per class
     * @throws DataException if the sizes do not agree or a value is out of range
     */
    public static Dataset of(
            String name,
            Shape shape,
            int maxValue,
            byte[] pixels,
            int[] labels,
            List<String> classNames) {
        return new Dataset(name, shape, maxValue, pixels.clone(), labels.clone(), classNames);
    }

    private void checkSizes() {
        if (labels.length == 0) {
            throw new DataException(name + ": no images; a data set needs at least one");
        }
        if ((long) labels.length * shape.volume() != pixels.length) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: %d labels of %s images need %d pixels but there are %d",
                    name,
                    labels.length,
                    shape,
                    (long) labels.length * shape.volume(),
                    pixels.length));
        }
        if (maxValue < 1 || maxValue > 255) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: maximum pixel value %d is not within 1..255",
                    name,
                    maxValue));
        }
    }

    private void checkLabels() {
        if (Set.copyOf(classNames).size() != classNames.size()) {
            throw new DataException(name + ": class names repeat in " + classNames);
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classNames.size()) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s: label %d of image %d is not within the %d classes",
                        name,
                        labels[i],
                        i,
                        classNames.size()));
            }
        }
    }

    private void checkPixels() {
        if (maxValue == 255) {
            return;
        }
        for (int i = 0; i < pixels.length; i++) {
            if ((pixels[i] & 0xff) > maxValue) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s: image %d has pixel value %d above the stated maximum %d",
                        name,
                        i / shape.volume(),
                        pixels[i] & 0xff,
                        maxValue));
            }
        }
    }

    /** Returns what messages call this data set. */
    public String name() {
        return name;
    }

    /** Returns the number of images, N. */
    public int size() {
        return labels.length;
    }

    /** Returns channels, height and width of every image. */
    public Shape shape() {
        return shape;
    }

    /** Returns the number of channels, C. */
    public int channels() {
        return shape.channels();
    }

    /** Returns the number of rows, H. */
    public int height() {
        return shape.height();
    }

    /** Returns the number of columns, W. */
    public int width() {
        return shape.width();
    }

    /** Returns the pixel value that means 1.0. */
    public int maxValue() {
        return maxValue;
    }

    /** Returns the number of classes. */
    public int classes() {
        return classNames.size();
    }

    /** Returns the class names; label {@code k} is called {@code classNames().get(k)}. */
    public List<String> classNames() {
        return classNames;
    }

    /** Returns the class index of one image. */
    public int label(int index) {
        return labels[checkIndex(index)];
    }

    /** Returns a copy of all labels, N long. */
    public int[] labels() {
        return labels.clone();
    }

    /** Returns a copy of one image, unsigned bytes, C x H x W. */
    public byte[] image(int index) {
        int start = checkIndex(index) * shape.volume();
        return Arrays.copyOfRange(pixels, start, start + shape.volume());
    }

    /** Returns how many images each class has, one count per class. */
    public int[] classCounts() {
        int[] counts = new int[classes()];
        for (int label : labels) {
            counts[label]++;
        }
        return counts;
    }

    /**
     * Returns the images at the given indices, in that order; an index may repeat.
     *
     * @throws DataException if there is no index or one is out of range
     */
    public Dataset subset(int[] indices) {
        int volume = shape.volume();
        if ((long) indices.length * volume > MAX_BYTES) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: a subset of %d images of %s does not fit one array",
                    name,
                    indices.length,
                    shape));
        }
        byte[] chosen = new byte[indices.length * volume];
        int[] chosenLabels = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            int from = checkIndex(indices[i]);
            System.arraycopy(pixels, from * volume, chosen, i * volume, volume);
            chosenLabels[i] = labels[from];
        }
        return new Dataset(name, shape, maxValue, chosen, chosenLabels, classNames);
    }

    /**
     * Splits per class: {@code round(fraction * n)} of the n images of each class, chosen by the
     * seed, form the first part. Both parts keep the original order.
     *
     * @param fraction share of the first part, strictly between 0 and 1
     * @param seed equal seeds give equal splits
     * @throws DataException if the fraction is out of range or leaves a part empty
     */
    public Split split(double fraction, long seed) {
        if (!(fraction > 0 && fraction < 1)) {
            throw new DataException(String.format(
                    Locale.ROOT, "%s: split fraction %s is not between 0 and 1", name, fraction));
        }
        boolean[] inFirst = new boolean[size()];
        for (int k = 0; k < classes(); k++) {
            int[] members = indicesOf(k);
            int[] order = Randomness.permutation(members.length, seed, k);
            long taken = Math.round(fraction * members.length);
            for (int i = 0; i < taken; i++) {
                inFirst[members[order[i]]] = true;
            }
        }
        int[] first = indicesWhere(inFirst, true);
        int[] second = indicesWhere(inFirst, false);
        if (first.length == 0 || second.length == 0) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: splitting %d images by %s leaves parts of %d and %d; both need an image",
                    name,
                    size(),
                    fraction,
                    first.length,
                    second.length));
        }
        return new Split(subset(first), subset(second));
    }

    /**
     * Returns mean and (population) standard deviation per channel of the values scaled to 0..1. A
     * constant channel gets a standard deviation of 1, so that normalising it yields zeros.
     */
    public Normalization normalization() {
        List<Double> means = new ArrayList<>();
        List<Double> stds = new ArrayList<>();
        for (int c = 0; c < channels(); c++) {
            long[] histogram = histogram(c);
            double n = (double) size() * height() * width();
            double sum = 0;
            for (int v = 0; v < 256; v++) {
                sum += (double) v * histogram[v];
            }
            double mean = sum / n;
            double squares = 0;
            for (int v = 0; v < 256; v++) {
                squares += (v - mean) * (v - mean) * histogram[v];
            }
            boolean constant =
                    Arrays.stream(histogram).filter(count -> count > 0).count() == 1;
            means.add(mean / maxValue);
            stds.add(constant ? 1.0 : Math.sqrt(squares / n) / maxValue);
        }
        return new Normalization(means, stds);
    }

    /**
     * Writes one normalised image, C x H x W, into {@code out} from {@code offset} on.
     *
     * @throws DataException if the index is out of range, the image does not fit, or the
     *     normalization has another number of channels
     */
    public void fill(int index, float[] out, int offset, Normalization normalization) {
        fill(index, out, offset, normalization, Augmentation.Move.STILL);
    }

    /** As the public form, from an image moved by whole pixels; uncovered places read pixel 0. */
    void fill(
            int index,
            float[] out,
            int offset,
            Normalization normalization,
            Augmentation.Move move) {
        checkFill(out, offset, normalization);
        int image = checkIndex(index) * shape.volume();
        int to = offset;
        for (int c = 0; c < channels(); c++) {
            double scale = 1 / (maxValue * normalization.std().get(c));
            double shift = -normalization.mean().get(c) / normalization.std().get(c);
            for (int y = 0; y < height(); y++) {
                int sourceY = y + move.down();
                boolean covered = sourceY >= 0 && sourceY < height();
                int row = image + (c * height() + sourceY) * width();
                for (int x = 0; x < width(); x++) {
                    int sourceX = (move.flip() ? width() - 1 - x : x) + move.right();
                    boolean inside = covered && sourceX >= 0 && sourceX < width();
                    int pixel = inside ? pixels[row + sourceX] & 0xff : 0;
                    out[to++] = (float) (pixel * scale + shift);
                }
            }
        }
    }

    private void checkFill(float[] out, int offset, Normalization normalization) {
        if (offset < 0 || offset > out.length - shape.volume()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: an image of %d values does not fit at offset %d of an array of %d",
                    name,
                    shape.volume(),
                    offset,
                    out.length));
        }
        if (normalization.channels() != channels()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: normalization has %d channels but the images have %d",
                    name,
                    normalization.channels(),
                    channels()));
        }
    }

    private long[] histogram(int channel) {
        long[] counts = new long[256];
        int plane = height() * width();
        for (int i = 0; i < size(); i++) {
            int start = (i * channels() + channel) * plane;
            for (int p = start; p < start + plane; p++) {
                counts[pixels[p] & 0xff]++;
            }
        }
        return counts;
    }

    private int[] indicesOf(int label) {
        boolean[] isMember = new boolean[size()];
        for (int i = 0; i < size(); i++) {
            isMember[i] = labels[i] == label;
        }
        return indicesWhere(isMember, true);
    }

    private static int[] indicesWhere(boolean[] flags, boolean wanted) {
        int[] found = new int[flags.length];
        int count = 0;
        for (int i = 0; i < flags.length; i++) {
            if (flags[i] == wanted) {
                found[count++] = i;
            }
        }
        return Arrays.copyOf(found, count);
    }

    private int checkIndex(int index) {
        if (index < 0 || index >= size()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: image index %d is not within the %d images",
                    name,
                    index,
                    size()));
        }
        return index;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%s: %d images of %s, %d classes", name, size(), shape, classes());
    }
}
