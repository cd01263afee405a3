package org.fusegrad.nn.norm;

import org.fusegrad.Tensor;

/**
 * Instance normalization (Ulyanov et al. 2016): each channel of each sample of (N, C, spatial...),
 * with 1 to 3 spatial axes, is centred and scaled by its mean and variance over space.
 *
 * <p>By default there are neither learned parameters nor running statistics. With the latter on,
 * they take in the mean over the batch of the means and unbiased variances, and serve in
 * evaluation.
 */
public final class InstanceNorm extends ChannelNorm {
    /** Neither learned parameters nor running statistics. */
    public static final NormOptions DEFAULT =
            NormOptions.DEFAULT.affine(Affine.NONE).trackRunningStats(false);

    /** With {@link #DEFAULT}. */
    public InstanceNorm(int channels) {
        this(channels, DEFAULT);
    }

    public InstanceNorm(int channels, NormOptions options) {
        super("instance_norm", channels, options);
    }

    @Override
    protected Tensor normalize(Tensor x) {
        return affine(standardize(x), perChannel(x));
    }

    private Tensor standardize(Tensor x) {
        if (!usesInputStatistics()) {
            return withRunningStatistics(x);
        }
        if (isEmpty(x)) {
            return x;
        }
        int[] axes = axesFrom(2, x);
        Tensor mean = x.mean(axes).named("mean");
        Tensor centred = x.sub(mean).named("xc");
        Tensor var = centred.square().mean(axes).named("var");
        int count = instance(x);
        track(mean.mean(0), var.mean(0).mul((double) count / (count - 1)));
        return centred.div(var.add(options().eps()).sqrt()).named("xh");
    }

    /** Values of a channel of a sample. */
    private static int instance(Tensor x) {
        return x.shape().numel() / Math.max(1, x.dim(0) * x.dim(1));
    }

    @Override
    protected void check(Tensor x) {
        checkChannels(x, 3, 5);
        checkCount(x, instance(x), "a larger image");
    }
}
