package org.fusegrad.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;
import org.fusegrad.nn.norm.BatchNorm2d;
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

/** The very first call of a fused batch norm in a new JVM, on 25.7 MB, recorded. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FirstCallBench {
    /** Whether the kernels have been planned and compiled before; none has been run. */
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
            engine.call(() -> layer.explain(x, Activation.NONE));
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
