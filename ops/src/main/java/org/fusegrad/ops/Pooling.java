package org.fusegrad.ops;

import org.fusegrad.Primitives;
import org.fusegrad.Shape;
import org.fusegrad.Tensor;

/**
 * Pooling of (N, C, H, W) over windows of the last two axes. A batch may be empty; images without
 * pixels have no windows and are refused with an {@link IllegalArgumentException}.
 */
public final class Pooling {
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
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "adaptive_avg_pool2d: output " + height + "x" + width + " is empty");
        }
        requirePixels("adaptive_avg_pool2d", x);
        int h = x.dim(-2);
        int w = x.dim(-1);
        if (height == 1 && width == 1) {
            return globalAvgPool(x);
        } else if (h % height == 0 && w % width == 0) {
            int[] kernel = {h / height, w / width};
            return Primitives.avgPool(x, kernel, kernel, both(0), false, true, 0);
        }
        return parts(parts(x, -2, height), -1, width);
    }

    /** Means over all of the last two axes, which keep size 1. */
    public static Tensor globalAvgPool(Tensor x) {
        requirePixels("global_avg_pool", x);
        return x.mean(-2, -1);
    }

    /** The windows are rectangles, so one axis can be averaged after the other. */
    private static Tensor parts(Tensor x, int axis, int count) {
        int size = x.dim(axis);
        if (size == count) {
            return x;
        }
        Tensor[] means = new Tensor[count];
        for (int i = 0; i < count; i++) {
            int start = (int) ((long) i * size / count);
            int end = (int) (((i + 1L) * size + count - 1) / count);
            means[i] = x.slice(axis, start, end).mean(axis);
        }
        return Tensor.concat(axis, means);
    }

    /** Axes from {@code start} on joined into one. */
    public static Tensor flatten(Tensor x, int start) {
        int from = x.shape().axis(start);
        int[] dims = java.util.Arrays.copyOf(x.shape().dims(), from + 1);
        for (int i = from + 1; i < x.rank(); i++) {
            dims[from] = Shape.size("flatten", (long) dims[from] * x.dim(i));
        }
        return x.reshape(dims);
    }
}
