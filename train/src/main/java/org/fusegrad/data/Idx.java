package org.fusegrad.data;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;

/**
 * Reader of IDX files, plain or gzip-compressed (told apart by content, not name), and of the image
 * sets made of them: MNIST and all that took over its form.
 *
 * <p>Elements may be unsigned or signed bytes, 16- or 32-bit integers, float32 or float64. Images
 * have rank 3 and labels rank 1; {@link #tensor} reads any rank up to 8.
 */
public final class Idx {
    /** Most images or labels a file may hold. */
    public static final int MAX_COUNT = 10_000_000;

    /** Largest height or width of an image. */
    public static final int MAX_SIDE = 4096;

    /** Most data bytes a file may hold, 1 GiB. */
    public static final long MAX_DATA_BYTES = 1L << 30;

    /** Most classes a set of images may have when its labels tell their number. */
    public static final int MAX_CLASSES = 65_536;

    static final List<String> PARTS = List.of("train", "t10k");

    /* Eight bytes each as int64 or float64, as many as a file may hold. */
    private static final int MAX_ELEMENTS = 1 << 27;

    private static final String CURE = "; download the file again";

    private Idx() {}

    /**
     * The images of one file. The receiver owns the array.
     *
     * @param count number of images
     * @param height rows per image
     * @param width columns per image
     * @param pixels unsigned bytes, count x height x width row-major
     */
    public record Images(int count, int height, int width, byte[] pixels) {}

    /**
     * Reads an image file. Integers of any type are taken as they are and must be within 0..255.
     * Floats within 0..1 are fractions of 255, rounded to the nearest; other floats are taken as
     * they are and must be whole numbers within 0..255.
     *
     * @throws DataException if the file cannot be read, is no IDX file of rank 3, exceeds a limit
     *     of this class, is shorter or longer than its header says, or a value is no pixel
     */
    public static Images images(Path file) {
        IdxFile read = IdxFile.read(file, 3, "images", Idx::checkImageSizes);
        int[] sizes = read.sizes();
        return new Images(sizes[0], sizes[1], sizes[2], pixels(read));
    }

