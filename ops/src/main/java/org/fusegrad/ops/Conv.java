package org.fusegrad.ops;

import java.util.Arrays;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;

/**
 * Convolutions (cross-correlations) over 1 to 3 spatial axes, in PyTorch's layouts: input
 * (N, C, spatial...), weight (O, C / groups, kernel...), bias (O).
 */
public final class Conv {
    /**
     * How the kernel moves.
     *
     * @param stride step along each spatial axis
     * @param padding zeros on both sides of each spatial axis
     * @param dilation distance of kernel elements along each spatial axis
     * @param groups blocks of channels that do not see each other
     */
    public record Geometry(int[] stride, int[] padding, int[] dilation, int groups) {
        /** One stride and padding for all of {@code spatial} axes, no dilation, one group. */
        public static Geometry of(int spatial, int stride, int padding) {
            return new Geometry(
                    filled(spatial, stride), filled(spatial, padding), filled(spatial, 1), 1);
        }

        public Geometry dilation(int value) {
            return new Geometry(stride, padding, filled(stride.length, value), groups);
        }

        public Geometry groups(int value) {
            return new Geometry(stride, padding, dilation, value);
        }
    }

    private Conv() {}

    private static int[] filled(int n, int value) {
        int[] all = new int[n];
        Arrays.fill(all, value);
        return all;
    }

    /** Convolution without bias over as many axes as the geometry has. */
    public static Tensor conv(Tensor x, Tensor weight, Geometry g) {
        return Primitives.conv(x, weight, g.stride(), g.padding(), g.dilation(), g.groups());
    }

    /**
     * Convolution over as many axes as the geometry has.
     *
     * @param bias one value for each channel of the result; {@code null} for none
     * @throws IllegalArgumentException if the bias has another length
     */
    public static Tensor conv(Tensor x, Tensor weight, Tensor bias, Geometry g) {
        return withBias("conv", conv(x, weight, g), bias);
    }

    private static Tensor withBias(String op, Tensor y, Tensor bias) {
        if (bias == null) {
            return y;
        }
        // A single value would broadcast, and then mean something else.
        if (bias.rank() != 1 || bias.dim(0) != y.dim(1)) {
            throw new IllegalArgumentException(op + ": bias " + bias.shape() + " does not fit the "
                    + y.dim(1) + " channels of the result " + y.shape());
        }
        return y.add(perChannel(bias, y));
    }

    /** (N, C, L) by (O, C, K). */
    public static Tensor conv1d(Tensor x, Tensor weight, Tensor bias, int stride, int padding) {
        return conv(x, weight, bias, Geometry.of(1, stride, padding));
    }

    /** (N, C, H, W) by (O, C, KH, KW). */
    public static Tensor conv2d(Tensor x, Tensor weight, Tensor bias, int stride, int padding) {
        return conv(x, weight, bias, Geometry.of(2, stride, padding));
    }

    /** (N, C, D, H, W) by (O, C, KD, KH, KW). */
    public static Tensor conv3d(Tensor x, Tensor weight, Tensor bias, int stride, int padding) {
        return conv(x, weight, bias, Geometry.of(3, stride, padding));
    }

    /**
     * Transposed convolution without bias, over as many axes as the geometry has.
     *
     * @param weight (C, O / groups, kernel...)
     * @param outputPadding added to one side of the result, along each spatial axis
     */
    public static Tensor convTranspose(Tensor x, Tensor weight, Geometry g, int... outputPadding) {
        return Primitives.convTranspose(
                x, weight, g.stride(), g.padding(), outputPadding, g.dilation(), g.groups());
    }

    /**
     * Transposed convolution without bias that cuts different amounts off the two sides of each
     * spatial axis; negative amounts add zeros.
     *
     * @param g its padding counts on both sides too
     * @param before cut off in front of each spatial axis
     * @param after cut off behind each spatial axis
     */
    public static Tensor convTranspose(
            Tensor x, Tensor weight, Geometry g, int[] before, int[] after) {
        int n = g.stride().length;
        Tensor whole = convTranspose(x, weight, g, new int[n]);
        int[] low = new int[x.rank()];
        int[] high = new int[x.rank()];
        for (int i = 0; i < n; i++) {
            low[i + 2] = -before[i];
            high[i + 2] = -after[i];
        }
        return Padding.constant(whole, low, high, 0);
    }

    /**
     * Transposed convolution without bias to a given size (PyTorch's {@code output_size}): what the
     * strides of the convolution skipped is added behind.
     *
     * @param size of each spatial axis of the result
     * @throws IllegalArgumentException if no input of that size is convolved to the size of x
     */
    public static Tensor convTransposeTo(Tensor x, Tensor weight, Geometry g, int... size) {
        int n = g.stride().length;
        int[] extra = new int[n];
        for (int i = 0; i < n; i++) {
            int least = (x.dim(i + 2) - 1) * g.stride()[i]
                    - 2 * g.padding()[i]
                    + g.dilation()[i] * (weight.dim(i + 2) - 1)
                    + 1;
            extra[i] = size[i] - least;
            if (extra[i] < 0 || extra[i] >= g.stride()[i]) {
                throw new IllegalArgumentException("conv_transpose: axis " + (i + 2) + " of "
                        + x.shape() + " becomes " + least + " to " + (least + g.stride()[i] - 1)
                        + ", not " + size[i]);
            }
        }
        return convTranspose(x, weight, g, extra);
    }

    /** Transposed convolution (N, C, H, W) by (C, O / groups, KH, KW), bias (O) or null. */
    public static Tensor convTranspose2d(
            Tensor x, Tensor weight, Tensor bias, Geometry g, int... outputPadding) {
        return withBias("convTranspose2d", convTranspose(x, weight, g, outputPadding), bias);
    }

    /** A vector (C) in the shape (1, C, 1, ...) that broadcasts against x (N, C, ...). */
    public static Tensor perChannel(Tensor vector, Tensor x) {
        int[] dims = filled(x.rank(), 1);
        dims[1] = vector.dim(0);
        return vector.reshape(dims);
    }
}
