package org.fusegrad.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/** Keeps what a JVM of JMH writes, to be shown if it fails, and prints nothing. */
final class ForkOutput implements OutputFormat {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    String text() {
        return kept.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void println(String line) {
        print(line + "\n");
    }

    @Override
    public void print(String text) {
        kept.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void write(int b) {
        kept.write(b);
    }

    @Override
    public void write(byte[] b) {
        kept.writeBytes(b);
    }

    @Override
    public void verbosePrintln(String line) {}

    @Override
    public void iteration(BenchmarkParams bench, IterationParams params, int number) {}

    @Override
    public void iterationResult(
            BenchmarkParams bench, IterationParams params, int number, IterationResult data) {}

    @Override
    public void startBenchmark(BenchmarkParams bench) {}

    @Override
    public void endBenchmark(BenchmarkResult result) {}

    @Override
    public void startRun() {}

    @Override
    public void endRun(Collection<RunResult> result) {}

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
