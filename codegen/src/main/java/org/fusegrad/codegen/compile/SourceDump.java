package org.fusegrad.codegen.compile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.fusegrad.flags.Flags;

/** Writes each kernel's graph and source into the folder that a flag names. */
public final class SourceDump {
    private SourceDump() {}

    /**
     * Refuses a folder that cannot be written to, before anything is compiled.
     *
     * @throws IllegalArgumentException naming the folder and why
     */
    public static void check() {
        String folder = Flags.DUMP.get();
        if (folder.isEmpty()) {
            return;
        }
        try {
            Path dir = Files.createDirectories(Path.of(folder));
            Files.delete(Files.createTempFile(dir, ".fusegrad", null));
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException(
                    Flags.DUMP.property() + "=" + folder + ": no folder that can be written to ("
                            + e + "); give another one",
                    e);
        }
    }

    /** Writes one kernel, if asked to. */
    public static void write(String name, String graph, String source) {
        String folder = Flags.DUMP.get();
        if (folder.isEmpty()) {
            return;
        }
        try {
            Path dir = Files.createDirectories(Path.of(folder));
            Files.writeString(dir.resolve(name + ".graph"), graph);
            Files.writeString(dir.resolve(name + ".java"), source);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write kernel " + name + " to " + folder, e);
        }
    }
}
