package org.fusegrad.bench;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs {@link MemoryRoof} and {@link NormBench} and prints one table. Each configuration runs in
 * several JVMs of its own, because where a JVM places code and data shifts results by more than
 * iterations within one JVM differ.
 *
 * <pre>
 * mvn -Pdist,torch package
 * java -cp 'bench/target/fusegrad.jar:bench/target/lib-torch/*' org.fusegrad.bench.Benches
 * </pre>
 */
@Command(name = "benches", mixinStandardHelpOptions = true, description = "Runs the benchmarks.")
public final class Benches implements Callable<Integer> {
    @Option(names = "--work", split = ",", defaultValue = "bn,bn_add_relu")
    private String[] works;

    @Option(names = "--pass", split = ",", defaultValue = "forward,forward_backward")
    private String[] passes;

    @Option(names = "--threads", split = ",", defaultValue = "1,2")
    private String[] threads;

    @Option(names = "--path", split = ",", defaultValue = "fused,unfused,torch")
    private String[] paths;

    @Option(names = "--forks", defaultValue = "5")
    private int forks;

    @Option(names = "--warmup", defaultValue = "3", description = "iterations")
    private int warmup;

    @Option(names = "--measure", defaultValue = "5", description = "iterations")
    private int measure;

    @Option(names = "--millis", defaultValue = "1000", description = "length of an iteration")
    private int millis;

    @Option(names = "--out", description = "file that receives the rows as JSON")
    private Path out;

    private Benches() {}

    /** The command line; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Benches()).execute(args));
    }

    @Override
    public Integer call() throws IOException, RunnerException {
        List<BenchRow> rows = new ArrayList<>();
        add(rows, options(MemoryRoof.class).param("threads", threads));
        String[] runnable = Arrays.stream(paths).filter(this::runs).toArray(String[]::new);
        if (runnable.length > 0) {
            add(
                    rows,
                    options(NormBench.class)
                            .param("work", works)
                            .param("pass", passes)
                            .param("threads", threads)
                            .param("path", runnable));
        }
        System.out.println(table(rows));
        if (out != null) {
            String json = new GsonBuilder().setPrettyPrinting().create().toJson(rows);
            Files.writeString(out, json + "\n");
        }
        return 0;
    }

    private boolean runs(String path) {
        if (!path.equals("torch")) {
            return true;
        }
        NormBench.torchMissing().ifPresent(why -> System.out.println("[SKIP] torch: " + why));
        return NormBench.torchMissing().isEmpty();
    }

    private ChainedOptionsBuilder options(Class<?> bench) {
        TimeValue time = TimeValue.milliseconds(millis);
        return new OptionsBuilder()
                .include("^" + bench.getName() + "\\.")
                .forks(forks)
                .warmupIterations(warmup)
                .warmupTime(time)
                .measurementIterations(measure)
                .measurementTime(time);
    }

    private void add(List<BenchRow> rows, ChainedOptionsBuilder options) throws RunnerException {
        Collection<RunResult> results = new Runner(options.build()).run();
        for (RunResult result : results) {
            rows.add(row(result));
        }
    }

    private BenchRow row(RunResult result) {
        BenchmarkParams p = result.getParams();
        double[] perFork = result.getBenchmarkResults().stream()
                .mapToDouble(Benches::medianIteration)
                .sorted()
                .toArray();
        boolean roof = p.getParam("path") == null;
        return new BenchRow(
                roof ? "copy" : p.getParam("work"),
                Arrays.stream(NormBench.SHAPE)
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining("x")),
                "float32",
                "NCHW",
                Integer.parseInt(p.getParam("threads")),
                roof ? "arraycopy" : p.getParam("path"),
                roof ? "copy" : p.getParam("pass"),
                rounded(median(perFork)),
                rounded(perFork[0]),
                rounded(perFork[perFork.length - 1]),
                perFork.length,
                Runtime.version().toString(),
                machine());
    }

    private static double medianIteration(BenchmarkResult fork) {
        return median(fork.getIterationResults().stream()
                .mapToDouble(i -> i.getPrimaryResult().getScore())
                .sorted()
                .toArray());
    }

    private static double median(double[] sorted) {
        int n = sorted.length;
        return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    private static double rounded(double ms) {
        return Math.round(ms * 1000) / 1000.0;
    }

    /** Processor, processors and operating system, as far as they can be read. */
    private static String machine() {
        String cpu = ManagementFactory.getOperatingSystemMXBean().getArch();
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            cpu = lines.filter(l -> l.startsWith("model name"))
                    .map(l -> l.substring(l.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(cpu);
        } catch (IOException | RuntimeException e) {
            // Not Linux: the architecture has to do.
        }
        return cpu + ", " + Runtime.getRuntime().availableProcessors() + " processors, "
                + ManagementFactory.getOperatingSystemMXBean().getName();
    }

    private static String table(List<BenchRow> rows) {
        StringBuilder s = new StringBuilder(String.format(
                Locale.ROOT,
                "%n%-12s %-17s %7s %-10s %9s %19s %10s %8s%n",
                "work",
                "pass",
                "threads",
                "path",
                "ms",
                "min - max",
                "x unfused",
                "x torch"));
        for (BenchRow r : rows) {
            s.append(String.format(
                    Locale.ROOT,
                    "%-12s %-17s %7d %-10s %9.3f %9.3f-%9.3f %10s %8s%n",
                    r.work(),
                    r.pass(),
                    r.threads(),
                    r.path(),
                    r.ms(),
                    r.msMin(),
                    r.msMax(),
                    faster(rows, r, "unfused"),
                    faster(rows, r, "torch")));
        }
        return s.toString();
    }

    /** How many times as fast as another path of the same work. */
    private static String faster(List<BenchRow> rows, BenchRow r, String path) {
        return rows.stream()
                .filter(o -> o.path().equals(path)
                        && o.work().equals(r.work())
                        && o.pass().equals(r.pass())
                        && o.threads() == r.threads())
                .map(o -> String.format(Locale.ROOT, "%.2f", o.ms() / r.ms()))
                .findFirst()
                .orElse("-");
    }
}
