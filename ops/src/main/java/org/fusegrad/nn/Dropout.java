package org.fusegrad.nn;

import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * Dropout (Srivastava et al. 2014), with PyTorch's scaling: in training each element is zeroed with
 * a probability, others at each call, and the others are divided by what remains of it, so that the
 * expected value stays. In evaluation it is the identity.
 *
 * <p>The numbers are those of the current engine, see {@link Tensor#bernoulli}; the backward sees
 * the mask of its forward. Inside another formula it draws and changes mode as it does outside.
 */
public final class Dropout extends Module {
    private final double p;
    private final Fused formula = Fused.of("dropout", this::drop);

    /** With probability 0.5. */
    public Dropout() {
        this(0.5);
    }

    /**
     * A layer.
     *
     * @param p probability that an element is zeroed, from 0 to 1; with 1 all are
     */
    public Dropout(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException(
                    "Dropout: the probability to zero an element is from 0 to 1, not " + p);
        }
        this.p = p;
    }

    /**
     * Any shape to the same shape and type.
     *
     * @throws IllegalArgumentException if the type is not floating
     */
    @Override
    public Tensor forward(Tensor x) {
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    this + " needs a floating tensor, got " + x.dtype() + x.shape() + "; cast it");
        }
        return watched(x, () -> isTraining() && p > 0 ? formula.call(x) : x);
    }

    private Tensor drop(Tensor stored) {
        Tensor x = stored.cast(stored.dtype().compute());
        Tensor kept = Tensor.bernoulli(1 - p, x.shape().dims());
        double scale = p < 1 ? 1 / (1 - p) : 0;
        DType type = x.dtype();
        return x.mul(kept.cast(type).mul(scale)).cast(stored.dtype());
    }

    @Override
    public String toString() {
        return "Dropout(" + p + ")";
    }
}
