package org.fusegrad.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The project's documents. */
final class Documents {
    private Documents() {}

    /** The project's top folder. */
    static Path root() {
        Path dir = Path.of("").toAbsolutePath();
        while (!Files.exists(dir.resolve("README.md")) || !Files.isDirectory(dir.resolve("docs"))) {
            dir = dir.getParent();
            if (dir == null) {
                throw new IllegalStateException("no folder above has README.md and docs");
            }
        }
        return dir;
    }

    /** README and everything directly in docs. */
    static List<Path> all() throws IOException {
        List<Path> all = new ArrayList<>(List.of(root().resolve("README.md")));
        try (Stream<Path> docs = Files.list(root().resolve("docs"))) {
            docs.filter(p -> p.toString().endsWith(".md")).sorted().forEach(all::add);
        }
        return all;
    }
}