    /**
     * Reads a label file.
     *
     * @return one label per item, not negative
     * @throws DataException if the file cannot be read, is no IDX file of rank 1, exceeds a limit
     *     of this class, is shorter or longer than its header says, holds floats, or a label is
     *     negative
     */
    public static int[] labels(Path file) {
        IdxFile read =
                IdxFile.read(file, 1, "labels", (of, s) -> checkSize(of, "count", s[0], MAX_COUNT));
        if (read.element().floating()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s holds %s values, and labels are integers; check the path",
                    file,
                    lower(read)));
        }
        int[] labels = new int[read.count()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (int) read.value(i);
            if (labels[i] < 0) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s: label %d of item %d is negative; number classes from 0",
                        file,
                        labels[i],
                        i));
            }
        }
        return labels;
    }

    /**
     * Reads any IDX file as a tensor of its sizes: int64 from integers, float32 or float64 from
     * floats.
     *
     * @throws DataException if the file cannot be read, is no IDX file, has a rank above 8 or more
     *     than 2^27 elements, or is shorter or longer than its header says
     */
    public static Tensor tensor(Path file) {
        IdxFile read = IdxFile.read(file, IdxFile.ANY_RANK, "any rank", (of, sizes) -> {});
        if (read.count() > MAX_ELEMENTS) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s has %d elements, more than the limit of %d; split the file",
                    file,
                    read.count(),
                    MAX_ELEMENTS));
        }
        ByteBuffer data = read.data();
        switch (read.element()) {
            case FLOAT32 -> {
                float[] values = new float[read.count()];
                data.asFloatBuffer().get(values);
                return Tensor.of(values, read.sizes());
            }
            case FLOAT64 -> {
                double[] values = new double[read.count()];
                data.asDoubleBuffer().get(values);
                return Tensor.of(values, read.sizes());
            }
            default -> {
                long[] values = new long[read.count()];
                Arrays.setAll(values, i -> (long) read.value(i));
                return Tensor.of(values, read.sizes());
            }
        }
    }

    /**
     * Loads the four files of MNIST and its likes: {@code train-images-idx3-ubyte}, {@code
     * train-labels-idx1-ubyte} and the same with {@code t10k} or {@code test}; with a dot for the
     * hyphen before {@code idx}, as some copies have it; with or without {@code .gz}; with one
     * prefix before all names, as EMNIST has it.
     *
     * <p>Labels may count from 0 or, as EMNIST's letters do, from 1: if no label of either part is
     * 0 and one equals the number of classes, label k is class k - 1. EMNIST stores its images
     * transposed, and so they stay.
     *
     * @param path the directory, or in it the prefix of the set: {@code gzip/emnist-letters}
     * @param name what messages call the data set
     * @param classNames one name per class
     * @throws DataException if a file is missing or malformed, if images and labels do not match,
     *     or if the directory holds several sets with prefixes
     */
    public static Dataset.Split load(Path path, String name, List<String> classNames) {
        Pairs pairs = pairs(path);
        boolean fromOne = pairs.least() > 0 && pairs.most() == classNames.size();
        return split(pairs, name, classNames, fromOne ? 1 : 0);
    }

    /**
     * Loads as {@link #load(Path, String, List)}, with as many classes as the labels of both parts
     * tell: up to the largest, from 0, or from 1 if no label is 0. A class is named by its label.
     *
     * @throws DataException as there, or if a label is above {@link #MAX_CLASSES}
     */
    public static Dataset.Split load(Path path) {
        Pairs pairs = pairs(path);
        if (pairs.most() > MAX_CLASSES) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s has a label %d, above the limit of %d; renumber its classes",
                    path,
                    pairs.most(),
                    MAX_CLASSES));
        }
        int first = Math.min(1, pairs.least());
        List<String> names = IntStream.rangeClosed(first, pairs.most())
                .mapToObj(Integer::toString)
                .toList();
        Path last = path.toAbsolutePath().normalize().getFileName();
        return split(pairs, last == null ? "IDX files" : last.toString(), names, first);
    }

    /** Returns whether a path names files by their names as {@link #load(Path)} takes it. */
    public static boolean holds(Path path) {
        return IdxFolder.at(path).isPresent();
    }

    /** Returns whether the directory has the four files that {@link #load} reads. */
    static boolean present(Path directory) {
        return IdxFolder.at(directory).filter(IdxFolder::complete).isPresent();
    }

    /** Images with their labels. */
    private record Pair(Images images, int[] labels) {
        static Pair read(IdxFolder folder, String part) {
            Path imagesFile = folder.require(part, "images");
            Path labelsFile = folder.require(part, "labels");
            Images images = Idx.images(imagesFile);
            int[] labels = Idx.labels(labelsFile);
            if (images.count() != labels.length) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s has %d images but %s has %d labels; use files of one data set",
                        imagesFile,
                        images.count(),
                        labelsFile,
                        labels.length));
            }
            return new Pair(images, labels);
        }

        Dataset.Shape shape() {
            return new Dataset.Shape(1, images.height(), images.width());
        }
    }

    private record Pairs(Pair train, Pair test) {
        private IntStream labels() {
            return IntStream.concat(Arrays.stream(train.labels), Arrays.stream(test.labels));
        }

        int least() {
            return labels().min().orElseThrow();
        }

        int most() {
            return labels().max().orElseThrow();
        }
    }

    private static Pairs pairs(Path path) {
        IdxFolder folder = IdxFolder.at(path).orElseGet(() -> new IdxFolder(path, ""));
        return new Pairs(Pair.read(folder, PARTS.get(0)), Pair.read(folder, PARTS.get(1)));
    }

    private static Dataset.Split split(
            Pairs pairs, String name, List<String> classNames, int firstLabel) {
        Dataset.Shape train = pairs.train().shape();
        Dataset.Shape test = pairs.test().shape();
        if (!train.equals(test)) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: training images are %s but test images %s; use files of one data set",
                    name,
                    train,
                    test));
        }
        return new Dataset.Split(
                dataset(pairs.train(), name + " train", classNames, firstLabel),
                dataset(pairs.test(), name + " test", classNames, firstLabel));
    }

    private static Dataset dataset(
            Pair pair, String name, List<String> classNames, int firstLabel) {
        int[] labels = Arrays.stream(pair.labels()).map(k -> k - firstLabel).toArray();
        return new Dataset(name, pair.shape(), 255, pair.images().pixels(), labels, classNames);
    }

    private static void checkImageSizes(Path file, int[] sizes) {
        List<String> names = List.of("count", "height", "width");
        for (int i = 0; i < 3; i++) {
            checkSize(file, names.get(i), sizes[i], i == 0 ? MAX_COUNT : MAX_SIDE);
        }
    }

    private static void checkSize(Path file, String what, int size, int most) {
        if (size < 1 || size > most) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s states a %s of %d, which is not within 1..%d%s",
                    file,
                    what,
                    size,
                    most,
                    CURE));
        }
    }

    private static String lower(IdxFile file) {
        return file.element().toString().toLowerCase(Locale.ROOT);
    }

    private static byte[] pixels(IdxFile read) {
        if (read.element() == IdxFile.Element.UINT8) {
            return read.data().array();
        }
        double scale = read.element().floating() && fractions(read) ? 255 : 1;
        byte[] pixels = new byte[read.count()];
        for (int i = 0; i < pixels.length; i++) {
            double value = read.value(i);
            boolean whole = scale == 255 || value == Math.rint(value);
            if (!(value >= 0 && value <= 255 && whole)) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s: value %s of image %d is no pixel; scale all to whole numbers 0..255",
                        read.file(),
                        value,
                        i / (pixels.length / read.sizes()[0])));
            }
            pixels[i] = (byte) Math.round(scale * value);
        }
        return pixels;
    }

    private static boolean fractions(IdxFile read) {
        return IntStream.range(0, read.count())
                .mapToDouble(read::value)
                .allMatch(value -> value >= 0 && value <= 1);
    }
}
