package org.fusegrad.train;

import java.nio.file.Files;
import java.nio.file.Path;
import org.fusegrad.data.DataException;
import org.fusegrad.data.Dataset;
import org.fusegrad.data.Digits;
import org.fusegrad.data.FashionMnist;
import org.fusegrad.data.Idx;
import org.fusegrad.data.ImageFolder;

/**
 * A place that images come from.
 *
 * @param name {@code digits}, {@code fashion-mnist}, or the path of a directory that holds the four
 *     IDX files of the MNIST family or {@code train} and {@code test} folders of classes; of one
 *     with several IDX sets, its path and the prefix of one, as {@code gzip/emnist-letters}
 */
public record DataSource(String name) {
    static final String DIGITS = "digits";
    static final String FASHION_MNIST = "fashion-mnist";

    /**
     * Loads the images.
     *
     * @param size rows and columns that images of folders are resized to; 0 for as they are
     * @throws DataException if they are not there or damaged
     */
    public Dataset.Split load(int size) {
        return switch (name) {
            case DIGITS -> Digits.split();
            case FASHION_MNIST -> FashionMnist.load();
            default -> directory(Path.of(name), size);
        };
    }

    private static Dataset.Split directory(Path path, int size) {
        if (Files.exists(path.resolve("train"))) {
            ImageFolder.Options found = ImageFolder.Options.defaults();
            return ImageFolder.load(path, size == 0 ? found : found.resize(size, size));
        } else if (Idx.holds(path)) {
            return Idx.load(path);
        }
        if (!Files.isDirectory(path)) {
            throw new DataException("no data '" + path + "': give " + DIGITS + ", " + FASHION_MNIST
                    + " or a directory that exists");
        }
        throw new DataException(path + " holds neither train and test folders of classes nor IDX"
                + " files such as train-images-idx3-ubyte");
    }

    private static String label(Path path) {
        Path last = path.toAbsolutePath().normalize().getFileName();
        return last == null ? "data" : last.toString();
    }

    /** A name for folders and titles. */
    public String label() {
        return name.equals(DIGITS) || name.equals(FASHION_MNIST) ? name : label(Path.of(name));
    }

    /** About {@code count} images of each part at most, in the shares of the classes. */
    public static Dataset.Split limit(Dataset.Split all, int count) {
        return new Dataset.Split(limit(all.train(), count), limit(all.test(), count));
    }

    private static Dataset limit(Dataset data, int count) {
        return data.size() <= count
                ? data
                : data.split((double) count / data.size(), 0).train();
    }
}
