package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.CodegenBackend;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.SourceCompiler;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.optim.Adam;
import org.fusegrad.optim.Optimizer;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Running for long costs no more memory than running for a while. */
@Isolated("measures the memory of the whole JVM")
final class EnduranceTest {
    private static final int CACHE = 50;
    private static final long HEAP_NOISE = 512 << 10;

    /** The classes of a hundred kernels; each is small and has a loader of its own. */
    private static final long METASPACE_NOISE = 100L * 4_000;

    /** A formula of its own for each number: a chain of functions none of which can be merged. */
    private static Fused distinct(int number) {
        return Fused.of("formula" + number, x -> {
            Tensor y = x;
            for (int rest = number + 9; rest > 0; rest /= 3) {
                y = switch (rest % 3) {
                    case 0 -> y.tanh();
                    case 1 -> y.sigmoid();
                    default -> y.sin();
                };
            }
            return y;
        });
    }

    /** Compiles, and remembers what: one fingerprint of each class, its name left out. */
    private static final class Compiler implements SourceCompiler {
        private final SourceCompiler janino = new JaninoCompiler();
        private final long[] prints;
        private int count;

        Compiler(int atMost) {
            prints = new long[atMost];
        }

        @Override
        public Compiled compile(String className, String source) {
            String nameless = source.replace(className, "").replaceAll("Kernel \\w+", "");
            prints[count++] = Hashing.murmur3_128().hashUnencodedChars(nameless).asLong();
            return janino.compile(className, source);
        }

        long distinct() {
            return Arrays.stream(prints, 0, count).distinct().count();
        }
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void hundredsOfKernelsLeaveNothingBehind() {
        kernelsLeaveNothingBehind(150, 400);
    }

    @Test
    @Tag("exhaustive")
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void twentyThousandKernelsLeaveNothingBehind() {
        kernelsLeaveNothingBehind(2_000, 20_000);
    }

    private static void kernelsLeaveNothingBehind(int warm, int count) {
        Growth grown = compiling(warm, count, formula -> {});
        assertTrue(grown.metaspace() < METASPACE_NOISE, grown::toString);
        assertTrue(grown.heap() < HEAP_NOISE, grown::toString);
    }

    /** What the tests above would say if kernels stayed: here their formulas are held. */
    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void kernelsThatStayAreFound() {
        List<Fused> held = new ArrayList<>();
        Growth grown = compiling(150, 400, held::add);
        assertTrue(grown.metaspace() > METASPACE_NOISE, grown::toString);
        assertTrue(grown.heap() > HEAP_NOISE, grown::toString);
        assertEquals(550, held.size());
    }

    /** Compiles one kernel in each step, each one another, with a cache for a few. */
    private static Growth compiling(int warm, int count, Consumer<Fused> called) {
        System.setProperty("fusegrad.cache", "" + CACHE);
        Compiler compiler = new Compiler(warm + count);
        CodegenBackend backend = new CodegenBackend("scalar", 0, compiler);
        try (Engine engine =
                Engine.builder().backend(backend).threads(1).strict(true).build()) {
            Tensor x = Tensor.of(1f, -2f, 3f);
            Growth grown = engine.call(() -> Growth.of(warm, count, i -> {
                Fused formula = distinct(i);
                formula.call(x);
                called.accept(formula);
            }));
            assertEquals(warm + count, compiler.count);
            assertEquals(warm + count, compiler.distinct());
            assertTrue(backend.cache().size() <= CACHE);
            System.out.printf("%d kernels: %s%n", count, grown);
            return grown;
        } finally {
            System.clearProperty("fusegrad.cache");
        }
    }

    /** One step of training a small network, everything it makes in a scope. */
    private static IntConsumer training(Engine engine) {
        Module model = new Sequential(new Linear(6, 8), new BatchNorm1d(8), new Linear(8, 3));
        Optimizer adam = new Adam(model.parameters(), 1e-3);
        Tensor[] batches = new Tensor[7];
        // Large enough for activations to come from the pool.
        Arrays.setAll(batches, i -> Samples.of(i).normal(40, 6).cast(DType.FLOAT32));
        return step -> engine.run(() -> {
            try (Scope scope = engine.scope()) {
                adam.zeroGrad();
                model.forward(batches[step % batches.length]).square().meanAll().backward();
                adam.step();
            }
        });
    }

    @Test
    void thousandsOfStepsKeepTheHeapFlat() {
        stepsKeepTheHeapFlat(1_000, 3_000);
    }

    @Test
    @Tag("exhaustive")
    void aHundredThousandStepsKeepTheHeapFlat() {
        stepsKeepTheHeapFlat(1_000, 100_000);
    }

    private static void stepsKeepTheHeapFlat(int warm, int count) {
        try (Engine engine = Engine.builder().backend("scalar").threads(1).build()) {
            long grown = Growth.of(warm, count, training(engine)).heap();
            System.out.println(count + " steps: " + grown);
            assertTrue(grown < HEAP_NOISE, grown + " bytes after " + count + " steps");
        }
    }

    /** What the test above would say if a step left anything behind: here 400 bytes of each. */
    @Test
    void aPlantedLeakIsFound() {
        try (Engine engine = Engine.builder().backend("scalar").threads(1).build()) {
            IntConsumer step = training(engine);
            List<byte[]> leak = new ArrayList<>();
            long grown = Growth.of(1_000, 3_000, i -> {
                        step.accept(i);
                        leak.add(new byte[384]);
                    })
                    .heap();
            assertTrue(grown > HEAP_NOISE, grown + " bytes");
            assertEquals(4_000, leak.size());
        }
    }

    /** The pool is as full after a step as after the one before, without and with a failure. */
    @Test
    void scopesReturnEveryBuffer() {
        try (Engine engine = Engine.builder().backend("scalar").threads(1).build()) {
            IntConsumer step = training(engine);
            for (int i = 0; i < 20; i++) {
                step.accept(i);
                failing(engine);
            }
            long full = engine.runtime().pool().pooledBytes();
            assertTrue(full > 0);
            for (int i = 0; i < 100; i++) {
                step.accept(i);
                failing(engine);
                assertEquals(full, engine.runtime().pool().pooledBytes(), "step " + i);
            }
        }
    }

    private static void failing(Engine engine) {
        engine.run(() -> {
            try (Scope scope = engine.scope()) {
                Tensor.ones(20, 30).exp().reshape(5);
            } catch (IllegalArgumentException expected) {
                assertTrue(expected.getMessage().startsWith("reshape"));
            }
        });
    }
}
