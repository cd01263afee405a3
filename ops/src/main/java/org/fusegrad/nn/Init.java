package org.fusegrad.nn;

import java.util.function.DoubleSupplier;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** Initial values of parameters: contiguous tensors. */
public final class Init {
    private Init() {}

    /** One value everywhere. */
    public static Tensor full(double value, DType dtype, int... shape) {
        return fill(() -> value, dtype, shape);
    }

    /** Uniform in [-bound, bound). */
    public static Tensor uniform(double bound, RandomSource random, DType dtype, int... shape) {
        return fill(() -> random.uniform(bound), dtype, shape);
    }

    /**
     * The default of PyTorch's linear and convolution layers: uniform within 1 / sqrt(fan in)
     * (He et al. 2015, with the slope of a leaky ReLU set to sqrt(5)).
     *
     * @param shape (out, in, kernel...)
     */
    public static Tensor kaimingUniform(RandomSource random, DType dtype, int... shape) {
        return uniform(bound(Shape.of(shape)), random, dtype, shape);
    }

    /** The bound of {@link #kaimingUniform} for a weight, which its bias shares. */
    static double bound(Shape weight) {
        double fanIn = (double) weight.numel() / Math.max(1, weight.dim(0));
        return fanIn == 0 ? 0 : 1 / Math.sqrt(fanIn);
    }

    /**
     * Normal with variance 2 / fan out, for residual networks (He et al. 2015).
     *
     * @param shape (out, in, kernel...)
     */
    public static Tensor kaimingNormalFanOut(RandomSource random, DType dtype, int... shape) {
        double fanOut = (double) Shape.of(shape).numel() / shape[1];
        double deviation = Math.sqrt(2 / fanOut);
        return fill(() -> random.normal() * deviation, dtype, shape);
    }

    /** Standard normal. */
    public static Tensor normal(RandomSource random, DType dtype, int... shape) {
        return fill(random::normal, dtype, shape);
    }

    private static Tensor fill(DoubleSupplier next, DType dtype, int... shape) {
        double[] values = new double[Shape.of(shape).numel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = next.getAsDouble();
        }
        return Tensor.of(values, shape).cast(dtype);
    }
}
