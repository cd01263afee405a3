package org.fusegrad.ops;

import org.fusegrad.Tensor;

/**
 * Softmax and its logarithm along one axis, shifted by the maximum, through which no gradient
 * flows.
 */
public final class Softmax {
    private Softmax() {}

    /** exp(x) divided by its sum along the axis. */
    public static Tensor softmax(Tensor x, int axis) {
        Tensor e = shifted(x, axis).exp();
        return e.div(e.sum(axis));
    }

    /** log(softmax(x)), accurate where the softmax underflows. */
    public static Tensor logSoftmax(Tensor x, int axis) {
        Tensor s = shifted(x, axis);
        return s.sub(s.exp().sum(axis).log());
    }

    private static Tensor shifted(Tensor x, int axis) {
        return x.sub(x.max(axis).detach());
    }
}
