package org.fusegrad.nn.norm;

import org.fusegrad.State;
import org.fusegrad.Tensor;

/**
 * Running mean and variance of channels. The mean moves towards that of each training step by the
 * momentum (the weight of the new value), or by 1 / t at step t for the cumulative average.
 */
final class RunningStatistics {
    private final State mean;
    private final State variance;
    private final State steps;
    private final NormOptions options;

    /** Around the states of a layer: (C), (C) and a counter. */
    RunningStatistics(State mean, State variance, State steps, NormOptions options) {
        this.mean = mean;
        this.variance = variance;
        this.steps = steps;
        this.options = options;
    }

    Tensor mean(int... shape) {
        return mean.read().reshape(shape);
    }

    Tensor variance(int... shape) {
        return variance.read().reshape(shape);
    }

    /** A norm that normalises with these. */
    ChannelMap map(Norm norm) {
        return norm.fixedMap(mean.get().toDoubles(), norm.deviations(variance));
    }

    /** Takes in the statistics of a step, (1, C, 1, ...) each; the variance unbiased. */
    void update(Tensor stepMean, Tensor stepVariance) {
        Tensor t = steps.read().add(1);
        steps.write(t);
        move(mean, stepMean, t);
        move(variance, stepVariance, t);
    }

    private void move(State running, Tensor value, Tensor t) {
        Tensor old = running.read();
        Tensor now = value.reshape(old.dim(0));
        if (options.cumulative()) {
            Tensor a = t.cast(options.dtype()).reciprocal();
            running.write(old.mul(a.rsub(1)).add(now.mul(a)));
        } else {
            running.write(old.mul(1 - options.momentum()).add(now.mul(options.momentum())));
        }
    }
}
