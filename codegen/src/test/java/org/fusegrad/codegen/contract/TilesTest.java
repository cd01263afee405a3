package org.fusegrad.codegen.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fusegrad.codegen.compile.BytecodeStats;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.JavacCompiler;
import org.fusegrad.codegen.compile.SourceCompiler;
import org.fusegrad.codegen.emit.KernelEmitter;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

class TilesTest {
    @Test
    void methodsAreShortInBothCompilers() {
        for (int bits : new int[] {0, 128, 256, 512}) {
            if (bits > SimdSupport.get().bits()) {
                continue;
            }
            Source source = Contractions.source(KernelEmitter.PACKAGE, bits);
            for (SourceCompiler c : List.of(new JaninoCompiler(), new JavacCompiler())) {
                int largest = BytecodeStats.largestMethod(
                        c.compile(source.className(), source.text()).bytecode());
                assertTrue(largest < 6000, bits + " bits: " + largest);
            }
        }
    }

    @Test
    void heightsCoverAllRows() {
        for (int bits : new int[] {0, 128, 256, 512}) {
            TileSizes sizes = TileSizes.of(bits);
            for (int rows = 1; rows <= sizes.height(); rows++) {
                int height = sizes.height(rows);
                assertTrue(height >= rows && height <= sizes.height());
                assertTrue(Arrays.stream(sizes.heights()).anyMatch(h -> h == height));
            }
        }
    }

    @Test
    void vectorsTakeOverAfterSomeWork() throws InterruptedException {
        assumeTrue(SimdSupport.get().isAvailable());
        Contractions contractions =
                new Contractions(SimdSupport.get().bits(), new JaninoCompiler());
        Value a = SameBits.random(1, 150, 150);
        KernelGraph graph = SameBits.graph(Op.MATMUL, Attrs.NONE, a, a.permute(new int[] {1, 0}));
        Kernel kernel = contractions.compile(graph);
        assertFalse(kernel.describe().contains("FloatVector"));
        Value want = run(kernel, a);
        long end = System.nanoTime() + 60_000_000_000L;
        while (!kernel.describe().contains("FloatVector") && System.nanoTime() < end) {
            assertEquals(
                    Arrays.hashCode(want.floats()),
                    Arrays.hashCode(run(kernel, a).floats()));
            Thread.sleep(1);
        }
        assertTrue(kernel.describe().contains("FloatVector"));
        assertEquals(
                Arrays.hashCode(want.floats()), Arrays.hashCode(run(kernel, a).floats()));
    }

    @Test
    void oneKernelServesManyThreads() {
        Value a = SameBits.random(1, 150, 150);
        Kernel kernel = new Contractions(0, new JaninoCompiler())
                .compile(SameBits.graph(Op.MATMUL, Attrs.NONE, a, a.permute(new int[] {1, 0})));
        int want = Arrays.hashCode(run(kernel, a).floats());
        IntStream.range(0, 60)
                .parallel()
                .forEach(i -> assertEquals(want, Arrays.hashCode(run(kernel, a).floats())));
    }

    private static Value run(Kernel kernel, Value a) {
        Value out = Value.zeros(DType.FLOAT32, a.shape());
        try (Workers workers = new Workers(2)) {
            kernel.run(new Value[] {a, a.permute(new int[] {1, 0})}, new Value[] {out}, workers);
        }
        return out;
    }
}
