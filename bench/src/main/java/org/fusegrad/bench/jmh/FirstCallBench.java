package org.fusegrad.bench.jmh;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.ops.Activation;
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
 * The first call of a fused batch norm in a new JVM, on 25.7 MB, recorded: the very first of the
 * JVM, or the first where all that went before is done, the JVM's own compiling included.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FirstCallBench {
    private static final int QUIET_MILLIS = 200;
    private static final int LOOKS = 25;

    /** Whether the kernels have been planned and compiled before; neither has been run. */
    @Param("true")
    public boolean compiled;

    @Param("1")
    public int threads;

    private Engine engine;
    private BatchNorm2d layer;
    private Tensor x;

    @Setup
    public void prepare() {
        engine = Engine.builder().threads(threads).build();
        layer = new BatchNorm2d(64);
        float[] values = new float[32 * 64 * 56 * 56];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 37 % 101 * 0.01f;
        }
        x = Tensor.of(values, 32, 64, 56, 56).requiresGrad(true);
        if (compiled) {
            engine.call(() -> new LayerNorm(8).forward(Tensor.ones(4, 8).requiresGrad(true)));
            engine.call(() -> layer.explain(x, Activation.NONE));
            awaitCompiler();
        }
    }

    /** Waits until the JVM compiles nothing any more, but not for ever. */
    private static void awaitCompiler() {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long before = -1;
        for (int i = 0; i < LOOKS && compiler.getTotalCompilationTime() != before; i++) {
            before = compiler.getTotalCompilationTime();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(QUIET_MILLIS));
        }
    }

    @Benchmark
    public Object call() {
        return engine.call(() -> layer.forward(x));
    }

    @TearDown
    public void close() {
        engine.close();
    }
}
