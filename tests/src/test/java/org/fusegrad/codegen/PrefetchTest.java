package org.fusegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.fusegrad.Explanation;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which scans fetch the memory of a later scan's results. */
final class PrefetchTest {
    private static final Tensor IMAGES = Tensor.zeros(2, 8, 5, 7);

    /** A layer, and the results fetched ahead in its forward and in its backward. */
    record Fetched(String layer, Supplier<Explanation> formula, int forward, int backward) {
        @Override
        public String toString() {
            return layer;
        }
    }

    static Stream<Fetched> layers() {
        Activation none = Activation.NONE;
        return Stream.of(
                new Fetched("ln", () -> new LayerNorm(7).explain(IMAGES, none), 1, 1),
                new Fetched("rms", () -> new RMSNorm(7).explain(IMAGES, none), 1, 1),
                new Fetched("in", () -> new InstanceNorm(8).explain(IMAGES, none), 1, 1),
                new Fetched("gn", () -> new GroupNorm(2, 8).explain(IMAGES, none), 1, 0),
                new Fetched("bn", () -> new BatchNorm2d(8).explain(IMAGES, none), 0, 0));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void whereSlabsAreRunsOfMemory(Fetched layer) {
        int[] found = Forms.kernels(layer.formula()).stream()
                .mapToInt(PrefetchTest::fetched)
                .toArray();
        assertEquals(layer.forward(), found[0]);
        assertEquals(layer.backward(), found[1]);
    }

    /** Slabs of this formula's backward are scanned along one loop, then along another. */
    @Test
    void onlyWhatRunsOverTheLoopsOfTheScan() {
        Tensor x = Tensor.zeros(7, 1, 2, 65);
        Fused formula =
                Fused.of("wider", a -> a.round().reshape(7, 1, 130).minimum(a.min(1, 2, 3)));
        boolean seen = false;
        for (KernelGraph graph : Forms.kernels(() -> formula.explain(null, x))) {
            LoopKernel kernel = LoopKernel.of(graph);
            List<boolean[]> loops = kernel.steps().stream()
                    .filter(LoopStep::isFull)
                    .map(s -> s.step().loops())
                    .toList();
            seen |= loops.stream().anyMatch(l -> !Arrays.equals(l, loops.get(0)));
            for (LoopStep step : kernel.steps()) {
                step.prefetched()
                        .forEach(n -> assertArrayEquals(
                                step.step().loops(), kernel.schedule().mask(n)));
            }
        }
        assertTrue(seen);
    }

    private static int fetched(KernelGraph kernel) {
        return LoopKernel.of(kernel).steps().stream()
                .mapToInt(s -> s.prefetched().size())
                .sum();
    }

    @Test
    void oncePerLineInVectorFormAndNeverInScalarForm() {
        Supplier<Explanation> layer =
                () -> new LayerNorm(64).explain(Tensor.zeros(2, 64), Activation.NONE);
        KernelGraph forward = Forms.kernels(layer).get(0);
        assertFalse(Forms.source(forward, "Scalar", 0).text().contains("prefetched"));
        // A line is 16 elements: the loop takes 64 a turn, and 32 and 16 follow once.
        assertEquals(4 + 2 + 1, lines(Forms.source(forward, "Wide", 512).text()));
        // Narrow vectors: 32 a turn, and 7 single ones follow, each perhaps in a new line.
        assertEquals(2 + 7, lines(Forms.source(forward, "Narrow", 128).text()));
    }

    @Test
    void noResultOfATypeThatVectorsDoNotWrite() {
        Fused formula = Fused.of("wide", x -> x.sub(x.mean(1)).cast(DType.FLOAT64));
        List<KernelGraph> kernels = Forms.kernels(() -> formula.explain(null, Tensor.zeros(4, 64)));
        assertEquals(1, fetched(kernels.get(0)));
        Source source = Forms.source(kernels.get(0), "Wide", 512);
        assertEquals(0, lines(source.text()));
        assertTrue(source.vectorSteps() > 0);
        if (SimdSupport.get().isAvailable()) {
            new JaninoCompiler().compile(source.className(), source.text());
        }
    }

    private static long lines(String source) {
        return source.lines().filter(l -> l.contains("prefetched |=")).count();
    }
}
