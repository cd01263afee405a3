package org.fusegrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;
import org.fusegrad.data.DataLoader;
import org.fusegrad.data.Dataset;
import org.fusegrad.data.Digits;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.optim.Adam;
import org.fusegrad.optim.SGD;
import org.fusegrad.optim.Schedule;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

/** The loop with modules, optimisers, losses and schedules of a user's own. */
final class TrainerTest {
    private static final int BATCH = 50;
    private static final int CLASSES = 10;

    private static final Dataset.Split DIGITS = Digits.split();

    private static Module network() {
        Dataset train = DIGITS.train();
        int pixels = train.height() * train.width();
        return new Sequential(List.of(
                Layer.of("flatten", x -> x.reshape(x.dim(0), pixels)),
                new Linear(pixels, CLASSES)));
    }

    private static DataLoader loader(Dataset data) {
        return DataLoader.builder(data, BATCH)
                .normalize(DIGITS.train().normalization())
                .dropLast()
                .build();
    }

    private static final class Rates implements TrainingListener {
        final List<EpochMetrics> epochs = new ArrayList<>();
        int steps;

        @Override
        public void step(int epoch, int done) {
            steps++;
        }

        @Override
        public void epoch(EpochMetrics metrics, Module model, boolean best) {
            epochs.add(metrics);
        }
    }

    @Test
    void anyModuleAndOptimiserLearn() throws IOException {
        try (Engine engine = Engine.builder().seed(1).build()) {
            Module model = engine.call(TrainerTest::network);
            Rates heard = new Rates();
            Trainer trainer = Trainer.of(model, new Adam(model.parameters(), 0.01))
                    .engine(engine)
                    .listener(heard)
                    .build();
            DataLoader training = loader(DIGITS.train());
            trainer.run(training, loader(DIGITS.test()), 3);
            assertEquals(3, heard.epochs.size());
            assertEquals(3 * training.batches(), heard.steps);
            EpochMetrics last = heard.epochs.get(2);
            assertTrue(last.trainLoss() < heard.epochs.get(0).trainLoss() / 2);
            assertTrue(last.valAccuracy() > 0.85, () -> "accuracy " + last.valAccuracy());
            assertEquals(0.01, last.learningRate());
        }
    }

    @Test
    void theLossAndTheScheduleAreTheCallers() throws IOException {
        try (Engine engine = Engine.builder().seed(1).build()) {
            Module model = engine.call(TrainerTest::network);
            int perEpoch = loader(DIGITS.train()).batches();
            List<Integer> targets = new ArrayList<>();
            Loss squares = (output, target) -> {
                targets.add(target.dim(0));
                Tensor wanted = Tensor.arange(CLASSES)
                        .reshape(1, CLASSES)
                        .eq(target.reshape(target.dim(0), 1))
                        .cast(DType.FLOAT32);
                return output.sub(wanted).square().meanAll();
            };
            Rates heard = new Rates();
            Trainer trainer = Trainer.of(model, new SGD(model.parameters(), 1))
                    .engine(engine)
                    .loss(squares)
                    .schedule(step -> 0.02 / (1 + step / perEpoch))
                    .listener(heard)
                    .build();
            trainer.run(loader(DIGITS.train()), loader(DIGITS.test()), 2);
            assertEquals(0.02, heard.epochs.get(0).learningRate());
            assertEquals(0.01, heard.epochs.get(1).learningRate());
            assertTrue(heard.epochs.get(1).trainLoss() < heard.epochs.get(0).trainLoss());
            assertTrue(targets.size() > 2 * perEpoch, "asked in validation too");
            trainer.run(loader(DIGITS.train()), loader(DIGITS.test()), 1);
            assertEquals(0.02 / 3, heard.epochs.get(2).learningRate(), 1e-15);
        }
    }

    @Test
    void whatDivergesSaysWhereAndWhatToDo() {
        try (Engine engine = Engine.builder().seed(1).build()) {
            Module model = engine.call(TrainerTest::network);
            Trainer trainer = Trainer.of(model, new SGD(model.parameters(), 0.1))
                    .engine(engine)
                    .schedule(Schedule.constant(3e38))
                    .build();
            DivergedException e = assertThrows(
                    DivergedException.class,
                    () -> trainer.run(loader(DIGITS.train()), loader(DIGITS.test()), 1));
            assertTrue(e.getMessage().contains("of epoch 1; take a smaller learning rate"));
        }
    }

    @Test
    void eachReplicaNeedsAModel() {
        Module model = network();
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> Trainer.of(
                        Replicas.of(2), List.of(model), m -> new SGD(m.parameters(), 0.1)));
        assertEquals("one model for each of 2 replicas, got 1", e.getMessage());
    }
}
