package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import org.fusegrad.DType;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.optim.Adam;
import org.fusegrad.optim.Optimizer;
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

    /** A formula of its own structure for each number: a chain of three ways to go on. */
    private static Fused distinct(int number) {
        return Fused.of("formula" + number, x -> {
            Tensor y = x;
            for (int rest = number + 1; rest > 0; rest /= 3) {
                y = switch (rest % 3) {
                    case 0 -> y.add(x);
                    case 1 -> y.mul(x);
                    default -> y.abs();
                };
            }
            return y;
        });
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void hundredsOfKernelsLeaveNoClassesBehind() {
        kernelsLeaveNoClassesBehind(150, 400);
    }

    @Test
    @Tag("exhaustive")
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void twentyThousandKernelsLeaveNoClassesBehind() {
        kernelsLeaveNoClassesBehind(2_000, 20_000);
    }

    private static void kernelsLeaveNoClassesBehind(int warm, int count) {
        System.setProperty("fusegrad.cache", "" + CACHE);
        try (Engine engine =
                Engine.builder().backend("scalar").threads(1).strict(true).build()) {
            Tensor x = Tensor.of(1f, -2f, 3f);
            Set<Integer> results = new HashSet<>();
            long grown = engine.call(() -> Growth.ofMetaspace(warm, count, i -> {
                Tensor y = distinct(i).call(x);
                results.add(Arrays.hashCode(y.toFloats()));
            }));
            assertTrue(engine.counters().fusedKernels() >= warm + count);
            assertTrue(results.size() > CACHE, "too few are distinct: " + results.size());
            // A kernel's class takes some 15 KB: hundreds of them would show.
            assertTrue(grown < 100L * 15_000, grown + " bytes of metaspace");
        } finally {
            System.clearProperty("fusegrad.cache");
        }
    }

    /** One step of training a small network, everything it makes in a scope. */
    private static IntConsumer training(Engine engine) {
        Module model = new Sequential(new Linear(6, 8), new BatchNorm1d(8), new Linear(8, 3));
        Optimizer adam = new Adam(model.parameters(), 1e-3);
        Tensor[] batches = new Tensor[7];
        Arrays.setAll(batches, i -> Samples.of(i).normal(5, 6).cast(DType.FLOAT32));
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
            long grown = Growth.ofHeap(warm, count, training(engine));
            assertTrue(grown < HEAP_NOISE, grown + " bytes after " + count + " steps");
        }
    }

    /** What the test above would say if a step left anything behind: here 400 bytes of each. */
    @Test
    void aPlantedLeakIsFound() {
        try (Engine engine = Engine.builder().backend("scalar").threads(1).build()) {
            IntConsumer step = training(engine);
            List<byte[]> leak = new ArrayList<>();
            long grown = Growth.ofHeap(1_000, 3_000, i -> {
                step.accept(i);
                leak.add(new byte[384]);
            });
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
                Tensor.ones(2, 3).exp().reshape(5);
            } catch (IllegalArgumentException expected) {
                assertTrue(expected.getMessage().startsWith("reshape"));
            }
        });
    }
}
