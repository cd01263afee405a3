package org.fusegrad.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of one run. It is checked at first and made when the run {@linkplain #claim begins},
 * so that a run that cannot start leaves nothing behind. While the run lasts it holds a lock there:
 * another run that wants the same folder is refused.
 */
public final class RunFolder implements AutoCloseable {
    private static final Path RUNS = Path.of("runs");
    private static final String LOCK = ".lock";

    /** How files end that are being written; whole ones are renamed. */
    private static final String UNFINISHED = ".part";

    private final Optional<Path> wanted;
    private final String label;
    private final List<Path> added = new ArrayList<>();
    private Path made;
    private FileChannel channel;
    private FileLock lock;

    private RunFolder(Optional<Path> wanted, String label) {
        this.wanted = wanted;
        this.label = label;
    }

    /**
     * A folder to be.
     *
     * @param wanted where; by default the first free {@code runs/LABEL-NUMBER}
     * @throws IllegalArgumentException if it cannot be made, holds something, or is of a run that
     *     goes on
     */
    public static RunFolder check(Optional<Path> wanted, String label) {
        Path path = wanted.orElse(RUNS);
        if (wanted.isPresent() && Files.exists(path)) {
            requireFree(path);
        }
        Path existing = path.toAbsolutePath().normalize();
        while (existing.getParent() != null && !Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            existing = existing.getParent();
        }
        if (!Files.exists(existing)) {
            throw new IllegalArgumentException("cannot make the folder " + path + ": " + existing
                    + " is a link to nothing; remove it, or choose another folder");
        }
        requireWritable(path, existing);
        return new RunFolder(wanted, label);
    }

    private static void requireFree(Path path) {
        if (!Files.isDirectory(path)) {
            throw taken(path);
        }
        if (Files.exists(path.resolve(LOCK))) {
            try (RunFolder probe = new RunFolder(Optional.of(path), "")) {
                probe.lock(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        try (Stream<Path> children = Files.list(path)) {
            if (!children.allMatch(RunFolder::isOfDeadRun)) {
                throw taken(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static IllegalArgumentException taken(Path path) {
        return new IllegalArgumentException(
                path + " exists and is not an empty folder; choose another one");
    }

    /** What a run may leave that was killed before it had written anything whole. */
    private static boolean isOfDeadRun(Path file) {
        String name = file.getFileName().toString();
        return name.equals(LOCK) || name.endsWith(UNFINISHED);
    }

    /* Permissions do not tell all, so a folder is made there and removed again. */
    private static void requireWritable(Path path, Path existing) {
        try {
            Files.delete(Files.createTempDirectory(existing, ".fusegrad"));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot make the folder " + path + ": " + existing
                            + " is no folder that can be written to; choose another one",
                    e);
        }
    }

    /**
     * Makes the folder and locks it; what a killed run left unfinished there goes.
     *
     * @throws IllegalArgumentException if another run has it
     */
    public void claim() throws IOException {
        if (made != null) {
            return;
        }
        missing(wanted.orElse(RUNS).toAbsolutePath().normalize());
        Path folder = wanted.isPresent() ? Files.createDirectories(wanted.get()) : next();
        lock(folder);
        made = folder;
        try (Stream<Path> children = Files.list(folder)) {
            List<Path> unfinished =
                    children.filter(f -> f.toString().endsWith(UNFINISHED)).toList();
            for (Path file : unfinished) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Remembers the folders on the way that are going to be made, the innermost first. */
    private void missing(Path folder) {
        for (Path p = folder; p != null && !Files.exists(p); p = p.getParent()) {
            added.add(p);
        }
    }

    private void lock(Path folder) throws IOException {
        channel = FileChannel.open(
                folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Of a run in this JVM: as little ours as one of another process.
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new IllegalArgumentException(
                    "a run is going on in " + folder + "; choose another folder");
        }
    }

    /** The folder, claimed at the first call. */
    public Path path() throws IOException {
        claim();
        return made;
    }

    private Path next() throws IOException {
        Files.createDirectories(RUNS);
        for (int number = 1; ; number++) {
            try {
                Path folder = Files.createDirectory(RUNS.resolve(label + "-" + number));
                added.add(0, folder);
                return folder;
            } catch (FileAlreadyExistsException e) {
                // Taken: by an earlier run, or by one that started at the same time.
            }
        }
    }

    /** Gives the lock back; folders that were made and into which nothing was put go again. */
    @Override
    public void close() throws IOException {
        if (lock == null) {
            return;
        }
        if (made != null) {
            Files.deleteIfExists(made.resolve(LOCK));
        }
        lock.release();
        lock = null;
        channel.close();
        try {
            for (Path folder : added) {
                Files.delete(folder);
            }
        } catch (DirectoryNotEmptyException e) {
            // It holds what the run was for.
        }
    }
}
