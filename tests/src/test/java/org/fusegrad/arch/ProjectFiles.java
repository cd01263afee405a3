package org.fusegrad.arch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The source tree that the tests run in. */
public final class ProjectFiles {
    /** Folders of all modules. */
    public static final List<String> MODULES =
            List.of("engine", "codegen", "ops", "train", "tests", "bench", "cli");

    private ProjectFiles() {}

    /** The folder that holds the modules, looked for upwards from the working directory. */
    public static Path root() {
        Path dir = Path.of("").toAbsolutePath();
        while (dir != null) {
            if (MODULES.stream().map(dir::resolve).allMatch(Files::isDirectory)) {
                return dir;
            }
            dir = dir.getParent();
        }
        throw new IllegalStateException("no folder above the working directory has the modules");
    }

    /** All main sources of a module. */
    static List<Path> mainSources(String module) {
        Path sources = root().resolve(module).resolve("src/main/java");
        try (Stream<Path> all = Files.walk(sources)) {
            return all.filter(p -> p.toString().endsWith(".java")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of the packages that a module has main sources in. */
    static Set<String> packages(String module) {
        Path sources = root().resolve(module).resolve("src/main/java");
        Set<String> names = new TreeSet<>();
        for (Path p : mainSources(module)) {
            names.add(sources.relativize(p.getParent()).toString().replace('/', '.'));
        }
        names.remove(""); // where module-info.java is
        return names;
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
