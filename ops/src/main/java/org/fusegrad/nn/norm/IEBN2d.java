package org.fusegrad.nn.norm;

import org.fusegrad.Tensor;
import org.fusegrad.nn.Init;

/**
 * Instance enhancement batch normalization (Liang et al., AAAI 2020) of (N, C, H, W): batch
 * normalization whose weight is scaled, for each channel of each sample, by an attention
 *
 * <pre>a[n, c] = sigmoid(mean over space of x * weightReadjust + biasReadjust)</pre>
 *
 * <p>taken of the raw input, in evaluation too. It starts at sigmoid(-1), about 0.27; the bias is
 * not scaled. Since it depends on the input, the layer cannot be folded into a convolution.
 */
public final class IEBN2d extends BatchNorm {
    private final Tensor weightReadjust;
    private final Tensor biasReadjust;

    /** With {@link NormOptions#DEFAULT}. */
    public IEBN2d(int channels) {
        this(channels, NormOptions.DEFAULT);
    }

    public IEBN2d(int channels, NormOptions options) {
        super("iebn", channels, options, 4, 4);
        weightReadjust = parameter("weight_readjust", Init.full(0, options.dtype(), channels));
        biasReadjust = parameter("bias_readjust", Init.full(-1, options.dtype(), channels));
    }

    @Override
    protected Tensor normalize(Tensor x) {
        int[] c = perChannel(x);
        int[] space = axesFrom(2, x);
        Tensor pooled = isEmpty(x) ? x.sum(space) : x.mean(space);
        Tensor attention = pooled.mul(weightReadjust.reshape(c))
                .add(biasReadjust.reshape(c))
                .sigmoid();
        return affine(standardize(x).mul(attention), c);
    }

    /** The attention stands between, and inside the bias. */
    @Override
    public boolean isPlainlyAffine() {
        return false;
    }

    @Override
    public ChannelMap channelMap() {
        return new ChannelMap.Varying("scales each sample by an attention of its own");
    }
}
