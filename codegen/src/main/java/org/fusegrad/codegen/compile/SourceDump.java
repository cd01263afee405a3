package org.fusegrad.codegen.compile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fusegrad.flags.Flags;

/** Writes each kernel's graph and source into the folder that a flag names. */
public final class SourceDump {
    private SourceDump() {}

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
