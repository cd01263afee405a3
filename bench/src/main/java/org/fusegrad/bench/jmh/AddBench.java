package org.fusegrad.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The cost of a call that computes next to nothing: an eager sum of two values, recorded. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AddBench {
    private Engine engine;
    private Tensor a;
    private Tensor b;

    @Setup
    public void prepare() {
        engine = Engine.builder().threads(1).build();
        a = Tensor.of(1f).requiresGrad(true);
        b = Tensor.of(2f).requiresGrad(true);
    }

    /** One call, with its node of the tape. */
    @Benchmark
    public Object add() {
        return engine.call(() -> a.add(b));
    }

    @TearDown
    public void close() {
        engine.close();
    }
}
