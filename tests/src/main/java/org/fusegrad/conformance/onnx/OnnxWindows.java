package org.fusegrad.conformance.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.Padding;
import org.fusegrad.ops.Pooling;
import org.fusegrad.ops.Reductions;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** Convolutions and pooling, whose padding may differ from side to side. */
final class OnnxWindows {
    private OnnxWindows() {}

    static void register(Map<String, OnnxOp> table) {
        table.put("Conv", OnnxOp.of(OnnxWindows::conv));
        table.put("ConvTranspose", OnnxOp.of(OnnxWindows::convTranspose));
        table.put("MaxPool", OnnxWindows::maxPool);
        table.put("MaxUnpool", OnnxOp.of(OnnxWindows::maxUnpool));
        table.put("LpPool", OnnxOp.of(OnnxWindows::lpPool));
        table.put(
                "GlobalLpPool",
                OnnxOp.of(c -> Reductions.pNorm(c.x(), c.attrs().number("p", 2), spatial(c.x()))));
        table.put("AveragePool", OnnxOp.of(OnnxWindows::averagePool));
        table.put(
                "GlobalAveragePool",
                OnnxOp.of(c -> c.x().rank() == 4
                        ? Pooling.globalAvgPool(c.x())
                        : c.x().mean(spatial(c.x()))));
        table.put("GlobalMaxPool", OnnxOp.of(c -> c.x().max(spatial(c.x()))));
        table.put("LRN", OnnxOp.of(OnnxWindows::localResponse));
    }

    private static int[] spatial(Tensor x) {
        return java.util.stream.IntStream.range(2, x.rank()).toArray();
    }

    /** Where windows stand along the spatial axes. */
    private record Windows(int[] kernel, int[] stride, int[] dilation, int[] low, int[] high) {
        static Windows of(OnnxCall c, int[] kernel) {
            int n = kernel.length;
            Attributes a = c.attrs();
            int[] stride = a.spread("strides", n, 1);
            int[] dilation = a.spread("dilations", n, 1);
            int[] pads = a.ints("pads", new int[2 * n]);
            int[] low = Arrays.copyOfRange(pads, 0, n);
            int[] high = Arrays.copyOfRange(pads, n, 2 * n);
            String auto = a.text("auto_pad", "NOTSET");
            for (int i = 0; i < n && auto.startsWith("SAME"); i++) {
                int size = c.x().dim(i + 2);
                int out = (size + stride[i] - 1) / stride[i];
                int reach = dilation[i] * (kernel[i] - 1) + 1;
                int total = Math.max(0, (out - 1) * stride[i] + reach - size);
                low[i] = auto.equals("SAME_LOWER") ? total - total / 2 : total / 2;
                high[i] = total - low[i];
            }
            return new Windows(kernel, stride, dilation, low, high);
        }

        boolean symmetric() {
            return Arrays.equals(low, high);
        }

        /** As {@link #symmetric}, and no window lies in the padding alone. */
        boolean plain() {
            boolean plain = symmetric();
            for (int i = 0; i < low.length; i++) {
                plain &= 2 * low[i] <= kernel[i];
            }
            return plain;
        }

        /** Elements that the last window of each axis reaches beyond the padding. */
        int[] overhang(Tensor x) {
            int[] over = new int[kernel.length];
            for (int i = 0; i < over.length; i++) {
                int room = x.dim(i + 2) + low[i] + high[i] - dilation[i] * (kernel[i] - 1) - 1;
                int out = Math.floorDiv(room + stride[i] - 1, stride[i]) + 1;
                // A window that would start in the padding behind is dropped.
                out -= (out - 1) * stride[i] >= x.dim(i + 2) + low[i] ? 1 : 0;
                over[i] = Math.max(0, (out - 1) * stride[i] - room);
            }
            return over;
        }
    }

    private static Tensor padded(Tensor x, int[] low, int[] high, double value) {
        int[] before = new int[x.rank()];
        int[] after = new int[x.rank()];
        System.arraycopy(low, 0, before, 2, low.length);
        System.arraycopy(high, 0, after, 2, high.length);
        return Padding.constant(x, before, after, value);
    }

