package org.fusegrad.train;

import org.fusegrad.data.Augmentation;
import org.fusegrad.data.DataLoader;
import org.fusegrad.data.Dataset;
import org.fusegrad.data.Normalization;
import org.fusegrad.optim.SGD;
import org.fusegrad.optim.Schedule;

/**
 * How a model is trained: SGD with momentum whose learning rate rises over the first twentieth of
 * the steps and then falls along half a cosine.
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
     * @throws IllegalArgumentException naming the option that does not fit
     */
    public TrainingPlan {
        require(
                epochs >= 1 && epochs <= MAX_EPOCHS,
                "--epochs must be within 1.." + MAX_EPOCHS,
                epochs);
        require(
                learningRate > 0 && Double.isFinite(learningRate),
                "--lr must be above 0",
                learningRate);
        require(momentum >= 0 && momentum < 1, "--momentum must be from 0 to below 1", momentum);
        require(
                weightDecay >= 0 && Double.isFinite(weightDecay),
                "--weight-decay must not be negative",
                weightDecay);
        require(batch >= 1, "--batch must be at least 1", batch);
        require(
                batch <= data.train().size(),
                "--batch is larger than the training data of " + data.train().size() + " images",
                batch);
    }

    private static void require(boolean holds, String sentence, Number got) {
        if (!holds) {
            throw new IllegalArgumentException(sentence + ", got " + got);
        }
    }

    /** The mean and deviation of the training images, which all images are normalised with. */
    Normalization normalization() {
        return data.train().normalization();
    }

    /** Shuffled and augmented; what does not fill a batch waits for the next epoch. */
    DataLoader trainLoader() {
        return DataLoader.builder(data.train(), batch)
                .normalize(normalization())
                .augment(augmentation)
                .seed(seed)
                .shuffle()
                .dropLast()
                .prefetch(2)
                .build();
    }

    DataLoader validationLoader() {
        int size = Math.min(EVALUATION_BATCH, data.test().size());
        return DataLoader.builder(data.test(), size).normalize(normalization()).build();
    }

    /** Steps of an epoch. */
    public int steps() {
        return data.train().size() / batch;
    }

    Schedule schedule() {
        long total = (long) epochs * steps();
        long warmup = total / 20;
        return Schedule.cosine(learningRate, 0, total - warmup).afterWarmup(warmup);
    }

    SGD.Options sgd() {
        return SGD.Options.DEFAULT.momentum(momentum).weightDecay(weightDecay);
    }
}
