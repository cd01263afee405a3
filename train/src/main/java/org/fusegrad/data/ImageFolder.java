package org.fusegrad.data;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Loader of image folders: {@code train/<class>/*.jpg} and {@code test/<class>/*.jpg} (or {@code
 * val}), with {@code .jpeg} and {@code .png} likewise.
 *
 * <p>Classes and files are taken in the order of their names (by UTF-16 code units), so the result
 * does not depend on the file system or on the number of threads. Names that start with a dot are
 * skipped; symbolic links are refused, so nothing outside the folder is read. Images are limited to
 * 16,384 per side, 32 Mi pixels and 64 MiB of file, progressive ones to ten scans of that size.
 *
 * <p>The format is told by a file's first bytes. JPEGs may be baseline or progressive, grey, in
 * colour or in four inks, which become colours by the file's profile or as the JDK has it. Exif
 * orientation is applied, in PNG too. PNGs may have any form; 16 bits keep the upper 8. Alpha is
 * dropped, not blended; gamma and the profiles of other colours are ignored. Checksums of a PNG are
 * verified.
 */
public final class ImageFolder {
    private static final int MAX_FILES = 10_000_000;
    private static final int MAX_SIDE = 4096;
    private static final int MAX_THREADS = 64;

    private ImageFolder() {}

    /** Receiver of progress: called every thousand images and at the end, never concurrently. */
    @FunctionalInterface
    public interface Progress {
        /** Says that {@code done} of the {@code total} images of one part are decoded. */
        void update(String part, int done, int total);
    }

    /**
     * How to load.
     *
     * @param channels 3 for red, green, blue, or 1 for grey
     * @param height rows every image is resized to; 0, with width 0, to require that all images
     *     have the size of the first training image
     * @param width columns every image is resized to, or 0
     * @param threads decoding threads, within 1..64
     * @param progress told how far loading is, from any of the threads
     */
    public record Options(int channels, int height, int width, int threads, Progress progress) {
        /**
         * Checks the values.
         *
         * @throws DataException if one is out of range
         */
        public Options {
            if (channels != 1 && channels != 3) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "image folder: %d channels asked for; choose 1 or 3",
                        channels));
            }
            boolean asFound = height == 0 && width == 0;
            if (!asFound && (Math.min(height, width) < 1 || Math.max(height, width) > MAX_SIDE)) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "image folder: size %dx%d (height x width) is not within 1..%d",
                        height,
                        width,
                        MAX_SIDE));
            }
            if (threads < 1 || threads > MAX_THREADS) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "image folder: %d threads is not within 1..%d",
                        threads,
                        MAX_THREADS));
            }
        }

        /** Returns: colour, size as found, 2 threads, no progress. */
        public static Options defaults() {
            return new Options(3, 0, 0, 2, (part, done, total) -> {});
        }

        /** Returns these options in grey. */
        public Options grey() {
            return new Options(1, height, width, threads, progress);
        }

        /**
         * Returns these options with images stretched to a size: linear interpolation when
         * enlarging, averaging when shrinking, no cropping.
         */
        public Options resize(int newHeight, int newWidth) {
            return new Options(channels, newHeight, newWidth, threads, progress);
        }

        /** Returns these options with another number of decoding threads. */
        public Options threads(int count) {
            return new Options(channels, height, width, count, progress);
        }

        /** Returns these options with a receiver of progress. */
        public Options progress(Progress receiver) {
            return new Options(channels, height, width, threads, receiver);
        }

        boolean resizes() {
            return height > 0;
        }
    }

    /** The image files of one part, sorted, with their labels. */
    private record Listing(List<String> classes, List<Path> files, List<Integer> labels) {
        int[] indices() {
            return labels.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /** Makes a data set of a part's files. */
    @FunctionalInterface
    private interface Maker {
        Dataset of(String name, Listing listing, Dataset.Shape shape, Options options);
    }

    /**
     * Opens {@code train} and {@code test} (or {@code val}) as {@link #load} does, without decoding
     * more than one image: each is decoded whenever it is asked for, by the threads of a loader
     * ({@link DataLoader.Builder#workers}), so that a set may be larger than memory. Without a size
     * images may have sizes of their own if a {@linkplain DataLoader.Builder#transform transform}
     * brings them to one. A file that is damaged fails when it is read.
     *
     * @throws DataException as {@link #load(Path, Options)}, but for images other than the first
     */
    public static Dataset.Split open(Path directory, Options options) {
        return split(directory, options, ImageFolder::open);
    }

    /**
     * Opens one part: a directory of class folders.
     *
     * @throws DataException as {@link #open}
     */
    public static Dataset openClasses(Path directory, Options options) {
        Listing listing = list(directory);
        return open(name(directory), listing, shape(listing, options), options);
    }

    private static Dataset open(
            String name, Listing listing, Dataset.Shape shape, Options options) {
        Pictures pictures = new FilePictures(listing.files(), shape, options.resizes());
        return new Dataset(name, shape, 255, pictures, listing.indices(), listing.classes());
    }

    /** Loads with {@link Options#defaults}. */
    public static Dataset.Split load(Path directory) {
        return load(directory, Options.defaults());
    }

    /**
     * Loads {@code train} and {@code test} (or {@code val}); both must have the same classes.
     *
     * @throws DataException if a part is missing, has no classes, an empty class, a symbolic link
     *     or a file that is no image, if both {@code test} and {@code val} exist, if an image is
     *     damaged or above a limit, or if sizes differ and no size is asked for
     */
    public static Dataset.Split load(Path directory, Options options) {
        return split(directory, options, ImageFolder::decode);
    }

    private static Dataset.Split split(Path directory, Options options, Maker maker) {
        Path heldOut = heldOut(directory);
        Listing train = list(checkNoLink(directory.resolve("train")));
        Listing test = list(checkNoLink(heldOut));
        if (!train.classes().equals(test.classes())) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s has classes %s but train has %s; give both parts the same class folders",
                    heldOut,
                    test.classes(),
                    train.classes()));
        }
        Dataset.Shape shape = shape(train, options);
        String name = name(directory);
        return new Dataset.Split(
                maker.of(name + " train", train, shape, options),
                maker.of(name + " " + name(heldOut), test, shape, options));
    }

    /**
     * Loads one part: a directory of class folders. {@link Dataset#split} divides it further.
     *
     * @throws DataException as {@link #load(Path, Options)}
     */
    public static Dataset loadClasses(Path directory, Options options) {
        Listing listing = list(directory);
        return decode(name(directory), listing, shape(listing, options), options);
    }

    private static String name(Path directory) {
        Path last = directory.toAbsolutePath().normalize().getFileName();
        return last == null ? "image folder" : last.toString();
    }

    private static Path heldOut(Path directory) {
        Path test = directory.resolve("test");
        Path val = directory.resolve("val");
        boolean hasTest = Files.exists(test, LinkOption.NOFOLLOW_LINKS);
        boolean hasVal = Files.exists(val, LinkOption.NOFOLLOW_LINKS);
        if (hasTest == hasVal) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s has %s; load the parts you want with loadClasses",
                    directory,
                    hasTest ? "both test and val" : "neither test nor val"));
        }
        return hasTest ? test : val;
    }

    private static Listing list(Path part) {
        if (!Files.isDirectory(part)) {
            throw new DataException(part + " is not a directory; check the path");
        }
        List<String> classes = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (Path folder : children(part)) {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw new DataException(
                        folder + " is not a class folder; remove it or put it into one");
            }
            List<Path> images = children(folder);
            images.forEach(ImageFolder::checkImage);
            if (images.isEmpty()) {
                throw new DataException(folder + " has no images; add some or remove the folder");
            }
            for (Path image : images) {
                files.add(image);
                labels.add(classes.size());
            }
            classes.add(folder.getFileName().toString());
        }
        if (classes.isEmpty()) {
            throw new DataException(part + " has no class folders; add one per class");
        }
        return new Listing(classes, files, labels);
    }

    private static List<Path> children(Path folder) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (entry.getFileName().toString().startsWith(".")) {
                    continue;
                }
                if (found.size() == MAX_FILES) {
                    throw new DataException(String.format(
                            Locale.ROOT,
                            "%s has more than %d entries; load fewer",
                            folder,
                            MAX_FILES));
                }
                found.add(checkNoLink(entry));
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new DataException(folder + " cannot be listed; check its permissions", e);
        }
        found.sort(Comparator.comparing(path -> path.getFileName().toString()));
        return found;
    }

    private static Path checkNoLink(Path path) {
        if (Files.isSymbolicLink(path)) {
            throw new DataException(path + " is a symbolic link; replace it by what it points to");
        }
        return path;
    }

    private static void checkImage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean named = name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png");
        if (!named || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new DataException(
                    file + " is not a .jpg, .jpeg or .png file; convert or remove it");
        }
    }

    private static Dataset.Shape shape(Listing listing, Options options) {
        if (options.resizes()) {
            return new Dataset.Shape(options.channels(), options.height(), options.width());
        }
        try (ImageDecoder decoder = new ImageDecoder(options.channels())) {
            return decoder.shape(listing.files().get(0));
        }
    }

    private static Dataset decode(
            String name, Listing listing, Dataset.Shape shape, Options options) {
        int count = listing.files().size();
        if ((long) count * shape.volume() > Dataset.MAX_BYTES) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: %d images of %s do not fit one array; ask for a smaller size",
                    name,
                    count,
                    shape));
        }
        byte[] pixels = new byte[count * shape.volume()];
        new ParallelDecode(name, listing.files(), shape, options, pixels).run();
        return new Dataset(name, shape, 255, pixels, listing.indices(), listing.classes());
    }
}
