package org.fusegrad.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reader of IDX files, plain or gzip-compressed (told apart by content, not name): unsigned-byte
 * images (magic 0x00000803) and labels (magic 0x00000801).
 */
public final class Idx {
    /** Most images or labels a file may hold. */
    public static final int MAX_COUNT = 10_000_000;

    /** Largest height or width of an image. */
    public static final int MAX_SIDE = 4096;

    /** Most data bytes a file may hold, 1 GiB. */
    public static final long MAX_DATA_BYTES = 1L << 30;

    private static final int IMAGES_MAGIC = 0x00000803;
    private static final int LABELS_MAGIC = 0x00000801;

    /* Deflate emits at most 258 bytes per 2 bits, so no honest file expands further than this. */
    private static final long MAX_EXPANSION = 1032;

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
     * Reads an image file.
     *
     * @throws DataException if the file cannot be read, is no IDX image file, exceeds a limit of
     *     this class, or is shorter or longer than its header says
     */
    public static Images images(Path file) {
        int[] sizes = new int[3];
        byte[] pixels = read(file, IMAGES_MAGIC, sizes);
        return new Images(sizes[0], sizes[1], sizes[2], pixels);
    }

    /**
     * Reads a label file.
     *
     * @return one label per item, within 0..255
     * @throws DataException as {@link #images}
     */
    public static int[] labels(Path file) {
        byte[] bytes = read(file, LABELS_MAGIC, new int[1]);
        int[] labels = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            labels[i] = bytes[i] & 0xff;
        }
        return labels;
    }

    /**
     * Loads the four files of MNIST and its likes from one directory: {@code
     * train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte} and the same with {@code t10k},
     * each with or without {@code .gz}.
     *
     * @param directory where the files are
     * @param name what messages call the data set
     * @param classNames one name per class
     * @throws DataException if a file is missing or malformed, or images and labels do not match
     */
    public static Dataset.Split load(Path directory, String name, List<String> classNames) {
        Dataset train = part(directory, "train", name + " train", classNames);
        Dataset test = part(directory, "t10k", name + " test", classNames);
        if (!train.shape().equals(test.shape())) {
            throw new DataException(
                    "%s: training images are %s but test images %s; use files of one data set"
                            .formatted(name, train.shape(), test.shape()));
        }
        return new Dataset.Split(train, test);
    }

    /** Returns whether the directory has the four files that {@link #load} reads. */
    static boolean present(Path directory) {
        return Stream.of("train", "t10k")
                .flatMap(part -> Stream.of(imagesName(part), labelsName(part)))
                .allMatch(base -> find(directory, base).isPresent());
    }

    private static Dataset part(Path directory, String part, String name, List<String> classes) {
        Path imagesFile = require(directory, imagesName(part));
        Path labelsFile = require(directory, labelsName(part));
        Images images = images(imagesFile);
        int[] labels = labels(labelsFile);
        if (images.count() != labels.length) {
            throw new DataException(
                    "%s has %d images but %s has %d labels; use files of one data set"
                            .formatted(imagesFile, images.count(), labelsFile, labels.length));
        }
        Dataset.Shape shape = new Dataset.Shape(1, images.height(), images.width());
        return new Dataset(name, shape, 255, images.pixels(), labels, classes);
    }

    private static String imagesName(String part) {
        return part + "-images-idx3-ubyte";
    }

    private static String labelsName(String part) {
        return part + "-labels-idx1-ubyte";
    }

    private static Path require(Path directory, String base) {
        return find(directory, base)
                .orElseThrow(
                        () -> new DataException("%s has neither %s nor %s.gz; put one of them there"
                                .formatted(directory, base, base)));
    }

    private static Optional<Path> find(Path directory, String base) {
        return Stream.of(base, base + ".gz")
                .map(directory::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /* Fills sizes from the header and returns the data. A directory or pipe is refused first:
     * opening a pipe would wait for ever. */
    private static byte[] read(Path file, int magic, int[] sizes) {
        if (!Files.isRegularFile(file)) {
            throw new DataException(file + " is not a file; check the path");
        }
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            boolean zipped = startsLikeGzip(raw);
            InputStream in = zipped ? new GZIPInputStream(raw, 1 << 16) : raw;
            int headerBytes = 4 + 4 * sizes.length;
            byte[] header = in.readNBytes(headerBytes);
            if (header.length < headerBytes) {
                throw new DataException("%s ends after %d of the %d header bytes%s"
                        .formatted(file, header.length, headerBytes, CURE));
            }
            long expected = parseHeader(file, ByteBuffer.wrap(header), magic, sizes);
            checkFileSize(file, headerBytes + expected, zipped);
            return readData(file, in, (int) expected);
        } catch (EOFException | ZipException e) {
            throw new DataException(file + " is cut off or damaged inside its gzip data" + CURE, e);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read; check its permissions", e);
        }
    }

    private static boolean startsLikeGzip(InputStream raw) throws IOException {
        raw.mark(2);
        boolean zipped = raw.read() == 0x1f && raw.read() == 0x8b;
        raw.reset();
        return zipped;
    }

    private static long parseHeader(Path file, ByteBuffer header, int magic, int[] sizes) {
        int found = header.getInt();
        if (found != magic) {
            throw new DataException(
                    "%s starts with 0x%08x but an IDX %s file starts with 0x%08x; check the path"
                            .formatted(
                                    file, found, magic == IMAGES_MAGIC ? "image" : "label", magic));
        }
        long bytes = 1;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = header.getInt();
            int most = i == 0 ? MAX_COUNT : MAX_SIDE;
            if (sizes[i] < 1 || sizes[i] > most) {
                throw new DataException("%s states a %s of %d, which is not within 1..%d%s"
                        .formatted(file, sizeName(i), sizes[i], most, CURE));
            }
            bytes *= sizes[i];
        }
        if (bytes > MAX_DATA_BYTES) {
            throw new DataException(
                    "%s states %d data bytes, more than the limit of %d; split the file"
                            .formatted(file, bytes, MAX_DATA_BYTES));
        }
        return bytes;
    }

    private static String sizeName(int position) {
        return List.of("count", "height", "width").get(position);
    }

    private static void checkFileSize(Path file, long expected, boolean zipped) throws IOException {
        long size = Files.size(file);
        if (zipped && expected / MAX_EXPANSION > size) {
            throw new DataException(
                    "%s states %d bytes, which its %d compressed bytes cannot hold%s"
                            .formatted(file, expected, size, CURE));
        }
        if (!zipped && expected != size) {
            throw new DataException("%s should be %d bytes long by its header but is %d%s"
                    .formatted(file, expected, size, CURE));
        }
    }

    /* readNBytes allocates as bytes arrive, so even a header within all limits costs no more memory
     * than the data behind it. One byte more is read to notice data the header does not state. */
    private static byte[] readData(Path file, InputStream in, int expected) throws IOException {
        byte[] data = in.readNBytes(expected);
        if (data.length < expected) {
            throw new DataException("%s ends after %d of the %d data bytes its header states%s"
                    .formatted(file, data.length, expected, CURE));
        }
        if (in.read() >= 0) {
            throw new DataException("%s holds more than the %d data bytes its header states%s"
                    .formatted(file, expected, CURE));
        }
        return data;
    }
}