    private static Tensor conv(OnnxCall c) {
        Tensor weight = c.in(1);
        int[] kernel = Arrays.copyOfRange(weight.shape().dims(), 2, weight.rank());
        Windows w = Windows.of(c, kernel);
        int[] none = new int[kernel.length];
        Tensor x = w.symmetric() ? c.x() : padded(c.x(), w.low(), w.high(), 0);
        Conv.Geometry g = new Conv.Geometry(
                w.stride(),
                w.symmetric() ? w.low() : none,
                w.dilation(),
                c.attrs().integer("group", 1));
        return c.find(2)
                .map(b -> Conv.conv(x, weight, b, g))
                .orElseGet(() -> Conv.conv(x, weight, g));
    }

    /** Computed without padding; what the padding would cut off is cut off afterwards. */
    private static Tensor convTranspose(OnnxCall c) {
        Tensor weight = c.in(1);
        int[] kernel = Arrays.copyOfRange(weight.shape().dims(), 2, weight.rank());
        int n = kernel.length;
        Attributes a = c.attrs();
        int[] stride = a.spread("strides", n, 1);
        int[] dilation = a.spread("dilations", n, 1);
        int[] extra = a.spread("output_padding", n, 0);
        int[] pads = a.ints("pads", new int[2 * n]);
        int[] low = Arrays.stream(pads, 0, n).map(p -> -p).toArray();
        int[] high = Arrays.stream(pads, n, 2 * n).map(p -> -p).toArray();
        String auto = a.text("auto_pad", "NOTSET");
        int[] wanted = a.ints("output_shape");
        for (int i = 0; i < n && (wanted.length >= n || auto.startsWith("SAME")); i++) {
            int size = c.x().dim(i + 2);
            int full = stride[i] * (size - 1) + extra[i] + dilation[i] * (kernel[i] - 1) + 1;
            int out = wanted.length >= n ? wanted[wanted.length - n + i] : size * stride[i];
            // Where the wanted size is the larger one, halves are rounded down alike.
            int total = full - out;
            int half = Math.floorDiv(total, 2);
            low[i] = -(auto.equals("SAME_UPPER") ? half : total - half);
            high[i] = -total - low[i];
        }
        Conv.Geometry g = new Conv.Geometry(stride, new int[n], dilation, a.integer("group", 1));
        Tensor y = padded(Conv.convTranspose(c.x(), weight, g, extra), low, high, 0);
        return c.find(2).map(b -> y.add(Conv.perChannel(b, y))).orElse(y);
    }

    private static List<Tensor> maxPool(OnnxCall c) {
        Windows w = Windows.of(c, c.attrs().ints("kernel_shape"));
        if (c.outputs() == 1 && w.plain() && !c.attrs().flag("ceil_mode", false)) {
            return List.of(Primitives.maxPool(
                    c.x(), w.kernel(), w.stride(), w.low(), w.dilation(), false));
        }
        int[] high = reached(c, w);
        int[] none = new int[w.kernel().length];
        Tensor x = padded(c.x(), w.low(), high, Double.NEGATIVE_INFINITY);
        Tensor y = Primitives.maxPool(x, w.kernel(), w.stride(), none, w.dilation(), false);
        if (c.outputs() == 1) {
            return List.of(y);
        }
        Tensor places = padded(places(c), w.low(), high, 0);
        Tensor at = Primitives.maxPoolGather(
                places, x, w.kernel(), w.stride(), none, w.dilation(), false);
        return List.of(y, at.cast(DType.INT64));
    }

    /** Positions in the whole flattened tensor; the plane by columns in storage order 1. */
    private static Tensor places(OnnxCall c) {
        Shape shape = c.x().shape();
        Tensor rows = Tensor.arange(shape.numel()).cast(DType.FLOAT64);
        if (!c.attrs().flag("storage_order", false)) {
            return rows.reshape(shape.dims());
        }
        int[] stored = shape.dims();
        int[] order = new int[stored.length];
        Arrays.setAll(order, i -> i < 2 ? i : stored.length + 1 - i);
        int[] reversed = Arrays.stream(order).map(i -> stored[i]).toArray();
        return rows.reshape(reversed).permute(order);
    }

