package org.fusegrad.nn.norm;

import java.util.Arrays;
import org.fusegrad.State;
import org.fusegrad.Tensor;

/**
 * Running mean and spread (a variance, or a deviation) of channels. They move towards those of each
 * training step by the momentum (the weight of the new value), or by 1 / t at step t for the
 * cumulative average.
 */
final class RunningStatistics {
    private final State mean;
    private final State spread;
    private final State steps;
    private final NormOptions options;

    /** Around the states of a layer: (C), (C) and a counter. */
    RunningStatistics(State mean, State spread, State steps, NormOptions options) {
        this.mean = mean;
        this.spread = spread;
        this.steps = steps;
        this.options = options;
    }

    Tensor mean(int... shape) {
        return mean.read().reshape(shape);
    }

    Tensor spread(int... shape) {
        return spread.read().reshape(shape);
    }

    /** A norm that normalises with these. */
    ChannelMap map(Norm norm) {
        return norm.fixedMap(mean.get().toDoubles(), norm.deviations(spread));
    }

    /** What evaluation of a norm goes by. */
    RunningValues values(Norm norm) {
        return new RunningValues(mean.get().toDoubles(), norm.deviations(spread));
    }

    /** Steps before this one. */
    Tensor steps() {
        return steps.read();
    }

    /**
     * Takes in the statistics of a step, or of several one after the other: (steps, C, 1, ...) each
     * if the axes of size 1 are left out.
     */
    void update(Tensor stepMean, Tensor stepSpread) {
        Tensor t = steps.read().add(stepMean.dim(0));
        steps.write(t);
        move(mean, stepMean, t);
        move(spread, stepSpread, t);
    }

    private void move(State running, Tensor values, Tensor t) {
        Tensor old = running.read();
        int count = values.dim(0);
        double a = options.momentum();
        if (options.cumulative()) {
            Tensor each = t.cast(options.dtype()).reciprocal();
            Tensor sum = values.sum(0).reshape(old.dim(0));
            running.write(old.mul(each.mul(count).rsub(1)).add(sum.mul(each)));
        } else if (count == 1) {
            running.write(old.mul(1 - a).add(values.reshape(old.dim(0)).mul(a)));
        } else {
            Tensor sum = values.mul(weights(a, values)).sum(0).reshape(old.dim(0));
            running.write(old.mul(Math.pow(1 - a, count)).add(sum));
        }
    }

    /** What remains in the end of each of several values taken in one after the other. */
    private Tensor weights(double a, Tensor values) {
        int[] shape = new int[values.rank()];
        Arrays.fill(shape, 1);
        shape[0] = values.dim(0);
        double[] weights = new double[shape[0]];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = a * Math.pow(1 - a, weights.length - 1 - i);
        }
        return Tensor.of(weights, shape).cast(options.dtype());
    }
}
