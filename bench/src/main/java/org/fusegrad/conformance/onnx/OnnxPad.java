package org.fusegrad.conformance.onnx;

import java.util.Arrays;
import org.fusegrad.Tensor;

/** Padding with a constant or with elements of the tensor itself; negative amounts cut off. */
final class OnnxPad {
    private OnnxPad() {}

    static Tensor apply(OnnxCall c) {
        Tensor x = c.x();
        int[] pads = c.has(1) ? c.ints(1) : c.attrs().ints("pads", c.attrs().ints("paddings"));
        int[] axes = c.axes(3)
                .orElseGet(() -> java.util.stream.IntStream.range(0, x.rank()).toArray());
        if (pads.length != 2 * axes.length) {
            throw new IllegalArgumentException(
                    "Pad: " + pads.length + " amounts do not fit " + axes.length + " axes");
        }
        int[] low = new int[x.rank()];
        int[] high = new int[x.rank()];
        for (int i = 0; i < axes.length; i++) {
            low[x.shape().axis(axes[i])] = pads[i];
            high[x.shape().axis(axes[i])] = pads[i + axes.length];
        }
        String mode = c.attrs().text("mode", "constant");
        if (mode.equals("constant")) {
            double value = c.has(2) ? c.number(2) : c.attrs().number("value", 0);
            return constant(x, low, high, value);
        }
        Tensor y = x;
        for (int axis = 0; axis < x.rank(); axis++) {
            if (low[axis] != 0 || high[axis] != 0) {
                y = OnnxShapes.picked(
                        y, axis, positions(c, mode, x.dim(axis), low[axis], high[axis]));
            }
        }
        return y;
    }

    /** Padded with a value where positive, cut where negative. */
    static Tensor constant(Tensor x, int[] low, int[] high, double value) {
        Tensor y = x;
        for (int axis = 0; axis < x.rank(); axis++) {
            if (low[axis] < 0 || high[axis] < 0) {
                y = y.slice(axis, Math.max(0, -low[axis]), y.dim(axis) - Math.max(0, -high[axis]));
            }
        }
        int[] before = Arrays.stream(low).map(n -> Math.max(0, n)).toArray();
        int[] after = Arrays.stream(high).map(n -> Math.max(0, n)).toArray();
        boolean none = Arrays.stream(before).sum() + Arrays.stream(after).sum() == 0;
        return none ? y : y.pad(before, after, value);
    }

    private static int[] positions(OnnxCall c, String mode, int n, int low, int high) {
        int[] at = new int[low + n + high];
        for (int i = 0; i < at.length; i++) {
            int p = i - low;
            at[i] = switch (mode) {
                case "edge" -> Math.max(0, Math.min(n - 1, p));
                case "wrap" -> Math.floorMod(p, n);
                case "reflect" -> reflected(p, n);
                default -> throw c.unsupported("in mode '" + mode + "'");
            };
        }
        return at;
    }

    private static int reflected(int p, int n) {
        if (n == 1) {
            return 0;
        }
        int q = Math.floorMod(p, 2 * (n - 1));
        return q < n ? q : 2 * (n - 1) - q;
    }
}
