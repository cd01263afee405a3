package org.fusegrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.fusegrad.bench.BenchFile;
import org.fusegrad.bench.BenchTable;
import org.fusegrad.bench.Benches;
import org.fusegrad.bench.Selection;
import org.fusegrad.bench.Settings;
import org.fusegrad.bench.Suite;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fusegrad bench}: how fast the norms are, beside their unfused form and libtorch. */
@Command(
        name = "bench",
        description = "Measure the norms against the memory's speed, their unfused form and"
                + " libtorch, each configuration in several JVMs, and print a table.",
        subcommands = BenchPlotCommand.class)
final class BenchCommand implements Callable<Integer> {
    private static final String TORCH_MISSING = "without libtorch: %s; get it with"
            + " mvn -P dist,torch -pl bench -am package (110 MB)";

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "SUITE",
            arity = "0..*",
            description = "norms (the default): all norms at their usual size; shapes: all sizes,"
                    + " layouts and types; overhead: tiny calls; compile: generated code until it"
                    + " runs well; roof: copy and triad.")
    private List<String> suites = List.of();

    @Option(names = "--quick", description = "One JVM each, for a look.")
    private boolean quick;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the rows here, and pictures of them beside it.")
    private Optional<Path> json = Optional.empty();

    @Option(names = "--no-torch", description = "Leave libtorch out.")
    private boolean noTorch;

    @Option(names = "--norm", paramLabel = "NAME", split = ",", description = "Only these norms.")
    private List<String> norms = List.of();

    @Option(
            names = "--shape",
            paramLabel = "AxBxCxD",
            split = ",",
            description = "On these inputs.")
    private List<String> shapes = List.of();

    @Option(names = "--dtype", split = ",", description = "float32, bfloat16.")
    private List<String> dtypes = List.of();

    @Option(names = "--layout", split = ",", description = "NCHW, NHWC.")
    private List<String> layouts = List.of();

    @Option(names = "--threads", paramLabel = "N", split = ",", description = "By default 1,2.")
    private List<Integer> threads = List.of();

    @Option(names = "--path", split = ",", description = "fused, unfused, libtorch.")
    private List<String> paths = List.of();

    @Option(names = "--forks", paramLabel = "N", description = "JVMs for each configuration.")
    private Optional<Integer> forks = Optional.empty();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        json.ifPresent(ConformanceCommand::requireWritable);
        List<Suite> chosen = suites.isEmpty()
                ? List.of(Suite.NORMS)
                : suites.stream().map(Suite::parse).distinct().toList();
        Optional<String> missing = noTorch ? Optional.of("--no-torch") : Benches.torchMissing();
        if (!noTorch) {
            missing.ifPresent(why -> out.printf(Locale.ROOT, TORCH_MISSING + "%n", why));
        }
        Selection selection = new Selection(norms, shapes, dtypes, layouts, threads, paths);
        BenchProgress progress = new BenchProgress(out);
        BenchFile run = Benches.run(chosen, selection, settings(), missing.isEmpty(), progress);
        progress.close();
        out.print(BenchTable.text(run));
        if (json.isPresent()) {
            run.write(json.get());
            BenchPlotCommand.draw(run, json.get(), out);
        }
        out.flush();
        return progress.failures() == 0 ? 0 : Failures.FAILED;
    }

    private Settings settings() {
        Settings usual = quick ? Settings.QUICK : Settings.FULL;
        return forks.map(usual::forks).orElse(usual);
    }
}
