package org.fusegrad.ops;

import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * Scalars that meet a tensor in a formula. As elsewhere, a {@code double} beside int64 or bool is
 * float32, and a {@code long} int64.
 */
final class Constants {
    private Constants() {}

    /** A scalar in the type that {@code x} computes in with it. */
    static Tensor like(Tensor x, double value) {
        boolean floating = x.dtype().isFloating();
        return Tensor.scalar(value, floating ? x.dtype().compute() : DType.FLOAT32);
    }

    /** A scalar in the type that {@code x} computes in with it. */
    static Tensor like(Tensor x, long value) {
        return x.dtype().isFloating() ? like(x, (double) value) : Tensor.scalar(value, DType.INT64);
    }

    /** {@code value} where the condition holds, else {@code x}; no gradient where it holds. */
    static Tensor replace(Tensor condition, double value, Tensor x) {
        return condition.where(like(x, value), x);
    }

    /** {@code value} where the condition holds, else {@code x}; no gradient where it holds. */
    static Tensor replace(Tensor condition, long value, Tensor x) {
        return condition.where(like(x, value), x);
    }
}
