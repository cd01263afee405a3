package org.fusegrad.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.conformance.Conformance;
import org.fusegrad.conformance.ConformanceReport;
import org.fusegrad.flags.Flags;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fusegrad conformance}: golden cases of other frameworks. */
@Command(
        name = "conformance",
        description = "Run the golden cases below a directory, eager and fused; exits with 1 if one"
                + " fails, else with 2 if one is malformed.")
final class ConformanceCommand implements Callable<Integer> {
    private static final String CASE = "case.json";
    private static final int DEPTH = 8;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Holds the cases, each a directory.")
    private Path directory;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "all",
            description = "all, auto, vector, scalar or interpreter. Default: ${DEFAULT-VALUE}")
    private String backend;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Run only cases whose path contains this.")
    private String only;

    @Option(names = "--json", paramLabel = "FILE", description = "Write every result here too.")
    private Optional<Path> json = Optional.empty();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<String> backends = backends();
        requireCases(directory);
        json.ifPresent(ConformanceCommand::requireWritable);
        if (backend.equals("all") && !SimdSupport.get().isAvailable()) {
            out.println("without the vector backend: " + SimdSupport.get().reason());
        }
        ConformanceReport report =
                Conformance.run(directory, backends, path -> path.contains(only), result -> {});
        if (report.cases().isEmpty()) {
            throw new IllegalArgumentException(
                    "no cases below " + directory + " whose path contains '" + only + "'");
        }
        json.ifPresent(report::writeJson);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        report.print(new PrintStream(text, true, StandardCharsets.UTF_8));
        out.print(text.toString(StandardCharsets.UTF_8));
        out.flush();
        return report.failed() > 0
                ? Failures.FAILED
                : report.malformed() > 0 ? Failures.WRONG_INPUT : 0;
    }

    private List<String> backends() {
        if (!backend.equals("all")) {
            return List.of(Flags.BACKEND.parse(backend, "--backend"));
        }
        List<String> all = new ArrayList<>(List.of("scalar", "interpreter"));
        if (SimdSupport.get().isAvailable()) {
            all.add(0, "vector");
        }
        return all;
    }

    private static void requireCases(Path root) {
        if (!Files.isDirectory(root)) {
            throw new IllegalArgumentException("there is no directory " + root);
        }
        try (Stream<Path> files = Files.find(root, DEPTH, (path, a) -> path.endsWith(CASE))) {
            if (files.findAny().isEmpty()) {
                throw new IllegalArgumentException(
                        "no cases below " + root + ": no directory holds a " + CASE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Refuses a file for JSON that cannot be written. */
    static void requireWritable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new IllegalArgumentException(
                    "--json: cannot write " + file + "; give a file in a folder that exists");
        }
    }
}
