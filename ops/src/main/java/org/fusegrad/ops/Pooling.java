package org.fusegrad.ops;

import java.util.Arrays;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * Pooling over windows of the last axes: of (N, C, H, W), unless an operation says otherwise. A
 * batch may be empty; images without pixels have no windows and are refused with an {@link
 * IllegalArgumentException}.
 */
public final class Pooling {
    /**
     * Where windows stand, along each of the pooled axes.
     *
     * @param kernel elements of a window
     * @param stride from one window to the next
     * @param padding on both sides of the axis; half a window at most
     * @param dilation distance of the elements of a window
     * @param ceilMode whether a last window may reach beyond the padding behind
     */
    public record Windows(
            int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceilMode) {
        /** Windows side by side, without padding. */
        public static Windows of(int... kernel) {
            int[] ones = new int[kernel.length];
            Arrays.fill(ones, 1);
            return new Windows(kernel, kernel, new int[kernel.length], ones, false);
        }
    }

    /**
     * Values and places of maxima.
     *
     * @param indices int64, positions in the flattened pooled axes of x, padding not counted
     */
    public record Maxima(Tensor values, Tensor indices) {}

    private Pooling() {}

    /** Maximum over square windows; the first maximum takes the gradient. */
    public static Tensor maxPool2d(Tensor x, int kernel, int stride, int padding) {
        requirePixels("max_pool2d", x);
        return Primitives.maxPool(x, both(kernel), both(stride), both(padding), both(1), false);
    }

    /** Mean over square windows, padding counted. */
    public static Tensor avgPool2d(Tensor x, int kernel, int stride, int padding) {
        requirePixels("avg_pool2d", x);
        return Primitives.avgPool(x, both(kernel), both(stride), both(padding), false, true, 0);
    }

    /** Maxima of windows over as many trailing axes as the windows have. */
    public static Tensor maxPool(Tensor x, Windows w) {
        return Primitives.maxPool(
                x, w.kernel(), w.stride(), w.padding(), w.dilation(), w.ceilMode());
    }

    /**
     * Maxima and where they stand (PyTorch's {@code return_indices}); of equal ones the first, of
     * NaN the last.
     */
    public static Maxima maxPoolWithIndices(Tensor x, Windows w) {
        int lead = x.rank() - w.kernel().length;
        int[] spatial = Arrays.copyOfRange(x.shape().dims(), Math.max(0, lead), x.rank());
        // Exact up to 2^53 elements.
        Tensor places = Tensor.arange(Shape.of(spatial).numel())
                .cast(DType.FLOAT64)
                .reshape(spatial)
                .expand(x.shape());
        Tensor at = Primitives.maxPoolGather(
                places, x, w.kernel(), w.stride(), w.padding(), w.dilation(), w.ceilMode());
        return new Maxima(maxPool(x, w), at.cast(DType.INT64));
    }

    /**
     * Maxima put back where they stood, zeros elsewhere.
     *
     * @param indices as {@link #maxPoolWithIndices} gives them
     * @param size of the pooled axes of the result
     */
    public static Tensor maxUnpool(Tensor values, Tensor indices, int... size) {
        int lead = values.rank() - size.length;
        int[] flat = Arrays.copyOf(values.shape().dims(), lead + 1);
        flat[lead] = -1;
        int plane = Shape.of(size).numel();
        Tensor at = indices.reshape(flat);
        Tensor from = values.reshape(flat);
        int[] whole = flat.clone();
        whole[lead] = plane;
        Tensor zeros = Tensor.full(Shape.of(whole), 0, values.dtype());
        Tensor sums = Indexing.scatterAdd(zeros, lead, at, from);
        // Overlapping windows name a maximum several times.
        Tensor ones = Tensor.full(from.shape(), 1, values.dtype());
        Tensor count = Indexing.scatterAdd(zeros, lead, at, ones).maximum(1);
        int[] dims = Arrays.copyOf(values.shape().dims(), values.rank());
        System.arraycopy(size, 0, dims, lead, size.length);
        return sums.div(count).reshape(dims);
    }

    /**
     * Means of windows over as many trailing axes as the windows have.
     *
     * @param countPadding whether padding counts in the divisor, as by PyTorch's default
     * @param divisor replaces the count when positive
     */
    public static Tensor avgPool(Tensor x, Windows w, boolean countPadding, int divisor) {
        return Primitives.avgPool(
                x,
                w.kernel(),
                w.stride(),
                w.padding(),
                w.dilation(),
                w.ceilMode(),
                countPadding,
                divisor);
    }

    private static void requirePixels(String what, Tensor x) {
        if (x.rank() < 2 || x.dim(-2) == 0 || x.dim(-1) == 0) {
            throw new IllegalArgumentException(what + ": an input " + x.shape()
                    + " has no pixels in its last two axes; images are (N, C, H, W)");
        }
    }

    private static int[] both(int n) {
        return new int[] {n, n};
    }

    /**
     * Mean over windows that cut each axis into a given number of parts as even as possible: part i
     * of n over size s is floor(i s / n) … ceil((i + 1) s / n) - 1.
     */
    public static Tensor adaptiveAvgPool2d(Tensor x, int height, int width) {
        requireSize("adaptive_avg_pool2d", height, width);
        requirePixels("adaptive_avg_pool2d", x);
        int h = x.dim(-2);
        int w = x.dim(-1);
        if (height == 1 && width == 1) {
            return globalAvgPool(x);
        } else if (h % height == 0 && w % width == 0) {
            int[] kernel = {h / height, w / width};
            return Primitives.avgPool(x, kernel, kernel, both(0), false, true, 0);
        }
        return parts(parts(x, -2, height, Tensor::mean), -1, width, Tensor::mean);
    }

    /** Maxima over windows that cut each axis as {@link #adaptiveAvgPool2d} does. */
    public static Tensor adaptiveMaxPool2d(Tensor x, int height, int width) {
        requireSize("adaptive_max_pool2d", height, width);
        return parts(parts(x, -2, height, Tensor::max), -1, width, Tensor::max);
    }

    private static void requireSize(String op, int height, int width) {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    op + ": output " + height + "x" + width + " is empty");
        }
    }

    /** Means over all of the last two axes, which keep size 1. */
    public static Tensor globalAvgPool(Tensor x) {
        requirePixels("global_avg_pool", x);
        return x.mean(-2, -1);
    }

    /** A reduction over an axis. */
    private interface Over {
        Tensor apply(Tensor x, int... axes);
    }

    /** The windows are rectangles, so one axis can be reduced after the other. */
    private static Tensor parts(Tensor x, int axis, int count, Over over) {
        int size = x.dim(axis);
        if (size == count) {
            return x;
        }
        Tensor[] all = new Tensor[count];
        for (int i = 0; i < count; i++) {
            int start = (int) ((long) i * size / count);
            int end = (int) (((i + 1L) * size + count - 1) / count);
            all[i] = over.apply(x.slice(axis, start, end), axis);
        }
        return Tensor.concat(axis, all);
    }

    /** Axes from {@code start} on joined into one. */
    public static Tensor flatten(Tensor x, int start) {
        int from = x.shape().axis(start);
        int[] dims = Arrays.copyOf(x.shape().dims(), from + 1);
        for (int i = from + 1; i < x.rank(); i++) {
            dims[from] = Shape.size("flatten", (long) dims[from] * x.dim(i));
        }
        return x.reshape(dims);
    }
}
