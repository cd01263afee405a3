package org.fusegrad.graph;

import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * The rule by which a convolution, or the gradient of its input, is computed by Winograd's minimal
 * filtering F(2x2, 3x3) instead of directly (Lavin and Gray, "Fast Algorithms for Convolutional
 * Neural Networks", 2016). It takes 16 products for a tile of 2x2 results where the direct form
 * takes 36, and rounds differently, so that it is part of the numeric contract who is computed how.
 * The rule looks at shapes alone, and never at the batch: whoever cuts a batch gets the same bits.
 */
public final class WinogradRule {
    /** Channels on either side from which on the transforms cost less than they save. */
    public static final int LEAST_CHANNELS = 32;

    private static final int KERNEL = 3;

    private WinogradRule() {}

    /** Whether this node is a convolution that is computed so. */
    public static boolean applies(Node node) {
        boolean forward = node.is(Op.CONV);
        if (!forward && !node.is(Op.CONV_INPUT) || node.dtype() != DType.FLOAT32) {
            return false;
        }
        Attrs.Conv conv = (Attrs.Conv) node.attrs();
        Shape w = node.input(1).shape();
        return w.rank() == 4
                && w.dim(2) == KERNEL
                && w.dim(3) == KERNEL
                && Math.min(w.dim(0), w.dim(1)) >= LEAST_CHANNELS
                && conv.groups() == 1
                && conv.stride().equals(Ints.fill(2, 1))
                && conv.dilation().equals(Ints.fill(2, 1))
                && conv.padding().get(0) < KERNEL
                && conv.padding().get(1) < KERNEL
                && pays(node.shape().dim(2), node.shape().dim(3));
    }

    /** Whether tiles over the results' plane take at most three quarters of the products. */
    private static boolean pays(int height, int width) {
        long tiles = (height + 1L) / 2 * ((width + 1L) / 2);
        return 16 * tiles * 4 <= 9L * height * width * 3;
    }
}
