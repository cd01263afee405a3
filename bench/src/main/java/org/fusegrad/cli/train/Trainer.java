package org.fusegrad.cli.train;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.fusegrad.DType;
import org.fusegrad.Engine;
import org.fusegrad.Scope;
import org.fusegrad.Shape;
import org.fusegrad.Tensor;
import org.fusegrad.data.Batch;
import org.fusegrad.data.DataLoader;
import org.fusegrad.nn.CrossEntropyLoss;
import org.fusegrad.nn.Module;
import org.fusegrad.optim.Optimizer;
import org.fusegrad.optim.SGD;
import org.fusegrad.optim.Schedule;
import org.fusegrad.run.Value;

/** The training loop. It prints and writes nothing; listeners do. */
public final class Trainer {
    /** Sums over batches, from which means over images follow. */
    private static final class Totals {
        private double loss;
        private long correct;
        private long images;

        void add(Batch batch, double meanLoss, Tensor logits) {
            loss += meanLoss * batch.count();
            correct += correct(logits, batch.labels());
            images += batch.count();
        }

        double loss() {
            return loss / images;
        }

        double accuracy() {
            return (double) correct / images;
        }
    }

    private final Engine engine;
    private final TrainingPlan plan;
    private final Module model;
    private final List<TrainingListener> listeners;
    private final CrossEntropyLoss loss = new CrossEntropyLoss();
    private final Optimizer optimizer;
    private final Schedule schedule;
    private final DataLoader training;
    private final DataLoader validation;
    private long steps;

    /** Prepares; data and model stay as they are. */
    public Trainer(
            Engine engine, TrainingPlan plan, Module model, List<TrainingListener> listeners) {
        this.engine = engine;
        this.plan = plan;
        this.model = model;
        this.listeners = List.copyOf(listeners);
        this.optimizer = new SGD(model.parameters(), plan.learningRate(), plan.sgd());
        this.schedule = plan.schedule();
        this.training = plan.trainLoader();
        this.validation = plan.validationLoader();
    }

    /**
     * Trains.
     *
     * @throws DivergedException if the loss stops being a number
     * @throws IOException if a listener cannot write
     */
    public void run() throws IOException {
        double best = Double.NEGATIVE_INFINITY;
        for (int epoch = 1; epoch <= plan.epochs(); epoch++) {
            EpochMetrics metrics = epoch(epoch);
            boolean better = metrics.valAccuracy() > best;
            best = Math.max(best, metrics.valAccuracy());
            for (TrainingListener listener : listeners) {
                listener.epoch(metrics, model, better);
            }
        }
    }

    private EpochMetrics epoch(int epoch) throws IOException {
        long start = System.nanoTime();
        Totals train = learn(epoch);
        double trainSeconds = (System.nanoTime() - start) * 1e-9;
        Totals held = engine.call(this::evaluate);
        double seconds = (System.nanoTime() - start) * 1e-9;
        return new EpochMetrics(
                epoch,
                train.loss(),
                train.accuracy(),
                held.loss(),
                held.accuracy(),
                optimizer.learningRate(),
                train.images / trainSeconds,
                seconds);
    }

    private Totals learn(int epoch) throws IOException {
        Totals totals = new Totals();
        model.train();
        int done = 0;
        Iterator<Batch> batches = training.epoch(epoch - 1).iterator();
        while (batches.hasNext()) {
            Batch batch = batches.next();
            engine.run(() -> step(batch, totals));
            if (!Double.isFinite(totals.loss)) {
                throw new DivergedException(epoch, done + 1);
            }
            done++;
            for (TrainingListener listener : listeners) {
                listener.step(epoch, done);
            }
        }
        return totals;
    }

    @SuppressWarnings("try")
    private void step(Batch batch, Totals totals) {
        optimizer.learningRate(schedule.at(steps++));
        try (Scope scope = engine.scope()) {
            Tensor logits = model.forward(images(batch));
            Tensor value = loss.call(logits, labels(batch));
            value.backward();
            optimizer.step();
            optimizer.zeroGrad();
            totals.add(batch, value.item(), logits);
        }
    }

    @SuppressWarnings("try")
    private Totals evaluate() {
        Totals totals = new Totals();
        model.eval();
        Tensor.noGrad(() -> {
            for (Batch batch : validation.epoch(0)) {
                try (Scope scope = engine.scope()) {
                    Tensor logits = model.forward(images(batch));
                    totals.add(batch, loss.call(logits, labels(batch)).item(), logits);
                }
            }
            return null;
        });
        return totals;
    }

    private static Tensor images(Batch b) {
        Shape shape = Shape.of(b.count(), b.channels(), b.height(), b.width());
        return Tensor.ofValue(Value.wrap(DType.FLOAT32, b.images(), shape));
    }

    private static Tensor labels(Batch b) {
        return Tensor.ofValue(Value.wrap(DType.INT64, b.labels(), Shape.of(b.count())));
    }

    /** How many rows are largest at their label. */
    private static int correct(Tensor logits, long[] labels) {
        float[] values = logits.toFloats();
        int classes = logits.dim(1);
        int correct = 0;
        for (int row = 0; row < labels.length; row++) {
            int best = 0;
            for (int k = 1; k < classes; k++) {
                best = values[row * classes + k] > values[row * classes + best] ? k : best;
            }
            correct += best == labels[row] ? 1 : 0;
        }
        return correct;
    }
}
