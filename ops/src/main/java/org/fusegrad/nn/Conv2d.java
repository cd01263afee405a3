package org.fusegrad.nn;

import java.util.Optional;
import org.fusegrad.DType;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.ops.Conv;

/** A 2-d convolution with a square kernel: weight (out, in / groups, k, k), bias (out). */
public final class Conv2d extends Module {
    /**
     * Everything but the channels.
     *
     * @param bias whether there is one
     */
    public record Options(
            int kernel,
            int stride,
            int padding,
            int dilation,
            int groups,
            boolean bias,
            DType dtype) {
        /** Stride 1, no padding, no dilation, one group, bias, float32. */
        public static Options kernel(int size) {
            return new Options(size, 1, 0, 1, 1, true, DType.FLOAT32);
        }

        public Options stride(int value) {
            return new Options(kernel, value, padding, dilation, groups, bias, dtype);
        }

        public Options padding(int value) {
            return new Options(kernel, stride, value, dilation, groups, bias, dtype);
        }

        public Options dilation(int value) {
            return new Options(kernel, stride, padding, value, groups, bias, dtype);
        }

        public Options groups(int value) {
            return new Options(kernel, stride, padding, dilation, value, bias, dtype);
        }

        public Options bias(boolean value) {
            return new Options(kernel, stride, padding, dilation, groups, value, dtype);
        }

        public Options dtype(DType value) {
            return new Options(kernel, stride, padding, dilation, groups, bias, value);
        }
    }

    private final Options options;
    private final Tensor weight;
    private final Optional<Tensor> bias;
    private final Fused formula;

    /** Random values from the current engine. */
    public Conv2d(int in, int out, Options options) {
        this(in, out, options, RandomSource.next());
    }

    /**
     * Uniform initial values, as {@link Init#kaimingUniform}.
     *
     * @throws IllegalArgumentException if the channels are not divisible by the groups
     */
    public Conv2d(int in, int out, Options options, RandomSource random) {
        this(options, initial(in, out, options, random), random);
    }

    private Conv2d(Options options, Tensor initial, RandomSource random) {
        this.options = options;
        weight = parameter("weight", initial);
        double bound = Init.bound(weight.shape());
        bias = options.bias()
                ? Optional.of(parameter(
                        "bias", Init.uniform(bound, random, options.dtype(), weight.dim(0))))
                : Optional.empty();
        Conv.Geometry geometry = Conv.Geometry.of(2, options.stride(), options.padding())
                .dilation(options.dilation())
                .groups(options.groups());
        formula = Fused.of(
                "conv2d",
                x -> bias.map(b -> Conv.conv(x, weight, b, geometry))
                        .orElseGet(() -> Conv.conv(x, weight, geometry)));
    }

    private static Tensor initial(int in, int out, Options o, RandomSource random) {
        return Init.kaimingUniform(random, o.dtype(), shape(in, out, o));
    }

    private static int[] shape(int in, int out, Options o) {
        if (o.groups() < 1 || in % o.groups() != 0 || out % o.groups() != 0) {
            throw new IllegalArgumentException("Conv2d: " + in + " and " + out
                    + " channels are not divisible by " + o.groups() + " groups");
        }
        return new int[] {out, in / o.groups(), o.kernel(), o.kernel()};
    }

    /** Without bias and with normal initial values by fan out, as residual networks start. */
    public static Conv2d residual(int in, int out, Options options, RandomSource random) {
        Options plain = options.bias(false);
        Tensor initial = Init.kaimingNormalFanOut(random, plain.dtype(), shape(in, out, plain));
        return new Conv2d(plain, initial, random);
    }

    /** (N, in, H, W) to (N, out, H', W'). */
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

    public Options options() {
        return options;
    }

    @Override
    public String toString() {
        return "Conv2d(" + weight.dim(1) * options.groups() + ", " + weight.dim(0) + ", kernel "
                + options.kernel() + ")";
    }
}
