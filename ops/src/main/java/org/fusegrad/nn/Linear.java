package org.fusegrad.nn;

import java.util.Optional;
import org.fusegrad.DType;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;

/** An affine map of the last axis: x Wᵀ + b, weight (out, in), bias (out). */
public final class Linear extends Module {
    private final Tensor weight;
    private final Optional<Tensor> bias;
    private final Fused formula;

    /** With bias, float32, random values from the current engine. */
    public Linear(int in, int out) {
        this(in, out, true, DType.FLOAT32, RandomSource.next());
    }

    public Linear(int in, int out, boolean bias, DType dtype, RandomSource random) {
        weight = parameter("weight", Init.kaimingUniform(random, dtype, out, in));
        double bound = Init.bound(weight.shape());
        this.bias = bias
                ? Optional.of(parameter("bias", Init.uniform(bound, random, dtype, out)))
                : Optional.empty();
        formula = Fused.of("linear", x -> {
            Tensor y = org.fusegrad.ops.Linear.linear(x, weight);
            return this.bias.map(y::add).orElse(y);
        });
    }

    /**
     * (..., in) to (..., out).
     *
     * @throws IllegalArgumentException if the last axis is not of size {@code in}
     */
    @Override
    public Tensor forward(Tensor x) {
        return watched(x, () -> formula.call(x));
    }

    public Tensor weight() {
        return weight;
    }

    public Optional<Tensor> bias() {
        return bias;
    }

    @Override
    public String toString() {
        return "Linear(" + weight.dim(1) + ", " + weight.dim(0) + ")";
    }
}
