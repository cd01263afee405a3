package org.fusegrad.ops;

import java.util.Arrays;
import org.fusegrad.Tensor;

/**
 * Padding of any axes with a constant or with elements of the tensor itself. Negative amounts cut
 * elements off.
 */
public final class Padding {
    /** What stands in the padding. */
    public enum Mode {
        /** One value. */
        CONSTANT,
        /** The axis mirrored at its ends, which are not repeated; on and on, if need be. */
        REFLECT,
        /** The first and the last element. */
        REPLICATE,
        /** The axis again and again. */
        CIRCULAR
    }

    private Padding() {}

    /**
     * Zeros or another value around a tensor.
     *
     * @param before amounts in front of each axis
     * @param after amounts behind each axis
     * @throws IllegalArgumentException if more is cut off than there is
     */
    public static Tensor constant(Tensor x, int[] before, int[] after, double value) {
        check(x, before, after);
        Tensor y = x;
        for (int i = 0; i < x.rank(); i++) {
            int from = Math.max(0, -before[i]);
            int to = x.dim(i) - Math.max(0, -after[i]);
            // What is cut beyond the other end eats into the padding there.
            int low = Math.min(from, x.dim(i));
            int high = Math.max(low, Math.min(x.dim(i), to));
            y = low > 0 || high < x.dim(i) ? y.slice(i, low, high) : y;
        }
        int[] low = new int[x.rank()];
        int[] high = new int[x.rank()];
        for (int i = 0; i < low.length; i++) {
            int padded = before[i] + x.dim(i) + after[i] - y.dim(i);
            low[i] = Math.max(0, Math.min(before[i], padded));
            high[i] = padded - low[i];
        }
        boolean none = Arrays.stream(low).sum() + Arrays.stream(high).sum() == 0;
        return none ? y : y.pad(low, high, value);
    }

    /**
     * Padding in one of the modes (PyTorch's {@code functional.pad}, but with amounts for every
     * axis in order).
     *
     * @param before amounts in front of each axis
     * @param after amounts behind each axis
     * @throws IllegalArgumentException if more is cut off than there is, or an empty axis is to be
     *     padded with its own elements
     */
    public static Tensor pad(Tensor x, int[] before, int[] after, Mode mode) {
        if (mode == Mode.CONSTANT) {
            return constant(x, before, after, 0);
        }
        check(x, before, after);
        Tensor y = x;
        for (int i = 0; i < x.rank(); i++) {
            if (before[i] != 0 || after[i] != 0) {
                y = Indexing.indexSelect(y, i, positions(mode, x.dim(i), before[i], after[i]));
            }
        }
        return y;
    }

    private static void check(Tensor x, int[] before, int[] after) {
        if (before.length != x.rank() || after.length != x.rank()) {
            throw new IllegalArgumentException("pad: " + before.length + " and " + after.length
                    + " amounts do not fit the axes of " + x.shape());
        }
        for (int i = 0; i < before.length; i++) {
            if ((long) before[i] + x.dim(i) + after[i] < 0) {
                throw new IllegalArgumentException("pad: " + before[i] + " and " + after[i]
                        + " cut off more than axis " + i + " of " + x.shape() + " has");
            }
        }
    }

    private static int[] positions(Mode mode, int n, int before, int after) {
        int[] at = new int[before + n + after];
        if (n == 0 && at.length > 0) {
            throw new IllegalArgumentException(
                    "pad: an empty axis has no elements to be padded with; use a constant");
        }
        for (int i = 0; i < at.length; i++) {
            int p = i - before;
            at[i] = switch (mode) {
                case REPLICATE -> Math.max(0, Math.min(n - 1, p));
                case CIRCULAR -> Math.floorMod(p, n);
                default -> mirrored(p, n);
            };
        }
        return at;
    }

    private static int mirrored(int p, int n) {
        if (n == 1) {
            return 0;
        }
        int q = Math.floorMod(p, 2 * (n - 1));
        return q < n ? q : 2 * (n - 1) - q;
    }
}
