package org.fusegrad.bench.jmh;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.fusegrad.run.Workers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The speed that the machine's memory allows on arrays of a size, each thread an equal part. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoofBench {
    private static final float FACTOR = 1.5f;

    @Param("25690112")
    public long bytes;

    /** That a copy goes among; a triad has three. */
    @Param("2")
    public int tensors;

    @Param("1")
    public int threads;

    private Workers workers;
    private float[][] arrays;
    private int copied;

    /** Fills the arrays, so that all are in memory. */
    @Setup
    public void prepare() {
        workers = new Workers(threads);
        arrays = new float[tensors][Math.toIntExact(Math.max(1, bytes / Float.BYTES))];
        for (float[] array : arrays) {
            Arrays.fill(array, 1);
        }
    }

    private int start(int part) {
        return (int) ((long) arrays[0].length * part / threads);
    }

    /** The next in turn, so that each is touched again only after all others. */
    private float[] next() {
        float[] array = arrays[copied];
        copied = (copied + 1) % tensors;
        return array;
    }

    /** Reads one array and writes another. */
    @Benchmark
    public Object copy() {
        float[] a = next();
        float[] b = next();
        workers.forEach(threads, t -> {
            int from = start(t);
            System.arraycopy(a, from, b, from, start(t + 1) - from);
        });
        return b;
    }

    /** Reads two arrays and writes a third: {@code a + s * b}. */
    @Benchmark
    public Object triad() {
        float[] a = arrays[0];
        float[] b = arrays[1];
        float[] c = arrays[2];
        workers.forEach(threads, t -> triad(a, b, c, start(t), start(t + 1)));
        return c;
    }

    private static void triad(float[] a, float[] b, float[] c, int from, int to) {
        for (int i = from; i < to; i++) {
            c[i] = a[i] + FACTOR * b[i];
        }
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
        workers.close();
    }
}
