package org.fusegrad.train;

/**
 * The figures of one epoch.
 *
 * @param epoch from 1 on
 * @param trainLoss mean over the epoch's images, in training mode while they were learned from
 * @param valLoss mean over the held-out images, in evaluation mode after the epoch
 * @param learningRate of the last step
 * @param imagesPerSecond of training, validation not counted
 * @param seconds of training and validation
 */
public record EpochMetrics(
        int epoch,
        double trainLoss,
        double trainAccuracy,
        double valLoss,
        double valAccuracy,
        double learningRate,
        double imagesPerSecond,
        double seconds) {}
