package org.fusegrad.nn.norm;

import java.util.stream.IntStream;
import org.fusegrad.Tensor;

/**
 * Ghost batch normalization (Hoffer et al. 2017) of (N, C) or (N, C, spatial...): in training, each
 * run of so many consecutive samples is normalised with its own statistics; weight and bias are
 * shared. Evaluation never splits: it uses running statistics, or if none are kept, those of the
 * whole batch.
 *
 * <p>As in the paper, the running statistics take in the ghost batches one after the other, so a
 * step moves them as often as there are ghost batches, and the counter too. A training batch must
 * be a multiple of the ghost batch: statistics of a shorter last one would weigh its samples more.
 */
public final class GhostBatchNorm extends BatchNorm {
    private final int samples;

    /** With {@link NormOptions#DEFAULT}. */
    public GhostBatchNorm(int samples, int channels) {
        this(samples, channels, NormOptions.DEFAULT);
    }

    /**
     * @param samples of a ghost batch
     */
    public GhostBatchNorm(int samples, int channels, NormOptions options) {
        super("ghost_batch_norm", channels, options, 2, 5);
        if (samples < 1) {
            throw new IllegalArgumentException(
                    "GhostBatchNorm: a ghost batch has at least 1 sample, not " + samples);
        }
        this.samples = samples;
    }

    @Override
    protected Tensor normalize(Tensor x) {
        Tensor xh = movesStatistics() && !isEmpty(x) ? ghosts(x) : standardize(x);
        return affine(xh, perChannel(x));
    }

    private Tensor ghosts(Tensor x) {
        int[] split = IntStream.concat(
                        IntStream.of(x.dim(0) / samples, samples),
                        IntStream.of(x.shape().dims()).skip(1))
                .toArray();
        int[] axes = IntStream.range(1, split.length).filter(i -> i != 2).toArray();
        int count = count(x) / split[0];

        Tensor g = x.reshape(split);
        Tensor mean = g.mean(axes).named("mean");
        Tensor centred = g.sub(mean).named("xc");
        Tensor var = centred.square().mean(axes).named("var");
        track(mean, var.mul((double) count / (count - 1)));
        return centred.div(var.add(options().eps()).sqrt())
                .named("xh")
                .reshape(x.shape().dims());
    }

    @Override
    boolean takesBatchStatistics() {
        return !movesStatistics() && super.takesBatchStatistics();
    }

    @Override
    protected void check(Tensor x) {
        super.check(x);
        if (movesStatistics() && x.dim(0) % samples != 0) {
            throw refusal(
                    x,
                    "a batch of " + x.dim(0) + " is not a multiple of the ghost batch of "
                            + samples,
                    "drop the last samples, or use ghost batches of another size");
        }
        if (movesStatistics()) {
            int ghosts = Math.max(1, x.dim(0) / samples);
            checkCount(x, count(x) / ghosts, "a larger ghost batch or image");
        }
    }

    @Override
    public String toString() {
        return "GhostBatchNorm(" + samples + ", " + channels() + ")";
    }
}
