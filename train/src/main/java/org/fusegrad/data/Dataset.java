package org.fusegrad.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.fusegrad.Tensor;
import org.fusegrad.data.transform.Image;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/**
 * An immutable set of labelled images: N of unsigned bytes, C x H x W each, with one label each.
 * The pixels are in memory or, of an {@link ImageFolder} that was {@linkplain ImageFolder#open
 * opened} instead of loaded, in files that are decoded whenever they are asked for. As an {@link
 * IndexedDataset}, an image of float32 within 0..1 and its label of int64. Safe to share between
 * threads.
 */
public final class Dataset implements IndexedDataset {
    private final String name;
    private final Shape shape;
    private final int maxValue;
    private final Pictures pictures;
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
        this(name, shape, maxValue, new Pictures.InMemory(shape, pixels), labels, classNames);
        DatasetChecks.sizes(name, shape, maxValue, pixels, labels);
        DatasetChecks.pixels(name, shape, maxValue, pixels);
    }

    /** Takes ownership of the labels. */
    Dataset(
            String name,
            Shape shape,
            int maxValue,
            Pictures pictures,
            int[] labels,
            List<String> classNames) {
        this.name = name;
        this.shape = shape;
        this.maxValue = maxValue;
        this.pictures = pictures;
        this.labels = labels;
        this.classNames = List.copyOf(classNames);
        if (labels.length == 0) {
            throw new DataException(name + ": no images; a data set needs at least one");
        }
        DatasetChecks.labels(name, labels, this.classNames);
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

    /** Returns what messages call this data set. */
    @Override
    public String name() {
        return name;
    }

    /** Returns the number of images, N. */
    @Override
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
        Pictures.Planes planes = pictures.planes(checkIndex(index));
        int start = planes.offset();
        return Arrays.copyOfRange(planes.bytes(), start, start + shape.volume());
    }

    /** Returns one image in its own size, values within 0..1. */
    Image picture(int index) {
        Pictures.Planes planes = pictures.picture(checkIndex(index));
        float[] values = new float[planes.shape().volume()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (planes.bytes()[planes.offset() + i] & 0xff) / (float) maxValue;
        }
        Shape size = planes.shape();
        return new Image(size.channels(), size.height(), size.width(), values);
    }

    /** Returns what messages call one image. */
    String what(int index) {
        return pictures.what(index).orElse(name + ": image " + index);
    }

    /** Returns: image, float32 C x H x W, and label, an int64 scalar. */
    @Override
    public List<Column> columns() {
        org.fusegrad.type.Shape image =
                org.fusegrad.type.Shape.of(shape.channels(), shape.height(), shape.width());
        return List.of(
                new Column("image", DType.FLOAT32, image),
                new Column("label", DType.INT64, org.fusegrad.type.Shape.SCALAR));
    }

    @Override
    public List<Tensor> get(int index) {
        Object[] arrays = columns().stream().map(c -> c.array(1)).toArray();
        read(index, arrays, 0);
        Column image = columns().get(0);
        return List.of(
                Tensor.ofValue(Value.wrap(image.dtype(), arrays[0], image.shape())),
                Tensor.ofValue(Value.wrap(DType.INT64, arrays[1], org.fusegrad.type.Shape.SCALAR)));
    }

    @Override
    public void read(int index, Object[] arrays, int row) {
        Normalization none = Normalization.identity(channels());
        fill(index, (float[]) arrays[0], row * shape.volume(), none);
        ((long[]) arrays[1])[row] = label(index);
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
    @Override
    public Dataset subset(int[] indices) {
        int[] chosen = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            chosen[i] = labels[checkIndex(indices[i])];
        }
        return new Dataset(
                name, shape, maxValue, pictures.subset(name, indices), chosen, classNames);
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
     *
     * <p>Of images in memory all count, of images in files 1,024 spread evenly, decoded once.
     */
    public Normalization normalization() {
        return pictures.statistics(maxValue);
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
        Pictures.Planes planes = pictures.planes(checkIndex(index));
        byte[] pixels = planes.bytes();
        int image = planes.offset();
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
