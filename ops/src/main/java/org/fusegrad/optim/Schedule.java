package org.fusegrad.optim;

/**
 * A learning rate as a function of the step (or epoch, as the caller counts), 0 being the first:
 * {@code optimizer.learningRate(schedule.at(epoch))}.
 */
@FunctionalInterface
public interface Schedule {
    double at(long step);

    /** The same at every step. */
    static Schedule constant(double rate) {
        return t -> rate;
    }

    /** Multiplied by gamma every {@code size} steps. */
    static Schedule step(double rate, int size, double gamma) {
        if (size < 1) {
            throw new IllegalArgumentException("a step is at least 1 long, got " + size);
        }
        return t -> rate * Math.pow(gamma, t / size);
    }

    /** Multiplied by gamma at each milestone. */
    static Schedule milestones(double rate, double gamma, long... milestones) {
        long[] at = milestones.clone();
        return t -> rate
                * Math.pow(
                        gamma, java.util.Arrays.stream(at).filter(m -> m <= t).count());
    }

    /**
     * Half a cosine from {@code rate} at 0 down to {@code least} at {@code length}, then constant.
     */
    static Schedule cosine(double rate, double least, long length) {
        return t -> {
            double part = Math.min(1, (double) t / Math.max(1, length));
            return least + (rate - least) * (1 + Math.cos(Math.PI * part)) / 2;
        };
    }

    /** A linear rise to this schedule's first rate over {@code steps} steps, then this schedule. */
    default Schedule afterWarmup(long steps) {
        return t -> t < steps ? at(0) * (t + 1) / (steps + 1) : at(t - steps);
    }
}
