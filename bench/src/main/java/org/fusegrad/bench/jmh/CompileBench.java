package org.fusegrad.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.fusegrad.Engine;
import org.fusegrad.Explanation;
import org.fusegrad.Tensor;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.ops.Activation;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * From the graph of a kernel to a class that runs: the backward of batch norm, by a backend that
 * has never seen it in a JVM that has compiled many.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CompileBench {
    private KernelGraph graph;
    private Engine engine;

    @Setup
    public void prepare() {
        try (Engine planner = Engine.builder().threads(1).build()) {
            Explanation norm = planner.call(
                    () -> new BatchNorm2d(64).explain(Tensor.zeros(2, 64, 8, 8), Activation.NONE));
            graph = norm.backward().kernels().get(0);
        }
    }

    /** A backend whose cache is empty. */
    @Setup(Level.Invocation)
    public void forget() {
        engine = Engine.builder().threads(1).strict(true).build();
    }

    /** Schedule, source, class. */
    @Benchmark
    public Object compile() {
        return engine.runtime().compile(graph);
    }

    @TearDown(Level.Invocation)
    public void close() {
        engine.close();
    }
}
