package org.fusegrad.cli.train;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of one run. It is checked at first and made when there is something to put into it, so
 * that a run that cannot start leaves nothing behind.
 */
public final class RunFolder {
    private static final Path RUNS = Path.of("runs");

    private final Optional<Path> wanted;
    private final String label;
    private Path made;

    private RunFolder(Optional<Path> wanted, String label) {
        this.wanted = wanted;
        this.label = label;
    }

    /**
     * A folder to be.
     *
     * @param wanted where; by default the first free {@code runs/LABEL-NUMBER}
     * @throws IllegalArgumentException if it cannot be made or holds something
     */
    public static RunFolder check(Optional<Path> wanted, String label) {
        Path path = wanted.orElse(RUNS);
        if (wanted.isPresent() && Files.exists(path) && !isEmptyFolder(path)) {
            throw new IllegalArgumentException(
                    "--out " + path + " exists and is not an empty folder; give another one");
        }
        Path existing = path.toAbsolutePath().normalize();
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        requireWritable(path, existing);
        return new RunFolder(wanted, label);
    }

    /* Permissions do not tell all, so a folder is made there and removed again. */
    private static void requireWritable(Path path, Path existing) {
        try {
            Files.delete(Files.createTempDirectory(existing, ".fusegrad"));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot make the folder " + path + ": " + existing
                            + " is no folder that can be written to; choose one with --out",
                    e);
        }
    }

    private static boolean isEmptyFolder(Path path) {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> children = Files.list(path)) {
            return children.findAny().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /** The folder, made at the first call. */
    public Path path() throws IOException {
        if (made == null) {
            made = wanted.isPresent() ? Files.createDirectories(wanted.get()) : next();
        }
        return made;
    }

    private Path next() throws IOException {
        Files.createDirectories(RUNS);
        for (int number = 1; ; number++) {
            try {
                return Files.createDirectory(RUNS.resolve(label + "-" + number));
            } catch (FileAlreadyExistsException e) {
                // Taken: by an earlier run, or by one that started at the same time.
            }
        }
    }
}
