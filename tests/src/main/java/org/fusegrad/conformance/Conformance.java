package org.fusegrad.conformance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.fusegrad.conformance.data.CaseReader;

/**
 * Runs the cases below a directory.
 *
 * <pre>{@code
 * ConformanceReport report = Conformance.run(Path.of("conformance"));
 * report.print(System.out);
 * }</pre>
 */
public final class Conformance {
    private Conformance() {}

    /** Runs all cases below a directory, eager and fused, on the best backend there is. */
    public static ConformanceReport run(Path directory) {
        return run(directory, List.of("auto"));
    }

    /** Runs all cases below a directory, eager and fused, on each of these backends. */
    public static ConformanceReport run(Path directory, List<String> backends) {
        return run(directory, backends, path -> true, result -> {});
    }

    /**
     * Runs cases below a directory.
     *
     * @param backends names as for {@link org.fusegrad.Engine.Builder#backend}
     * @param wanted which paths, relative to the directory, are run
     * @param progress told of each result as it comes
     * @throws IllegalArgumentException if there is no such directory or backend
     */
    public static ConformanceReport run(
            Path directory,
            List<String> backends,
            Predicate<String> wanted,
            Consumer<CaseResult> progress) {
        Path root = directory.toAbsolutePath().normalize();
        List<Path> found = CaseReader.find(root);
        List<CaseResult> results = new ArrayList<>();
        List<Mode> modes = Mode.of(backends);
        try {
            CaseRunner runner = new CaseRunner(root, modes);
            for (Path each : found) {
                if (wanted.test(root.relativize(each).toString().replace('\\', '/'))) {
                    CaseResult result = runner.run(each);
                    results.add(result);
                    progress.accept(result);
                }
            }
        } finally {
            modes.forEach(Mode::close);
        }
        return new ConformanceReport(List.copyOf(results));
    }
}
