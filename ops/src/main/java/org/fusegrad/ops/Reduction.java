package org.fusegrad.ops;

import org.fusegrad.Tensor;

/** The way from the losses of single elements to one. */
public enum Reduction {
    /** They stay as they are. */
    NONE,
    /** Their mean. */
    MEAN,
    /** Their sum. */
    SUM,
    /** Their sum divided by the size of the first axis. */
    BATCH_MEAN;

    Tensor apply(Tensor losses) {
        return switch (this) {
            case NONE -> losses;
            case MEAN -> losses.meanAll();
            case SUM -> losses.sumAll();
            case BATCH_MEAN -> losses.sumAll().div(samples(losses));
        };
    }

    private static int samples(Tensor losses) {
        if (losses.rank() == 0) {
            throw new IllegalArgumentException(
                    "BATCH_MEAN of a scalar loss: it has no batch axis; use MEAN");
        }
        return losses.dim(0);
    }
}
