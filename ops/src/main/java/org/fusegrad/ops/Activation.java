package org.fusegrad.ops;

import java.util.function.UnaryOperator;
import org.fusegrad.Tensor;

/**
 * An activation as a value: equal ones are the same function, so that a fused formula that ends in
 * one can be found again.
 *
 * @param kind which function
 * @param parameter slope of {@link Kind#LEAKY_RELU}, alpha of {@link Kind#ELU}; 0 for the others
 */
public record Activation(Kind kind, double parameter) implements UnaryOperator<Tensor> {
    /** The functions; see {@link Activations}. */
    public enum Kind {
        NONE,
        RELU,
        RELU6,
        LEAKY_RELU,
        ELU,
        SELU,
        GELU,
        GELU_TANH,
        SILU,
        MISH,
        SOFTPLUS,
        SIGMOID,
        TANH,
        HARDSIGMOID,
        HARDSWISH
    }

    public static final Activation NONE = of(Kind.NONE);
    public static final Activation RELU = of(Kind.RELU);
    public static final Activation RELU6 = of(Kind.RELU6);
    public static final Activation SELU = of(Kind.SELU);
    public static final Activation GELU = of(Kind.GELU);
    public static final Activation GELU_TANH = of(Kind.GELU_TANH);
    public static final Activation SILU = of(Kind.SILU);
    public static final Activation MISH = of(Kind.MISH);
    public static final Activation SOFTPLUS = of(Kind.SOFTPLUS);
    public static final Activation SIGMOID = of(Kind.SIGMOID);
    public static final Activation TANH = of(Kind.TANH);
    public static final Activation HARDSIGMOID = of(Kind.HARDSIGMOID);
    public static final Activation HARDSWISH = of(Kind.HARDSWISH);

    private static Activation of(Kind kind) {
        return new Activation(kind, 0);
    }

    public static Activation leakyRelu(double slope) {
        return new Activation(Kind.LEAKY_RELU, slope);
    }

    public static Activation elu(double alpha) {
        return new Activation(Kind.ELU, alpha);
    }

    @Override
    public Tensor apply(Tensor x) {
        return switch (kind) {
            case NONE -> x;
            case RELU -> Activations.relu(x);
            case RELU6 -> Activations.relu6(x);
            case LEAKY_RELU -> Activations.leakyRelu(x, parameter);
            case ELU -> Activations.elu(x, parameter);
            case SELU -> Activations.selu(x);
            case GELU -> Activations.gelu(x);
            case GELU_TANH -> Activations.geluTanh(x);
            case SILU -> Activations.silu(x);
            case MISH -> Activations.mish(x);
            case SOFTPLUS -> Activations.softplus(x);
            case SIGMOID -> x.sigmoid();
            case TANH -> x.tanh();
            case HARDSIGMOID -> Activations.hardsigmoid(x);
            case HARDSWISH -> Activations.hardswish(x);
        };
    }

    /** The name in lower case, with the parameter if there is one. */
    @Override
    public String toString() {
        String name = kind.name().toLowerCase(java.util.Locale.ROOT);
        boolean plain = kind != Kind.LEAKY_RELU && kind != Kind.ELU;
        return plain ? name : name + "(" + parameter + ")";
    }
}
