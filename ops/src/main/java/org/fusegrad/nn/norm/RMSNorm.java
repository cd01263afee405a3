package org.fusegrad.nn.norm;

import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * Root mean square normalization (Zhang and Sennrich 2019): each sample is scaled by the root mean
 * square over the trailing axes, without centring. The weight has the shape of those axes; there is
 * no bias by default. Over a single element the result is its sign, but for eps, times the weight.
 */
public final class RMSNorm extends TrailingNorm {
    /** A weight, float32, and the smallest eps that counts beside 1. */
    public RMSNorm(int... normalizedShape) {
        this(defaults(DType.FLOAT32), normalizedShape);
    }

    /** Of the options, eps, affine and dtype matter. */
    public RMSNorm(NormOptions options, int... normalizedShape) {
        super("rms_norm", options, normalizedShape);
    }

    /** PyTorch's: a weight, and the distance of 1 to the next number as eps. */
    public static NormOptions defaults(DType dtype) {
        double eps = dtype == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1f);
        return NormOptions.DEFAULT.affine(Affine.WEIGHT).eps(eps).dtype(dtype);
    }

    @Override
    protected Tensor normalize(Tensor x) {
        if (isEmpty(x)) {
            return affine(x);
        }
        Tensor square = x.square().mean(axes(x)).named("ms");
        return affine(x.div(square.add(options().eps()).sqrt()).named("xh"));
    }

    @Override
    public boolean isCentring() {
        return false;
    }
}
