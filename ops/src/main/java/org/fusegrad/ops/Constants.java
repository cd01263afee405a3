package org.fusegrad.ops;

import org.fusegrad.Tensor;

/** Scalars that meet a tensor in a formula. */
final class Constants {
    private Constants() {}

    /** A scalar in the type that {@code x} computes in. */
    static Tensor like(Tensor x, double value) {
        return Tensor.scalar(value, x.dtype().compute());
    }

    /** {@code value} where the condition holds, else {@code x}; no gradient where it holds. */
    static Tensor replace(Tensor condition, double value, Tensor x) {
        return condition.where(like(x, value), x);
    }
}
