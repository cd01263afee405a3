package org.fusegrad.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.fusegrad.Engine;
import org.fusegrad.data.Batch;
import org.fusegrad.data.DataLoader;
import org.fusegrad.nn.CrossEntropyLoss;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.optim.Optimizer;
import org.fusegrad.optim.Schedule;

/**
 * The training loop of a model that tells classes of images apart: any module that answers (N,
 * classes), any optimiser, schedule and loss. It prints and writes nothing; listeners do.
 *
 * <pre>{@code
 * Trainer.of(model, new SGD(model.parameters(), 0.1))
 *         .schedule(Schedule.cosine(0.1, 0, 10 * training.batches()))
 *         .listener(new EpochTable(out))
 *         .build()
 *         .run(training, validation, 10);
 * }</pre>
 *
 * <p>For one thread at a time.
 */
public final class Trainer {
    /** Sums over batches, from which means over images follow. */
    private static final class Totals {
        private double loss;
        private long correct;
        private long images;

        void add(TrainStep.Part part) {
            loss += part.loss();
            correct += part.correct();
            images += part.images();
        }

        double loss() {
            return loss / images;
        }

        double accuracy() {
            return (double) correct / images;
        }
    }

    /** A trainer to configure. */
    public static final class Builder {
        private final Replicas replicas;
        private final List<? extends Module> models;
        private final List<? extends Optimizer> optimizers;
        private final List<TrainingListener> listeners = new ArrayList<>();
        private Engine engine;
        private Loss loss = new CrossEntropyLoss()::call;
        private Schedule schedule;

        private Builder(
                Replicas replicas,
                List<? extends Module> models,
                List<? extends Optimizer> optimizers) {
            this.replicas = replicas;
            this.models = models;
            this.optimizers = optimizers;
            this.schedule = Schedule.constant(optimizers.get(0).learningRate());
        }

        /** The engine that computes; by default the one current at {@link #build}. */
        public Builder engine(Engine value) {
            engine = value;
            return this;
        }

        /** What is made small; by default cross entropy of logits against class indices. */
        public Builder loss(Loss value) {
            loss = value;
            return this;
        }

        /**
         * The learning rate by step, counted over all epochs from 0; by default what the optimiser
         * has.
         */
        public Builder schedule(Schedule value) {
            schedule = value;
            return this;
        }

        /** Hears how training goes, after those added before. */
        public Builder listener(TrainingListener value) {
            listeners.add(value);
            return this;
        }

        /** As {@link #listener} for each. */
        public Builder listeners(List<TrainingListener> values) {
            listeners.addAll(values);
            return this;
        }

        /** The trainer. */
        public Trainer build() {
            return new Trainer(this);
        }
    }

    private final Engine engine;
    private final Replicas replicas;
    private final List<TrainStep> steps;
    private final List<TrainingListener> listeners;
    private final Schedule schedule;
    private long done;

    private Trainer(Builder b) {
        this.engine = b.engine == null ? Engine.current() : b.engine;
        this.replicas = b.replicas;
        this.steps = IntStream.range(0, b.models.size())
                .mapToObj(rank -> new TrainStep(
                        b.models.get(rank),
                        b.optimizers.get(rank),
                        b.loss,
                        b.replicas.member(rank)))
                .toList();
        this.listeners = List.copyOf(b.listeners);
        this.schedule = b.schedule;
    }

    /** A trainer of one model by one optimiser of its parameters. */
    public static Builder of(Module model, Optimizer optimizer) {
        return new Builder(Replicas.of(1), List.of(model), List.of(optimizer));
    }

    /**
     * A trainer of replicas, each of which learns from a part of every batch.
     *
     * @param models one for each replica, equal at the start; they stay equal
     * @param optimizer of a replica's parameters
     * @throws IllegalArgumentException if there is not one model for each replica
     */
    public static Builder of(
            Replicas replicas,
            List<? extends Module> models,
            Function<Module, ? extends Optimizer> optimizer) {
        if (models.size() != replicas.size()) {
            throw new IllegalArgumentException(
                    "one model for each of " + replicas.size() + " replicas, got " + models.size());
        }
        List<? extends Optimizer> optimizers = models.stream().map(optimizer).toList();
        return new Builder(replicas, List.copyOf(models), optimizers);
    }

    /**
     * Trains. A second call goes on: it counts epochs from 1 again, but not the schedule's steps.
     *
     * @param training batches to learn from
     * @param validation batches to measure on after each epoch, in evaluation mode
     * @throws DivergedException if the loss, of training or validation, stops being a number
     * @throws IOException if a listener cannot write
     */
    public void run(DataLoader training, DataLoader validation, int epochs) throws IOException {
        double best = Double.NEGATIVE_INFINITY;
        for (int epoch = 1; epoch <= epochs; epoch++) {
            EpochMetrics metrics = epoch(epoch, training, validation);
            if (!Double.isFinite(metrics.valLoss())) {
                throw new DivergedException(epoch);
            }
            boolean better = metrics.valAccuracy() > best;
            best = Math.max(best, metrics.valAccuracy());
            for (TrainingListener listener : listeners) {
                listener.epoch(metrics, steps.get(0).model(), better);
            }
        }
    }

    private EpochMetrics epoch(int epoch, DataLoader training, DataLoader validation)
            throws IOException {
        long start = System.nanoTime();
        Totals train = learn(epoch, training.epoch(epoch - 1).iterator());
        double trainSeconds = (System.nanoTime() - start) * 1e-9;
        Totals held = engine.call(() -> evaluate(validation));
        double seconds = (System.nanoTime() - start) * 1e-9;
        return new EpochMetrics(
                epoch,
                train.loss(),
                train.accuracy(),
                held.loss(),
                held.accuracy(),
                steps.get(0).optimizer().learningRate(),
                train.images / trainSeconds,
                seconds);
    }

    private Totals learn(int epoch, Iterator<Batch> batches) throws IOException {
        Totals totals = new Totals();
        steps.forEach(step -> step.model().train());
        for (int step = 1; batches.hasNext(); step++) {
            Batch batch = batches.next();
            double rate = schedule.at(done++);
            steps.forEach(s -> s.optimizer().learningRate(rate));
            engine.call(() -> replicas.run(r -> steps.get(r.rank()).learn(batch)))
                    .forEach(totals::add);
            if (!Double.isFinite(totals.loss)) {
                throw new DivergedException(epoch, step);
            }
            for (TrainingListener listener : listeners) {
                listener.step(epoch, step);
            }
        }
        return totals;
    }

    private Totals evaluate(DataLoader validation) {
        Totals totals = new Totals();
        TrainStep any = steps.get(0);
        any.model().eval();
        for (Batch batch : validation.epoch(0)) {
            totals.add(any.evaluate(batch));
        }
        return totals;
    }
}
