package org.fusegrad.nn;

import java.util.Optional;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/** An affine map of the last axis: x Wᵀ + b, weight (out, in), bias (out). */
public final class Linear extends Module implements Foldable {
    private final Tensor weight;
    private final Optional<Tensor> bias;
    private final Fused formula;

    /** With bias, float32, random values from the current engine. */
    public Linear(int in, int out) {
        this(in, out, true, DType.FLOAT32, RandomSource.next());
    }

    public Linear(int in, int out, boolean bias, DType dtype, RandomSource random) {
        this(Init.kaimingUniform(random, dtype, out, in), bias, random);
    }

    private Linear(Tensor weight, boolean bias, RandomSource random) {
        this(weight, bias ? Optional.of(bias(weight, random)) : Optional.empty());
    }

    private static Tensor bias(Tensor weight, RandomSource random) {
        return Init.uniform(Init.bound(weight.shape()), random, weight.dtype(), weight.dim(0));
    }

    private Linear(Tensor weight, Optional<Tensor> bias) {
        this.weight = parameter("weight", weight);
        this.bias = bias.map(b -> parameter("bias", b));
        formula = Fused.of("linear", x -> {
            Tensor y = org.fusegrad.ops.LinearMaps.linear(x, weight);
            return this.bias.map(y::add).orElse(y);
        });
    }

    /**
     * (..., in) to (..., out).
     *
     * @throws IllegalArgumentException if the last axis is not of size {@code in}, or the type is
     *     another than that of the parameters
     */
    @Override
    public Tensor forward(Tensor x) {
        return watched(x, () -> {
            checkType(x, weight.dtype());
            if (x.rank() == 0 || x.dim(-1) != weight.dim(1)) {
                throw refusal(
                        x,
                        "its last axis is not of size " + weight.dim(1),
                        "flatten or permute it, or make the layer for this size");
            }
            return formula.call(x);
        });
    }

    public Tensor weight() {
        return weight;
    }

    @Override
    public Optional<Tensor> bias() {
        return bias;
    }

    @Override
    public Tensor appliedWeight() {
        return weight.detach().cast(DType.FLOAT64);
    }

    @Override
    public Linear withValues(Tensor newWeight, Tensor newBias) {
        DType type = weight.dtype();
        return new Linear(newWeight.cast(type), Optional.of(newBias.cast(type)));
    }

    @Override
    public int channelAxis(int rank) {
        return rank - 1;
    }

    @Override
    public String toString() {
        return "Linear(" + weight.dim(1) + ", " + weight.dim(0) + ")";
    }
}
