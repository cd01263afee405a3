package org.fusegrad.train;

import java.io.IOException;
import java.util.List;
import org.fusegrad.data.Augmentation;
import org.fusegrad.data.DataLoader;
import org.fusegrad.data.Dataset;
import org.fusegrad.data.Normalization;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.optim.SGD;
import org.fusegrad.optim.Schedule;

/**
 * A plan of how a model is trained: SGD with momentum whose learning rate rises over the first
 * twentieth of the steps and then falls along half a cosine.
 *
 * @param data to learn from, and held out
 * @param seed of initial values, order and augmentation
 */
public record TrainingPlan(
        Dataset.Split data,
        int batch,
        int epochs,
        double learningRate,
        double momentum,
        double weightDecay,
        Augmentation augmentation,
        long seed) {
    private static final int EVALUATION_BATCH = 256;
    private static final int MAX_EPOCHS = 100_000;

    /**
     * Checks everything.
     *
     * @throws IllegalArgumentException naming what does not fit
     */
    public TrainingPlan {
        require(
                epochs >= 1 && epochs <= MAX_EPOCHS,
                "epochs must be within 1.." + MAX_EPOCHS,
                epochs);
        require(
                learningRate > 0 && Double.isFinite(learningRate),
                "the learning rate must be above 0",
                learningRate);
        require(momentum >= 0 && momentum < 1, "momentum must be from 0 to below 1", momentum);
        require(
                weightDecay >= 0 && Double.isFinite(weightDecay),
                "the weight decay must not be negative",
                weightDecay);
        require(batch >= 1, "a batch must be at least 1", batch);
        require(
                batch <= data.train().size(),
                "a batch is larger than the training data of " + data.train().size() + " images",
                batch);
    }

    private static void require(boolean holds, String sentence, Number got) {
        if (!holds) {
            throw new IllegalArgumentException(sentence + ", got " + got);
        }
    }

    /** The mean and deviation of the training images, which all images are normalised with. */
    private Normalization normalization() {
        return data.train().normalization();
    }

    /** Shuffled and augmented; what does not fill a batch waits for the next epoch. */
    private DataLoader trainLoader() {
        return DataLoader.builder(data.train(), batch)
                .normalize(normalization())
                .augment(augmentation)
                .seed(seed)
                .shuffle()
                .dropLast()
                .prefetch(2)
                .build();
    }

    private DataLoader validationLoader() {
        int size = Math.min(EVALUATION_BATCH, data.test().size());
        return DataLoader.builder(data.test(), size).normalize(normalization()).build();
    }

    /** Steps of an epoch. */
    public int steps() {
        return data.train().size() / batch;
    }

    private Schedule schedule() {
        long total = (long) epochs * steps();
        long warmup = total / 20;
        return Schedule.cosine(learningRate, 0, total - warmup).afterWarmup(warmup);
    }

    /**
     * The trainer of this plan; {@link #run} starts it.
     *
     * @param models one for each replica, equal at the start; they stay equal
     */
    public Trainer.Builder trainer(Replicas replicas, List<? extends Module> models) {
        return Trainer.of(replicas, models, m -> new SGD(m.parameters(), learningRate, sgd()))
                .schedule(schedule());
    }

    /**
     * Trains on the data of this plan for as many epochs as it says.
     *
     * @throws DivergedException if the loss stops being a number
     * @throws IOException if a listener cannot write
     */
    public void run(Trainer trainer) throws IOException {
        trainer.run(trainLoader(), validationLoader(), epochs);
    }

    private SGD.Options sgd() {
        return SGD.Options.DEFAULT.momentum(momentum).weightDecay(weightDecay);
    }
}
