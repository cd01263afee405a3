package org.fusegrad.bench.jmh;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One training step of a norm: fused, operation by operation, or in libtorch. After the measurement
 * the path is compared with the unfused one on a part of the input; a path that computes something
 * else fails.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NormBench {
    private static final double TOLERANCE = 1e-4;
    private static final double HALF_TOLERANCE = 0.05;

    /** Near a ReLU's corner rounding decides which side an element is on. */
    private static final double STRAYS = 1e-3;

    /** So many of them, where values are rounded to half precision, that they show in sums. */
    private static final double HALF_RELU_TOLERANCE = 0.2;

    private static final int COMPARED_SAMPLES = 4;

    @Param("bn")
    public String norm;

    @Param("true")
    public boolean backward;

    @Param("32x64x56x56")
    public String shape;

    @Param("float32")
    public String dtype;

    @Param("NCHW")
    public String layout;

    @Param("1")
    public int threads;

    @Param(Paths.FUSED)
    public String path;

    /** Whether the path is compared with the unfused one at the end. */
    @Param("true")
    public boolean compared;

    private NormWork subject;

    /** Makes the path and, if it is ours, lets its vector code take over. */
    @Setup
    public void prepare() {
        subject = work(shape, path);
        if (subject instanceof FusegradWork own && path.equals(Paths.FUSED)) {
            own.settle();
        }
    }

    private NormWork work(String of, String by) {
        NormData data = NormData.of(new NormCase(norm, backward, of, dtype, layout));
        return by.equals(Paths.TORCH)
                ? TorchWork.of(data, threads)
                : new FusegradWork(data, by.equals(Paths.FUSED), threads);
    }

    /** Why the path through libtorch cannot run here; empty if it can. */
    public static Optional<String> torchMissing() {
        try {
            return TorchWork.missing();
        } catch (LinkageError e) {
            return Optional.of("it is not on the class path");
        }
    }

    /** The version of libtorch's Java binding, if there is one. */
    public static Optional<String> torchVersion() {
        return torchMissing().isPresent() ? Optional.empty() : Optional.of(TorchWork.version());
    }

    /** One step. */
    @Benchmark
    public Object step() {
        return backward ? subject.forwardBackward() : subject.forward();
    }

    /**
     * Ends, and compares a new work of this path with an unfused one.
     *
     * @throws IllegalStateException if they differ
     */
    @TearDown
    public void end() {
        subject.close();
        if (compared) {
            compare();
        }
    }

    private void compare() {
        int[] d = new NormCase(norm, backward, shape, dtype, layout).dims();
        d[0] = Math.min(d[0], COMPARED_SAMPLES);
        String part = Arrays.stream(d).mapToObj(Integer::toString).collect(Collectors.joining("x"));
        try (NormWork mine = work(part, path);
                NormWork reference = work(part, Paths.UNFUSED)) {
            double[][] expected = reference.results();
            double[][] actual = mine.results();
            for (int i = 0; i < expected.length; i++) {
                compare(i, expected[i], actual[i]);
            }
        }
    }

    private void compare(int result, double[] expected, double[] actual) {
        double largest = Arrays.stream(expected).map(Math::abs).reduce(1, Math::max);
        double limit = largest * tolerance();
        int wrong = expected.length == actual.length ? 0 : expected.length;
        for (int k = 0; k < Math.min(expected.length, actual.length); k++) {
            wrong += Math.abs(expected[k] - actual[k]) <= limit ? 0 : 1;
        }
        double allowed = hasRelu() ? STRAYS * expected.length : 0;
        if (wrong > allowed) {
            throw new IllegalStateException(
                    path + " " + norm + ": " + wrong + " elements of result " + result
                            + " differ from the unfused ones by more than " + limit);
        }
    }

    private boolean hasRelu() {
        return norm.equals(NormCase.BN_ADD_RELU);
    }

    private double tolerance() {
        if (dtype.equals("float32")) {
            return TOLERANCE;
        }
        return hasRelu() ? HALF_RELU_TOLERANCE : HALF_TOLERANCE;
    }
}
