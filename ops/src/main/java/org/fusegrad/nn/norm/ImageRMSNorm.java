package org.fusegrad.nn.norm;

import org.fusegrad.Tensor;

/**
 * Root mean square normalization (Zhang and Sennrich 2019) of images: each sample of (N, C,
 * spatial...) is scaled by the root mean square over channels and space, without centring. Weight
 * and bias are per channel, as in the other norms of convolutional networks.
 */
public final class ImageRMSNorm extends ChannelNorm {
    /** With {@link NormOptions#DEFAULT}. */
    public ImageRMSNorm(int channels) {
        this(channels, NormOptions.DEFAULT);
    }

    /** Of the options, eps, affine and dtype matter. */
    public ImageRMSNorm(int channels, NormOptions options) {
        super("rms_norm", channels, options.trackRunningStats(false));
    }

    @Override
    protected Tensor normalize(Tensor x) {
        if (isEmpty(x)) {
            return affine(x, perChannel(x));
        }
        Tensor square = x.square().mean(axesFrom(1, x)).mean(1).named("ms");
        return affine(x.div(square.add(options().eps()).sqrt()).named("xh"), perChannel(x));
    }

    @Override
    public boolean isCentring() {
        return false;
    }

    @Override
    protected void check(Tensor x) {
        checkChannels(x, 2, 5);
    }
}
