package org.fusegrad.nn.norm;

import java.util.Optional;
import org.fusegrad.Setting;
import org.fusegrad.Tensor;

/**
 * Batch normalization (Ioffe and Szegedy 2015): each channel of (N, C, spatial...) is centred and
 * scaled by its mean and variance over batch and space, then by its learned weight and bias.
 *
 * <p>In training the running statistics take in the step's mean and unbiased variance; in
 * evaluation, or while frozen, they are what is normalised with. An empty batch yields an empty
 * result and moves nothing.
 */
public abstract class BatchNorm extends ChannelNorm {
    private final int minRank;
    private final int maxRank;
    private final Setting<Optional<GivenStatistics>> given = Setting.of(Optional.empty());

    BatchNorm(int channels, NormOptions options, int minRank, int maxRank) {
        this("batch_norm", channels, options, minRank, maxRank);
    }

    /** For layers built on batch normalization. */
    BatchNorm(String name, int channels, NormOptions options, int minRank, int maxRank) {
        super(name, channels, options);
        this.minRank = minRank;
        this.maxRank = maxRank;
    }

    @Override
    protected Tensor normalize(Tensor x) {
        return affine(standardize(x), perChannel(x));
    }

    /** The formula without learned parameters. */
    protected final Tensor standardize(Tensor x) {
        if (isGiven()) {
            return given.get().get().standardize(x, options().eps(), perChannel(x));
        }
        if (!usesInputStatistics()) {
            return withRunningStatistics(x);
        }
        if (isEmpty(x)) {
            return x;
        }
        int[] axes = axesFrom(0, x);
        Tensor mean = x.mean(axes).named("mean");
        Tensor centred = x.sub(mean).named("xc");
        Tensor var = centred.square().mean(axes).named("var");
        int count = count(x);
        track(mean, var.mul((double) count / (count - 1)));
        return centred.div(var.add(options().eps()).sqrt()).named("xh");
    }

    @Override
    protected void check(Tensor x) {
        checkChannels(x, minRank, maxRank);
        if (!isGiven()) {
            checkCount(x, count(x), "a larger batch or image");
        }
    }

    // For MicroBatches.

    /** Normalises with these statistics until given none. */
    final void give(GivenStatistics statistics) {
        given.set(Optional.ofNullable(statistics));
    }

    final boolean isGiven() {
        return given.get().isPresent();
    }

    /** Whether its statistics, as it is set now, are those of the whole batch. */
    boolean takesBatchStatistics() {
        return usesInputStatistics();
    }

    /** Lets running statistics take in those of a whole batch. */
    final void track(Moments all) {
        int n = channels();
        double unbiased = all.count() / (all.count() - 1.0);
        track(
                Tensor.of(all.mean(), 1, n).cast(options().dtype()),
                Tensor.of(all.variance(), 1, n).mul(unbiased).cast(options().dtype()));
    }

    @Override
    protected Object mode() {
        return isGiven() ? given.get() : super.mode();
    }
}
