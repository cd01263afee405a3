package org.fusegrad.bench;

import java.util.concurrent.TimeUnit;
import org.fusegrad.run.Workers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the machine's memory allows: a copy of the activation that {@link NormBench} uses. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 5,
        jvmArgsAppend = {"-Xms3g", "-Xmx3g"})
public class MemoryRoof {
    @Param({"1", "2"})
    public int threads;

    private Workers workers;
    private float[] from;
    private float[] to;

    /** Fills the source, so that both arrays are in memory. */
    @Setup
    public void prepare() {
        workers = new Workers(threads);
        from = NormData.of(NormBench.SHAPE).x();
        to = from.clone();
    }

    /** One copy, each thread an equal part. */
    @Benchmark
    public Object copy() {
        workers.forEach(threads, t -> {
            int start = (int) ((long) from.length * t / threads);
            int end = (int) ((long) from.length * (t + 1) / threads);
            System.arraycopy(from, start, to, start, end - start);
        });
        return to;
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
        workers.close();
    }
}
