package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.SyncBatchNorm;
import org.fusegrad.nn.parallel.Gradients;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.optim.SGD;
import org.fusegrad.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training on parts of a batch against training on the whole. */
final class DataParallelTest {
    private static final int STEPS = 8;
    private static final int BATCH = 12;

    private static Module network(Function<Integer, Module> norm) {
        RandomSource random = RandomSource.of(3);
        ConvOptions three = ConvOptions.kernel(3).padding(1);
        return new Sequential(
                new Conv2d(2, 6, three, random),
                norm.apply(6),
                Layer.relu(),
                new Conv2d(6, 4, three, random),
                norm.apply(4),
                Layer.relu(),
                Layer.adaptiveAvgPool2d(1, 1),
                Layer.flatten(),
                new Linear(4, 1, true, DType.FLOAT32, random));
    }

    private static Tensor images(int step) {
        return Samples.of(step).normal(BATCH, 2, 6, 6).cast(DType.FLOAT32);
    }

    private static Tensor targets(int step) {
        return Samples.of(100 + step).normal(BATCH, 1).cast(DType.FLOAT32);
    }

    private static void backward(Module model, Tensor x, Tensor target) {
        model.zeroGrad();
        Tensor error = model.forward(x).sub(target);
        error.square().sumAll().div(BATCH).backward();
    }

    /** Weights of convolutions are summed in other blocks: equal to rounding. */
    @ParameterizedTest
    @ValueSource(strings = {"12", "5 7", "1 4 7", "3 3 3 3"})
    void replicasTrainLikeOne(String text) {
        int[] cut = Stream.of(text.split(" ")).mapToInt(Integer::parseInt).toArray();
        Module single = network(BatchNorm2d::new);
        SGD optimizer = new SGD(single.parameters(), 0.05);
        for (int t = 0; t < STEPS; t++) {
            backward(single, images(t), targets(t));
            optimizer.step();
        }
        List<Module> models = Replicas.of(cut.length).run(r -> {
            Module model = network(c -> new SyncBatchNorm(c, r));
            SGD own = new SGD(model.parameters(), 0.05);
            int from = IntStream.of(cut).limit(r.rank()).sum();
            int to = from + cut[r.rank()];
            for (int t = 0; t < STEPS; t++) {
                backward(model, images(t).slice(0, from, to), targets(t).slice(0, from, to));
                Gradients.sum(r, model);
                own.step();
            }
            return model;
        });
        single.stateDict().forEach((path, value) -> {
            double[] first = models.get(0).stateDict().get(path).toDoubles();
            assertArrayEquals(value.toDoubles(), first, 2e-5, path);
            for (Module other : models) {
                assertArrayEquals(first, other.stateDict().get(path).toDoubles(), path);
            }
        });
    }
}
