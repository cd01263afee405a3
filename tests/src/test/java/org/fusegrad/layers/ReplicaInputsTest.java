package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.dist.Collective;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.SyncBatchNorm;
import org.fusegrad.nn.parallel.Gradients;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replicas whose samples do not fit together: refused by all, before anything moves. */
@Timeout(120)
final class ReplicaInputsTest {
    static List<Way> ways() {
        return Way.all().stream().filter(Way::fused).toList();
    }

    private static Tensor random(int... shape) {
        return Samples.of(3).normal(shape).cast(DType.FLOAT32).requiresGrad(true);
    }

    private static Map<String, List<Double>> values(Module module) {
        return module.stateDict().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        e -> java.util.Arrays.stream(e.getValue().toDoubles())
                                .boxed()
                                .toList()));
    }

    /** Each replica takes a step on its input; all fail, and nothing has moved. */
    private static String refused(Function<Collective, Module> make, Tensor... inputs) {
        Replicas replicas = Replicas.of(inputs.length);
        List<Module> models = replicas.run(make);
        Map<String, List<Double>> before = values(models.get(0));
        RuntimeException fault = assertThrows(
                RuntimeException.class,
                () -> replicas.run(r -> {
                    Tensor y = models.get(r.rank()).forward(inputs[r.rank()]);
                    y.backward(Tensor.ones(y.shape().dims()));
                    return null;
                }));
        for (int r = 0; r < inputs.length; r++) {
            assertEquals(before, values(models.get(r)), "replica " + r);
            models.get(r).parameters().forEach(p -> assertNull(p.grad()));
            assertNull(inputs[r].grad());
        }
        return fault.getMessage();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void imagesOfOtherSizesAreRefused(Way way) {
        way.call(() -> {
            Tensor x = random(2, 3, 4, 6);
            int[][] others = {{2, 3, 5, 6}, {1, 3, 4, 7}, {2, 3, 6, 4}, {0, 3, 9, 9}, {2, 3, 24}};
            for (int[] other : others) {
                Tensor y = random(other);
                for (Tensor[] pair : new Tensor[][] {{x, y}, {y, x}, {x, x, y}}) {
                    String fault = refused(r -> new SyncBatchNorm(3, r), pair);
                    assertTrue(fault.contains("replicas disagree on samples"), fault);
                    assertTrue(fault.contains("float32(3, 4, 6)"), fault);
                    assertTrue(fault.contains(y.shape().toString().substring(4)), fault);
                }
            }
            String half = refused(
                    r -> new SyncBatchNorm(3, r),
                    x,
                    random(2, 3, 4, 6).cast(DType.BFLOAT16).detach().requiresGrad(true));
            assertTrue(half.contains("bfloat16(3, 4, 6)"), half);
            return null;
        });
    }

    /** What one replica refuses by itself releases the others. */
    @ParameterizedTest
    @MethodSource("ways")
    void whatOneRefusesReleasesAll(Way way) {
        way.call(() -> {
            Tensor x = random(2, 3, 4, 6);
            String channels = refused(r -> new SyncBatchNorm(3, r), x, random(2, 4, 4, 6));
            assertTrue(channels.contains("4 channels, not 3"), channels);
            String rank = refused(r -> new SyncBatchNorm(3, r), x, random(3));
            assertTrue(rank.contains("rank 1"), rank);
            String type = refused(
                    r -> new SyncBatchNorm(3, r),
                    x,
                    Samples.of(1).normal(2, 3, 4, 6).requiresGrad(true));
            assertTrue(type.contains("it is float64"), type);
            return null;
        });
    }

    /** Layers that meet at the wrong place of the network are told so. */
    @ParameterizedTest
    @MethodSource("ways")
    void modesThatDifferAreRefused(Way way) {
        way.call(() -> {
            Function<Collective, Module> two = r -> {
                SyncBatchNorm first = new SyncBatchNorm(3, r);
                first.train(r.rank() == 0);
                return new Sequential(first, new SyncBatchNorm(3, r));
            };
            Tensor x = random(2, 3, 4, 6);
            String fault = refused(two, x, random(2, 3, 4, 6));
            assertTrue(fault.contains("samples of sync_batch_norm 0"), fault);
            assertTrue(fault.contains("samples of sync_batch_norm 1"), fault);
            Function<Collective, Module> last = r -> {
                SyncBatchNorm norm = new SyncBatchNorm(3, r);
                if (r.rank() == 1) {
                    norm.freezeStatistics();
                }
                return norm;
            };
            Replicas replicas = Replicas.of(2);
            List<Module> models = replicas.run(last);
            String waits = assertThrows(
                            IllegalStateException.class,
                            () -> replicas.run(r -> models.get(r.rank()).forward(x)))
                    .getMessage();
            assertTrue(waits.contains("replica 1, which has finished"), waits);
            assertEquals(
                    0,
                    models.get(0)
                            .namedBuffers()
                            .get("num_batches_tracked")
                            .get()
                            .item());
            return null;
        });
    }

    private static Module network(Collective r, int hidden) {
        RandomSource random = RandomSource.of(3);
        return new Sequential(
                new Conv2d(1, hidden, ConvOptions.kernel(1), random),
                new SyncBatchNorm(hidden, r),
                Layer.adaptiveAvgPool2d(1, 1),
                Layer.flatten(),
                new Linear(hidden, 1, true, DType.FLOAT32, random));
    }

    /** The error names the layer, and the first replica's counters have not moved. */
    @Test
    void inANetworkTheLayerIsNamed() {
        Replicas replicas = Replicas.of(2);
        List<Module> models = replicas.run(r -> network(r, 2));
        RuntimeException fault = assertThrows(
                IllegalArgumentException.class,
                () -> replicas.run(
                        r -> models.get(r.rank()).forward(random(2, 1, 4, 4 + r.rank()))));
        assertTrue(fault.getMessage().startsWith("1: replicas disagree"), fault.getMessage());
        assertEquals(
                0,
                models.get(0).namedBuffers().get("1.num_batches_tracked").get().item());
    }

    /** Gradients are all summed, or none is touched. */
    @Test
    void gradientsOfOtherModelsAreRefusedWhole() {
        Replicas replicas = Replicas.of(2);
        List<Module> models = replicas.run(r -> new Sequential(
                new Linear(2, 2, true, DType.FLOAT32, RandomSource.of(1)),
                new Linear(2, 1 + r.rank(), true, DType.FLOAT32, RandomSource.of(2))));
        for (Module model : models) {
            model.forward(Tensor.ones(1, 2)).sumAll().backward();
        }
        float[] before = models.get(0).namedParameters().get("0.weight").grad().toFloats();
        String fault = assertThrows(
                        IllegalStateException.class,
                        () -> replicas.run(r -> {
                            Gradients.sum(r, models.get(r.rank()));
                            return null;
                        }))
                .getMessage();
        assertTrue(fault.contains("float32(1, 2) of 1.weight"), fault);
        assertTrue(fault.contains("float32(2, 2) of 1.weight"), fault);
        assertArrayEquals(
                before, models.get(0).namedParameters().get("0.weight").grad().toFloats());
    }
}
