package org.fusegrad.nn;

import org.fusegrad.ops.Conv;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;

/**
 * Everything of a convolution but the channels. Settings per axis take one value for all spatial
 * axes, or one for each.
 *
 * @param kernel extent of the window
 * @param stride step of the window; for transposed convolutions, of the result
 * @param padding zeros on both sides
 * @param dilation distance of kernel elements
 * @param outputPadding added to one side of the result of a transposed convolution
 * @param groups blocks of channels that do not see each other
 * @param bias whether there is one
 * @param weights what is done to the weight before its use
 * @param dtype of the parameters
 */
public record ConvOptions(
        Ints kernel,
        Ints stride,
        Ints padding,
        Ints dilation,
        Ints outputPadding,
        int groups,
        boolean bias,
        WeightTransform weights,
        DType dtype) {
    /** Stride 1, no padding, no dilation, one group, bias, weight as it is, float32. */
    public static ConvOptions kernel(int... size) {
        Ints zero = Ints.of(0);
        Ints one = Ints.of(1);
        return new ConvOptions(
                Ints.of(size), one, zero, one, zero, 1, true, WeightTransform.NONE, DType.FLOAT32);
    }

    public ConvOptions stride(int... value) {
        return new ConvOptions(
                kernel,
                Ints.of(value),
                padding,
                dilation,
                outputPadding,
                groups,
                bias,
                weights,
                dtype);
    }

    public ConvOptions padding(int... value) {
        return new ConvOptions(
                kernel,
                stride,
                Ints.of(value),
                dilation,
                outputPadding,
                groups,
                bias,
                weights,
                dtype);
    }

    public ConvOptions dilation(int... value) {
        return new ConvOptions(
                kernel,
                stride,
                padding,
                Ints.of(value),
                outputPadding,
                groups,
                bias,
                weights,
                dtype);
    }

    public ConvOptions outputPadding(int... value) {
        return new ConvOptions(
                kernel, stride, padding, dilation, Ints.of(value), groups, bias, weights, dtype);
    }

    public ConvOptions groups(int value) {
        return new ConvOptions(
                kernel, stride, padding, dilation, outputPadding, value, bias, weights, dtype);
    }

    public ConvOptions bias(boolean value) {
        return new ConvOptions(
                kernel, stride, padding, dilation, outputPadding, groups, value, weights, dtype);
    }

    public ConvOptions weights(WeightTransform value) {
        return new ConvOptions(
                kernel, stride, padding, dilation, outputPadding, groups, bias, value, dtype);
    }

    public ConvOptions dtype(DType value) {
        return new ConvOptions(
                kernel, stride, padding, dilation, outputPadding, groups, bias, weights, value);
    }

    /** With one value for each of the axes in all settings per axis. */
    ConvOptions spread(int axes) {
        return new ConvOptions(
                spread("kernel", kernel, axes, 1),
                spread("stride", stride, axes, 1),
                spread("padding", padding, axes, 0),
                spread("dilation", dilation, axes, 1),
                spread("output padding", outputPadding, axes, 0),
                groups,
                bias,
                weights,
                dtype);
    }

    private static Ints spread(String setting, Ints given, int axes, int least) {
        Ints all = given.size() == 1 ? Ints.fill(axes, given.get(0)) : given;
        boolean fits = all.size() == axes;
        for (int i = 0; fits && i < axes; i++) {
            fits = all.get(i) >= least;
        }
        if (!fits) {
            throw new IllegalArgumentException("convolution over " + axes + " axes: " + setting
                    + " " + given + " must be one value or one for each axis, at least " + least);
        }
        return all;
    }

    Conv.Geometry geometry() {
        return new Conv.Geometry(stride.toArray(), padding.toArray(), dilation.toArray(), groups);
    }
}
