package org.fusegrad.bench;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.fusegrad.codegen.simd.SimdSupport;
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

/**
 * A training step of batch normalization, alone or with residual and ReLU, on a float32 NCHW
 * activation: fused, operation by operation, and in libtorch. Before anything is timed, each path
 * is compared with the unfused one.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 5,
        jvmArgsAppend = {
            "--add-modules=" + SimdSupport.MODULE,
            "-Dfusegrad.promote=1",
            "-Xms3g",
            "-Xmx3g"
        })
public class NormBench {
    static final int[] SHAPE = {32, 64, 56, 56};

    private static final double TOLERANCE = 1e-4;

    /** Near a ReLU's corner rounding decides which side an element is on. */
    private static final double STRAYS = 1e-5;

    @Param({"bn", "bn_add_relu"})
    public String work;

    @Param({"forward", "forward_backward"})
    public String pass;

    @Param({"1", "2"})
    public int threads;

    @Param({"fused", "unfused", "torch"})
    public String path;

    private NormWork subject;
    private boolean backward;

    /** Makes the path, compares it with the unfused one and lets its vector code take over. */
    @Setup
    public void prepare() {
        NormData data = NormData.of(SHAPE);
        backward = pass.equals("forward_backward");
        subject = subject(data);
        if (!path.equals("unfused")) {
            try (NormWork reference = new FusegradWork(work, data, false, threads)) {
                compare(reference.results(), subject.results());
            }
        }
        if (subject instanceof FusegradWork own && path.equals("fused")) {
            System.out.println("[" + own.settle() + " code]");
        }
    }

    private NormWork subject(NormData data) {
        if (!path.equals("torch")) {
            return new FusegradWork(work, data, path.equals("fused"), threads);
        }
        torchMissing().ifPresent(why -> {
            throw new IllegalStateException("[SKIP] " + why);
        });
        return new TorchWork(work, data, threads);
    }

    /** Why the path torch cannot run here; empty if it can. */
    static Optional<String> torchMissing() {
        try {
            return TorchWork.missing();
        } catch (LinkageError e) {
            return Optional.of("no libtorch on the class path: " + e.getMessage());
        }
    }

    private void compare(float[][] expected, float[][] actual) {
        String[] names = {"y", "dx", "dweight", "dbias"};
        for (int i = 0; i < names.length; i++) {
            double largest = 1;
            for (float v : expected[i]) {
                largest = Math.max(largest, Math.abs(v));
            }
            int wrong = 0;
            for (int k = 0; k < expected[i].length; k++) {
                double off = Math.abs(expected[i][k] - actual[i][k]);
                wrong += off <= TOLERANCE * largest ? 0 : 1;
            }
            double allowed = work.equals(NormWork.BN_ADD_RELU) ? STRAYS * expected[i].length : 0;
            if (wrong > allowed) {
                throw new IllegalStateException(path + " " + work + ": " + wrong + " elements of "
                        + names[i] + " differ from the unfused ones by more than " + TOLERANCE);
            }
        }
    }

    /** One step. */
    @Benchmark
    public Object step() {
        return backward ? subject.forwardBackward() : subject.forward();
    }

    /** Ends the path's threads. */
    @TearDown
    public void close() {
        subject.close();
    }
}
