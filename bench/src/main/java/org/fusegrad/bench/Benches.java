package org.fusegrad.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.fusegrad.bench.Job.Sampling;
import org.fusegrad.bench.jmh.NewShapeBench;
import org.fusegrad.bench.jmh.NormBench;
import org.fusegrad.bench.jmh.Paths;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs suites. Each configuration runs in several JVMs of its own, because where a JVM places code
 * and data shifts results by more than iterations within one JVM differ. The JVMs of one
 * configuration are not started in a row but one in each round, so that whatever else the machine
 * does falls on all of them alike.
 */
public final class Benches {
    /** What is told while it runs. */
    public interface Watcher {
        /** So many JVMs are going to be started. */
        void begins(int jvms);

        /** The next one is about to. */
        void starts(String job);

        /** One failed, and its configuration is left out. */
        void failed(String job, String why);
    }

    private static final String ALLOCATED = "gc.alloc.rate.norm";
    /** Where it is the engine's own code that counts there is more for the JVM to compile. */
    private static final int SMALL_WORK_WARMUP = 10;

    private static final double NANOS_IN_MILLI = 1e6;

    private final Settings settings;
    private final Watcher watcher;
    private final Map<Job, List<Double>> millis = new LinkedHashMap<>();
    private final Map<Job, Double> allocated = new LinkedHashMap<>();

    private Benches(Settings settings, Watcher watcher) {
        this.settings = settings;
        this.watcher = watcher;
    }

    /**
     * Runs suites.
     *
     * @param torch whether libtorch takes part
     * @throws IllegalArgumentException if nothing is left to measure
     */
    public static BenchFile run(
            Collection<Suite> suites,
            Selection selection,
            Settings settings,
            boolean torch,
            Watcher watcher) {
        Set<Job> jobs = new LinkedHashSet<>();
        for (Suite suite : suites) {
            for (Job job : suite.jobs(selection, settings.isQuick())) {
                if (torch || !job.path().equals(Paths.TORCH)) {
                    if (job.bytes() > 0) {
                        jobs.add(Suite.copyOf(job));
                        jobs.add(Suite.copyOfWorkingSet(job));
                    }
                    jobs.add(job);
                }
            }
        }
        Benches run = new Benches(settings, watcher);
        run.rounds(jobs);
        return run.report(torch);
    }

    /** Why libtorch cannot take part; empty if it can. */
    public static Optional<String> torchMissing() {
        return NormBench.torchMissing();
    }

    private int samples(Job job) {
        boolean few = job.sampling() == Sampling.WARM || job.sampling() == Sampling.NEW_SHAPES;
        return few ? settings.forks() : settings.starts();
    }

    private void rounds(Set<Job> all) {
        Set<Job> jobs = new LinkedHashSet<>(all);
        watcher.begins(jobs.stream().mapToInt(this::samples).sum());
        for (int round = 0; !jobs.isEmpty(); round++) {
            int number = round;
            jobs.removeIf(job -> number >= samples(job));
            jobs.removeIf(job -> !measured(job));
        }
    }

    /** Measures a job in one JVM; false if that failed. */
    private boolean measured(Job job) {
        watcher.starts(job.toString());
        ForkOutput output = new ForkOutput();
        try {
            add(job, new Runner(options(job).build(), output).runSingle());
            return true;
        } catch (RunnerException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            watcher.failed(job.toString(), why + "\n" + output.text());
            millis.remove(job);
            return false;
        }
    }

    private void add(Job job, RunResult result) {
        BenchmarkResult fork = result.getBenchmarkResults().iterator().next();
        List<Double> iterations = fork.getIterationResults().stream()
                .map(i -> i.getPrimaryResult().getScore() / NANOS_IN_MILLI)
                .toList();
        sample(job, median(iterations));
        if (job.sampling() == Sampling.NEW_SHAPES) {
            List<Double> sorted = iterations.stream().sorted().toList();
            int last = sorted.size() - 1;
            sample(job.called(job.work() + ", 99 %"), sorted.get(last - sorted.size() / 100));
            sample(job.called(job.work() + ", slowest"), sorted.get(last));
        }
        Result<?> bytes = result.getSecondaryResults().get(ALLOCATED);
        if (bytes != null && !job.path().equals(Paths.TORCH)) {
            allocated.merge(job, bytes.getScore(), Math::min);
        }
    }

