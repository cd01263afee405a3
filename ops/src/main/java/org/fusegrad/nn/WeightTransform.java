package org.fusegrad.nn;

import org.fusegrad.Tensor;
import org.fusegrad.ops.Reductions;

/**
 * A change that a convolution makes to its weight before it uses it. The parameter itself stays as
 * it is, and gradients flow through the transformation. Statistics are those of a filter: all
 * values that make one output channel.
 */
public enum WeightTransform {
    /** Used as it is. */
    NONE {
        @Override
        public Tensor apply(Tensor weight, int... filter) {
            return weight;
        }
    },

    /**
     * {@code W - mean(W)}: the weight centralization that moving average batch normalization wants
     * of the convolutions before it, since it does not centre itself (Yan et al., ICLR 2020).
     */
    CENTRALIZED {
        @Override
        public Tensor apply(Tensor weight, int... filter) {
            return weight.sub(weight.mean(filter));
        }
    },

    /**
     * {@code (W - mean(W)) / (std(W) + 1e-5)} with the unbiased deviation: weight standardization
     * (Qiao et al. 2019).
     */
    STANDARDIZED {
        @Override
        public Tensor apply(Tensor weight, int... filter) {
            Tensor deviation = Reductions.std(weight, 1, filter);
            return weight.sub(weight.mean(filter)).div(deviation.add(EPS));
        }
    };

    private static final double EPS = 1e-5;

    /**
     * The weight to use.
     *
     * @param filter axes of a filter; statistics are taken over them
     */
    public abstract Tensor apply(Tensor weight, int... filter);
}
