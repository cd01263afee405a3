package org.fusegrad.conformance.onnx;

import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.ops.Padding;

/** Padding with a constant or with elements of the tensor itself; negative amounts cut off. */
final class OnnxPad {
    private OnnxPad() {}

    static Tensor apply(OnnxCall c) {
        Tensor x = c.x();
        int[] pads = c.has(1) ? c.ints(1) : c.attrs().ints("pads", c.attrs().ints("paddings"));
        int[] axes = c.axes(3)
                .orElseGet(() -> java.util.stream.IntStream.range(0, x.rank()).toArray());
        if (pads.length != 2 * axes.length) {
            throw new MalformedCase(
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
            return Padding.constant(x, low, high, value);
        }
        return Padding.pad(
                x,
                low,
                high,
                switch (mode) {
                    case "edge" -> Padding.Mode.REPLICATE;
                    case "wrap" -> Padding.Mode.CIRCULAR;
                    case "reflect" -> Padding.Mode.REFLECT;
                    default -> throw c.unsupported("in mode '" + mode + "'");
                });
    }
}
