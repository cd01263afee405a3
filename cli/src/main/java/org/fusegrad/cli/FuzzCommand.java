package org.fusegrad.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.fusegrad.fuzz.Fuzz;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fusegrad fuzz}: random formulas against every property of the system. */
@Command(
        name = "fuzz",
        description =
                "Try random formulas: generated code against the interpreter bit for bit, fused"
                        + " against unfused, gradients against differences. What fails is shrunk"
                        + " and printed as Java.")
final class FuzzCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--graphs",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Formulas to try; ${DEFAULT-VALUE} unless given.")
    private long graphs;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Seed of the first formula; the next ones have the next seeds.")
    private long seed;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description = "Stop after this time even if not all are tried.")
    private Optional<Integer> minutes = Optional.empty();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Formulas tried at the same time; one for each processor unless given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() {
        if (graphs < 1 || minutes.orElse(1) < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "--graphs, --minutes and --threads must be at least 1");
        }
        PrintWriter out = spec.commandLine().getOut();
        Instant begun = Instant.now();
        Instant until = begun.plus(Duration.ofMinutes(minutes.orElse(1_000_000)));
        Fuzz.Report report = Fuzz.run(seed, graphs, threads, until, done -> {
            if (done % 1000 == 0) {
                out.printf(Locale.ROOT, "%,d formulas, %s%n", done, since(begun));
                out.flush();
            }
        });
        for (Fuzz.Failure f : report.failures()) {
            out.printf(
                    Locale.ROOT,
                    "%nseed %d, %s: %s%n%s%n",
                    f.seed(),
                    f.check(),
                    f.fault(),
                    f.java());
        }
        out.printf(
                Locale.ROOT,
                "%,d formulas from seed %d in %s%n",
                report.graphs(),
                seed,
                since(begun));
        report.held()
                .forEach((check, n) -> out.printf(Locale.ROOT, "  %-20s held for %,d%n", check, n));
        out.flush();
        if (!report.failures().isEmpty()) {
            throw new CheckFailed(report.failures().size() + " formulas failed");
        }
        return 0;
    }

    private static String since(Instant begun) {
        Duration d = Duration.between(begun, Instant.now());
        return String.format(Locale.ROOT, "%d:%02d min", d.toMinutes(), d.toSecondsPart());
    }
}
