package org.fusegrad.codegen.contract;

import java.util.Arrays;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * Sizes of a convolution over three spatial axes; missing leading ones have size 1.
 *
 * @param batch images
 * @param groups of channels
 * @param channels of x in a group
 * @param filters channels of y in a group
 * @param x spatial sizes of the input
 * @param y spatial sizes of the output
 * @param kernel taps along each axis
 * @param stride from output to output
 * @param padding before the input
 * @param dilation from tap to tap
 */
record ConvSizes(
        int batch,
        int groups,
        int channels,
        int filters,
        int[] x,
        int[] y,
        int[] kernel,
        int[] stride,
        int[] padding,
        int[] dilation) {
    /** The sizes of a convolution or one of its adjoints. */
    static ConvSizes of(Node node) {
        Attrs.Conv c = (Attrs.Conv) node.attrs();
        Shape first = node.input(0).shape();
        Shape second = node.input(1).shape();
        if (node.is(Op.CONV)) {
            return of(c, first, second, node.shape());
        } else if (node.is(Op.CONV_INPUT)) {
            return of(c, node.shape(), second, first);
        }
        return of(c, first, node.shape(), second);
    }

    private static ConvSizes of(Attrs.Conv c, Shape x, Shape w, Shape y) {
        return new ConvSizes(
                x.dim(0),
                c.groups(),
                x.dim(1) / c.groups(),
                w.dim(0) / c.groups(),
                spatial(x),
                spatial(y),
                spatial(w),
                three(c.stride(), 1),
                three(c.padding(), 0),
                three(c.dilation(), 1));
    }

    private static int[] spatial(Shape s) {
        return three(Ints.of(Arrays.copyOfRange(s.dims(), 2, s.rank())), 1);
    }

    private static int[] three(Ints values, int fill) {
        int[] all = {fill, fill, fill};
        System.arraycopy(values.toArray(), 0, all, 3 - values.size(), values.size());
        return all;
    }

    int taps() {
        return volume(kernel);
    }

    static int volume(int[] sizes) {
        return sizes[0] * sizes[1] * sizes[2];
    }

    /** Strides of an operand for two leading and three spatial axes. */
    static int[] strides(Value v) {
        int[] all = new int[5];
        int spatial = v.shape().rank() - 2;
        for (int i = 0; i < spatial; i++) {
            all[5 - spatial + i] = v.stride(2 + i);
        }
        all[0] = v.stride(0);
        all[1] = v.stride(1);
        return all;
    }
}
