package org.fusegrad.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothing, 1x28x28, ten classes. The
 * files of plain MNIST have the same names and form; load those with {@link Idx#load}.
 */
public final class FashionMnist {
    /** Where the Debian package {@code dataset-fashion-mnist} puts the files. */
    public static final List<Path> DEFAULT_DIRECTORIES =
            List.of(Path.of("/usr/share/datasets/fashion-mnist"));

    /** What the labels 0..9 mean. */
    public static final List<String> CLASS_NAMES = List.of(
            "t-shirt",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "boot");

    private FashionMnist() {}

    /**
     * Loads from the first default directory that has the files.
     *
     * @throws DataException if none has, or a file is malformed
     */
    public static Dataset.Split load() {
        return load(DEFAULT_DIRECTORIES);
    }

    /**
     * Loads from the first of the directories that has all four files.
     *
     * @throws DataException if none has, or a file is malformed
     */
    public static Dataset.Split load(List<Path> directories) {
        Path found = find(directories)
                .orElseThrow(() -> new DataException("fashion-mnist: none of "
                        + directories
                        + " has the four IDX files; install the"
                        + " Debian package dataset-fashion-mnist or"
                        + " name their directory"));
        return load(found);
    }

    /**
     * Loads from one directory: {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte}
     * and the same with {@code t10k}, each with or without {@code .gz}.
     *
     * @throws DataException if a file is missing or malformed
     */
    public static Dataset.Split load(Path directory) {
        return Idx.load(directory, "fashion-mnist", CLASS_NAMES);
    }

    /** Returns the first of the directories that has all four files. */
    public static Optional<Path> find(List<Path> directories) {
        return directories.stream().filter(Idx::present).findFirst();
    }
}
