package org.fusegrad.ops;

import static org.fusegrad.ops.Constants.replace;

import java.util.List;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;

/**
 * Element-wise activation functions of any shape. Values at infinities, NaN and the slopes at kinks
 * are PyTorch's: {@code relu} has slope 0 at 0, the hard functions slope 0 on their knots, {@code
 * clamp} slope 1 on its bounds.
 *
 * <p>A branch that is not taken must not reach its singular points, or its slope there would turn a
 * gradient of zero into NaN; hence the cut arguments below.
 */
public final class Activations {
    private static final double SELU_ALPHA = 1.6732632423543772848170429916717;
    private static final double SELU_SCALE = 1.0507009873554804934193349852946;
    /* From here on log1p(exp(x)) and x are the same float64. */
    private static final double SOFTPLUS_IS_IDENTITY = 40;

    private Activations() {}

    /** max(x, 0). */
    public static Tensor relu(Tensor x) {
        return x.relu();
    }

    /** x where positive, else {@code slope * x}; PyTorch's default slope is 0.01. */
    public static Tensor leakyRelu(Tensor x, double slope) {
        return x.gt(0).where(x, x.mul(slope));
    }

    /**
     * Leaky ReLU with learned slopes (He et al. 2015).
     *
     * @param x (N, C, ...)
     * @param slope one element, or (C)
     */
    public static Tensor prelu(Tensor x, Tensor slope) {
        Tensor a = slope.shape().numel() == 1 ? slope.reshape() : Conv.perChannel(slope, x);
        return x.gt(0).where(x, negativePart(x).mul(a));
    }

    /**
     * x where positive, else {@code alpha * (exp(x) - 1)} (Clevert et al. 2016). Default alpha 1.
     */
    public static Tensor elu(Tensor x, double alpha) {
        return x.gt(0).where(x, negativePart(x).expm1().mul(alpha));
    }

    /** ELU scaled to keep unit variance (Klambauer et al. 2017). */
    public static Tensor selu(Tensor x) {
        return elu(x, SELU_ALPHA).mul(SELU_SCALE);
    }

    /**
     * x where positive, else {@code alpha * (exp(x / alpha) - 1)} (Barron 2017). Default alpha 1.
     */
    public static Tensor celu(Tensor x, double alpha) {
        return x.gt(0).where(x, negativePart(x).div(alpha).expm1().mul(alpha));
    }

    /** x Phi(x) with the exact normal distribution function (Hendrycks and Gimpel 2016). */
    public static Tensor gelu(Tensor x) {
        return x.mul(0.5).mul(x.mul(Math.sqrt(0.5)).erf().add(1));
    }

    /** The tanh approximation of {@link #gelu}. */
    public static Tensor geluTanh(Tensor x) {
        Tensor cubic = x.add(x.mul(x).mul(x).mul(0.044715));
        return x.mul(0.5).mul(cubic.mul(Math.sqrt(2 / Math.PI)).tanh().add(1));
    }

    /** x sigmoid(x), also called swish. */
    public static Tensor silu(Tensor x) {
        return x.mul(x.sigmoid());
    }

    /** x tanh(softplus(x)) (Misra 2019). */
    public static Tensor mish(Tensor x) {
        return x.mul(softplus(x).tanh());
    }

    /** log(1 + exp(x)). */
    public static Tensor softplus(Tensor x) {
        return softplus(x, 1, 20);
    }

    /**
     * log(1 + exp(beta x)) / beta, and x itself where beta x exceeds the threshold. PyTorch's
     * defaults are 1 and 20. Never overflows.
     */
    public static Tensor softplus(Tensor x, double beta, double threshold) {
        Tensor scaled = x.mul(beta);
        Tensor linear = scaled.gt(Math.min(threshold, SOFTPLUS_IS_IDENTITY));
        return linear.where(x, replace(linear, 0, scaled).exp().log1p().div(beta));
    }

