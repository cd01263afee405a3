package org.fusegrad.nn.norm;

import org.fusegrad.Tensor;

/**
 * Layer normalization (Ba et al. 2016): each sample is centred and scaled by its mean and variance
 * over the trailing axes. Weight and bias have the shape of those axes.
 *
 * <p>Over a single element, which is a setting of the layer and not an accident of the batch, the
 * result is the bias and the gradient of the input 0, as in PyTorch.
 */
public final class LayerNorm extends TrailingNorm {
    /** With {@link NormOptions#DEFAULT}. */
    public LayerNorm(int... normalizedShape) {
        this(NormOptions.DEFAULT, normalizedShape);
    }

    /** Of the options, eps, affine and dtype matter. */
    public LayerNorm(NormOptions options, int... normalizedShape) {
        super("layer_norm", options, normalizedShape);
    }

    @Override
    protected Tensor normalize(Tensor x) {
        if (isEmpty(x)) {
            return affine(x);
        }
        int[] axes = axes(x);
        Tensor mean = x.mean(axes).named("mean");
        Tensor centred = x.sub(mean).named("xc");
        Tensor var = centred.square().mean(axes).named("var");
        Tensor xh = centred.div(var.add(options().eps()).sqrt()).named("xh");
        return affine(xh);
    }
}