    /** To the size the windows imply, which indices count in, then padded to the one wanted. */
    private static Tensor maxUnpool(OnnxCall c) {
        int[] kernel = c.attrs().ints("kernel_shape");
        int n = kernel.length;
        int[] stride = c.attrs().spread("strides", n, 1);
        int[] pads = c.attrs().ints("pads", new int[2 * n]);
        int[] dims = c.x().shape().dims();
        for (int i = 0; i < n; i++) {
            dims[i + 2] = (dims[i + 2] - 1) * stride[i] - pads[i] - pads[i + n] + kernel[i];
        }
        Tensor whole = Pooling.maxUnpool(c.x(), c.in(1), dims);
        int[] wanted = c.has(2) ? c.ints(2) : dims;
        int[] behind = new int[dims.length];
        Arrays.setAll(behind, i -> wanted[i] - dims[i]);
        return Padding.constant(whole, new int[dims.length], behind, 0);
    }

    /** The p-norm of each window; padding counts as 0. */
    private static Tensor lpPool(OnnxCall c) {
        Windows w = Windows.of(c, c.attrs().ints("kernel_shape"));
        double p = c.attrs().number("p", 2);
        return sums(padded(c.x().abs().pow(p), w.low(), reached(c, w), 0), w).pow(1 / p);
    }

    private static int[] reached(OnnxCall c, Windows w) {
        int[] high = w.high().clone();
        if (c.attrs().flag("ceil_mode", false)) {
            int[] over = w.overhang(c.x());
            Arrays.setAll(high, i -> w.high()[i] + over[i]);
        }
        return high;
    }

    private static Tensor averagePool(OnnxCall c) {
        Windows w = Windows.of(c, c.attrs().ints("kernel_shape"));
        boolean counted = c.attrs().flag("count_include_pad", false);
        if (w.plain() && !c.attrs().flag("ceil_mode", false)) {
            return Primitives.avgPool(
                    c.x(), w.kernel(), w.stride(), w.low(), w.dilation(), false, counted, 0);
        }
        Tensor x = c.x();
        Tensor ones = Tensor.full(x.shape(), 1, x.dtype());
        int[] high = reached(c, w);
        Tensor count = counted ? padded(ones, w.low(), w.high(), 1) : ones;
        int[] low = counted ? new int[w.low().length] : w.low();
        int[] rest = high.clone();
        Arrays.setAll(rest, i -> counted ? high[i] - w.high()[i] : high[i]);
        return sums(padded(x, w.low(), high, 0), w).div(sums(padded(count, low, rest, 0), w));
    }

    private static Tensor sums(Tensor x, Windows w) {
        int[] none = new int[w.kernel().length];
        return Primitives.avgPool(x, w.kernel(), w.stride(), none, w.dilation(), false, true, 1);
    }

    /** x / (bias + alpha / size * sum of squares of neighbouring channels) ^ beta. */
    private static Tensor localResponse(OnnxCall c) {
        Tensor x = c.x();
        int size = c.attrs().integer("size", 1);
        Shape shape = x.shape();
        DType dtype = x.dtype();
        int channels = x.dim(1);
        int before = (size - 1) / 2;
        Tensor squares = x.square();
        Tensor sum = Tensor.full(shape, 0, dtype);
        for (int shift = -before; shift <= size - 1 - before; shift++) {
            int from = Math.max(0, shift);
            int to = Math.min(channels, channels + shift);
            if (from < to) {
                int[] low = new int[x.rank()];
                int[] high = new int[x.rank()];
                low[1] = Math.max(0, -shift);
                high[1] = Math.max(0, shift);
                sum = sum.add(Padding.constant(squares.slice(1, from, to), low, high, 0));
            }
        }
        double alpha = c.attrs().number("alpha", 1e-4) / size;
        Tensor scale = sum.mul(alpha).add(c.attrs().number("bias", 1));
        return x.div(scale.pow(c.attrs().number("beta", 0.75)));
    }
}