    private void sample(Job job, double ms) {
        millis.computeIfAbsent(job, j -> new ArrayList<>()).add(ms);
    }

    private ChainedOptionsBuilder options(Job job) {
        TimeValue time = new TimeValue(settings.millis(), TimeUnit.MILLISECONDS);
        boolean first = job.sampling() == Sampling.FIRST_CALL;
        boolean shapes = job.sampling() == Sampling.NEW_SHAPES;
        int warmups = settings.warmups() * (job.bytes() == 0 ? SMALL_WORK_WARMUP : 1);
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(job.bench()) + "$")
                .shouldFailOnError(true)
                .forks(1)
                .warmupIterations(first ? 0 : shapes ? NewShapeBench.KNOWN : warmups)
                .warmupTime(time)
                .measurementIterations(
                        first ? 1 : shapes ? NewShapeBench.SHAPES : settings.iterations())
                .measurementTime(time)
                .jvmArgsAppend(job.jvmArgs().toArray(String[]::new));
        job.params().forEach(options::param);
        if (job.params().containsKey("path")) {
            options.param("compared", Boolean.toString(!settings.isQuick()));
        }
        boolean watched = job.bytes() == 0 && job.sampling() == Sampling.WARM;
        return watched ? options.addProfiler(GCProfiler.class) : options;
    }

    // From measurements to rows.

    private BenchFile report(boolean torch) {
        List<BenchRow> rows = new ArrayList<>();
        List<List<Double>> spread = new ArrayList<>();
        List<Double> workingSet = new ArrayList<>();
        Map<String, Double> bytes = new LinkedHashMap<>();
        millis.forEach((job, values) -> {
            rows.add(row(job));
            workingSet.add(partOf(Suite.copyOfWorkingSet(job), job));
            spread.add(List.of(
                    rounded(values.stream().min(Double::compare).orElseThrow()),
                    rounded(values.stream().max(Double::compare).orElseThrow())));
        });
        allocated.forEach((job, b) -> bytes.put(job.work() + ", " + job.path(), rounded(b)));
        Optional<String> version = torch ? NormBench.torchVersion() : Optional.empty();
        return new BenchFile(
                Machine.here(), version.orElse(null), settings, rows, spread, workingSet, bytes);
    }

    private BenchRow row(Job job) {
        double ms = millis(job);
        Double gbps = job.bytes() == 0 ? null : rounded(job.bytes() / ms * 1e-6);
        return new BenchRow(
                job.work(),
                job.shape(),
                job.dtype(),
                job.layout(),
                job.threads(),
                job.path(),
                rounded(ms),
                gbps,
                partOf(Suite.copyOf(job), job),
                timesAsFast(job, ms, Paths.UNFUSED),
                timesAsFast(job, ms, Paths.TORCH));
    }

    /** The speed of a job as a part of a copy's; null if memory does not limit the job. */
    private Double partOf(Job copy, Job job) {
        return job.bytes() == 0 || !millis.containsKey(copy)
                ? null
                : rounded(job.bytes() / millis(job) * (millis(copy) / copy.bytes()));
    }

    private double millis(Job job) {
        return median(millis.get(job));
    }

    private Double timesAsFast(Job job, double ms, String path) {
        return millis.keySet().stream()
                .filter(o -> o.path().equals(path) && o.sameWork(job))
                .map(o -> rounded(millis(o) / ms))
                .findFirst()
                .orElse(null);
    }

    /** The middle of the values, or the mean of the two in the middle. */
    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int n = sorted.size();
        return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
    }

    /** To four digits, which is more than a measurement has. */
    private static double rounded(double value) {
        return value == 0 || !Double.isFinite(value)
                ? value
                : new BigDecimal(value).round(new MathContext(4)).doubleValue();
    }
}
