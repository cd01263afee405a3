package org.fusegrad.train;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.fusegrad.Engine;
import org.fusegrad.data.Batch;
import org.fusegrad.data.DataLoader;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.optim.Schedule;

/** The training loop. It prints and writes nothing; listeners do. */
public final class Trainer {
    /** Sums over batches, from which means over images follow. */
    private static final class Totals {
        private double loss;
        private long correct;
        private long images;

        void add(Learner.Part part) {
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

    private final Engine engine;
    private final TrainingPlan plan;
    private final Replicas replicas;
    private final List<Learner> learners;
    private final List<TrainingListener> listeners;
    private final Schedule schedule;
    private final DataLoader training;
    private final DataLoader validation;
    private long steps;

    /**
     * Prepares; data and models stay as they are.
     *
     * @param models one for each replica, equal at the start; they stay equal
     */
    public Trainer(
            Engine engine,
            TrainingPlan plan,
            Replicas replicas,
            List<? extends Module> models,
            List<TrainingListener> listeners) {
        this.engine = engine;
        this.plan = plan;
        this.replicas = replicas;
        this.learners = IntStream.range(0, models.size())
                .mapToObj(rank -> new Learner(models.get(rank), plan, replicas.member(rank)))
                .toList();
        this.listeners = List.copyOf(listeners);
        this.schedule = plan.schedule();
        this.training = plan.trainLoader();
        this.validation = plan.validationLoader();
    }

    /**
     * Trains.
     *
     * @throws DivergedException if the loss, of training or validation, stops being a number
     * @throws IOException if a listener cannot write
     */
    public void run() throws IOException {
        double best = Double.NEGATIVE_INFINITY;
        for (int epoch = 1; epoch <= plan.epochs(); epoch++) {
            EpochMetrics metrics = epoch(epoch);
            if (!Double.isFinite(metrics.valLoss())) {
                throw new DivergedException(epoch);
            }
            boolean better = metrics.valAccuracy() > best;
            best = Math.max(best, metrics.valAccuracy());
            for (TrainingListener listener : listeners) {
                listener.epoch(metrics, learners.get(0).model(), better);
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
                learners.get(0).learningRate(),
                train.images / trainSeconds,
                seconds);
    }

    private Totals learn(int epoch) throws IOException {
        Totals totals = new Totals();
        learners.forEach(learner -> learner.model().train());
        int done = 0;
        Iterator<Batch> batches = training.epoch(epoch - 1).iterator();
        while (batches.hasNext()) {
            Batch batch = batches.next();
            double rate = schedule.at(steps++);
            engine.call(() -> replicas.run(r -> learners.get(r.rank()).learn(batch, rate)))
                    .forEach(totals::add);
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

    private Totals evaluate() {
        Totals totals = new Totals();
        Learner any = learners.get(0);
        any.model().eval();
        for (Batch batch : validation.epoch(0)) {
            totals.add(any.evaluate(batch));
        }
        return totals;
    }
}