    /** x / (1 + |x|). */
    public static Tensor softsign(Tensor x) {
        return x.div(x.abs().add(1));
    }

    public static Tensor sigmoid(Tensor x) {
        return x.sigmoid();
    }

    public static Tensor tanh(Tensor x) {
        return x.tanh();
    }

    /** log(sigmoid(x)), accurate on both sides. */
    public static Tensor logSigmoid(Tensor x) {
        return softplus(x.neg(), 1, SOFTPLUS_IS_IDENTITY).neg();
    }

    /**
     * relu6(x + 3) / 6. The slope is declared as PyTorch computes it, with 1/6 rounded to float32
     * for every type, so that float64 gradients agree with its to the last digit too.
     */
    public static Tensor hardsigmoid(Tensor x) {
        Tensor y = relu6(x.add(3)).div(6);
        return Primitives.customGradient(y, List.of(x), dy -> {
            Tensor inside = x.gt(-3).and(x.lt(3));
            return List.of(replace(inside.not(), 0, dy.mul(1f / 6f)));
        });
    }

    /** x relu6(x + 3) / 6 (Howard et al. 2019). */
    public static Tensor hardswish(Tensor x) {
        return x.mul(relu6(x.add(3))).div(6);
    }

    /** x cut to [min, max], slope 0 on both bounds. PyTorch's defaults are -1 and 1. */
    public static Tensor hardtanh(Tensor x, double min, double max) {
        return replace(x.le(min), min, replace(x.ge(max), max, x));
    }

    /** x cut to [0, 6]. */
    public static Tensor relu6(Tensor x) {
        return hardtanh(x, 0, 6);
    }

    /**
     * x cut to [min, max], slope 1 on both bounds; an infinite bound cuts nothing. NaN stays NaN,
     * with slope 0. Where min exceeds max the value is max.
     */
    public static Tensor clamp(Tensor x, double min, double max) {
        Tensor inside = x.ge(min).and(x.le(max));
        return inside.where(x, x.detach().maximum(min).minimum(max));
    }

    /** x cut to [min, max]; int64 stays int64. */
    public static Tensor clamp(Tensor x, long min, long max) {
        return x.dtype().isFloating()
                ? clamp(x, (double) min, (double) max)
                : x.maximum(min).minimum(max);
    }

    /** x where it exceeds the threshold, else {@code value}. */
    public static Tensor threshold(Tensor x, double threshold, double value) {
        return replace(x.le(threshold), value, x);
    }

    /** x - tanh(x). */
    public static Tensor tanhshrink(Tensor x) {
        return x.sub(x.tanh());
    }

    /** x where |x| exceeds lambda, else 0. PyTorch's default lambda is 0.5. */
    public static Tensor hardshrink(Tensor x, double lambda) {
        return replace(x.ge(-lambda).and(x.le(lambda)), 0, x);
    }

    /**
     * x moved towards 0 by lambda, 0 where |x| is at most that. PyTorch's default lambda is 0.5.
     */
    public static Tensor softshrink(Tensor x, double lambda) {
        Tensor moved = x.gt(0).where(x.sub(lambda), x.add(lambda));
        return replace(x.ge(-lambda).and(x.le(lambda)), 0, moved);
    }

    /**
     * First half times sigmoid of the second half (Dauphin et al. 2017).
     *
     * @throws IllegalArgumentException if the axis has an odd size
     */
    public static Tensor glu(Tensor x, int axis) {
        int size = x.dim(axis);
        if (size % 2 != 0) {
            throw new IllegalArgumentException(
                    "glu: axis " + axis + " of " + x.shape() + " is odd and cannot be halved");
        }
        Tensor gate = x.slice(axis, size / 2, size);
        return x.slice(axis, 0, size / 2).mul(gate.sigmoid());
    }

    /** x where not positive, else 0; slope 1 at 0. */
    private static Tensor negativePart(Tensor x) {
        return replace(x.gt(0), 0, x);
    }
}
