package org.fusegrad.train;

import org.fusegrad.Tensor;

/**
 * A loss as the trainer calls it: the mean over a batch, a scalar, of what a model answers against
 * what is wanted; {@code new CrossEntropyLoss()::call} is one.
 */
@FunctionalInterface
public interface Loss {
    /** The mean loss of outputs (N, ...) against targets (N, ...). */
    Tensor of(Tensor output, Tensor target);
}
