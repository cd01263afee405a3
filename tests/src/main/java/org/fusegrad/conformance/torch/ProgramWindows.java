package org.fusegrad.conformance.torch;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.torch.ProgramTable.Operation;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.Pooling;

/** Convolutions and pooling over 1 to 3 axes in programs. */
final class ProgramWindows {
    private ProgramWindows() {}

    static void register(Map<String, Operation> table) {
        for (int axes = 1; axes <= 3; axes++) {
            int n = axes;
            table.put("conv" + n + "d", ProgramTable.single(c -> conv(c, n)));
            table.put("conv_transpose" + n + "d", ProgramTable.single(c -> convTranspose(c, n)));
            table.put("avg_pool" + n + "d", ProgramTable.single(c -> average(c, n)));
            table.put("max_pool" + n + "d", c -> maximum(c, n));
            table.put("lp_pool" + n + "d", ProgramTable.single(c -> lp(c, n)));
            table.put("max_unpool" + n + "d", ProgramTable.single(c -> unpool(c, n)));
            table.put("adaptive_avg_pool" + n + "d", ProgramTable.single(c -> adaptive(c, n)));
            table.put("adaptive_max_pool" + n + "d", ProgramTable.single(c -> adaptive(c, n)));
        }
    }

    private static Tensor conv(ProgramCall c, int axes) {
        boolean same =
                c.attrs().isText("padding") && c.attrs().text("padding", "").equals("same");
        Conv.Geometry g = same
                ? sameSize(c.attrs(), c.in(1), axes)
                : ContractionCases.geometry(c.attrs(), axes);
        return c.find(2)
                .map(b -> Conv.conv(c.x(), c.in(1), b, g))
                .orElseGet(() -> Conv.conv(c.x(), c.in(1), g));
    }

    /** Padding that keeps sizes at a stride of 1. */
    private static Conv.Geometry sameSize(Attributes a, Tensor weight, int axes) {
        int[] dilation = a.spread("dilation", axes, 1);
        int[] padding = IntStream.range(0, axes)
                .map(i -> dilation[i] * (weight.dim(i + 2) - 1))
                .toArray();
        if (Arrays.stream(padding).anyMatch(p -> p % 2 != 0)) {
            throw new org.fusegrad.conformance.data.Unsupported("padding 'same' of an even kernel");
        }
        return new Conv.Geometry(
                a.spread("stride", axes, 1),
                Arrays.stream(padding).map(p -> p / 2).toArray(),
                dilation,
                a.integer("groups", 1));
    }

    private static Tensor convTranspose(ProgramCall c, int axes) {
        Conv.Geometry g = ContractionCases.geometry(c.attrs(), axes);
        int[] extra = c.attrs().spread("output_padding", axes, 0);
        int[] size = c.attrs().ints("output_size");
        Tensor y = size.length == 0
                ? Conv.convTranspose(c.x(), c.in(1), g, extra)
                : Conv.convTransposeTo(
                        c.x(),
                        c.in(1),
                        g,
                        Arrays.copyOfRange(size, size.length - axes, size.length));
        return c.find(2).map(b -> y.add(Conv.perChannel(b, y))).orElse(y);
    }

    static Pooling.Windows windows(Attributes a, int axes) {
        int[] kernel = a.spread("kernel_size", axes, 1);
        boolean strided = a.has("stride") && a.ints("stride").length > 0;
        return new Pooling.Windows(
                kernel,
                strided ? a.spread("stride", axes, 1) : kernel,
                a.spread("padding", axes, 0),
                a.spread("dilation", axes, 1),
                a.flag("ceil_mode", false));
    }

    private static List<Tensor> maximum(ProgramCall c, int axes) {
        Pooling.Windows w = windows(c.attrs(), axes);
        if (c.results() == 1) {
            return List.of(Pooling.maxPool(c.x(), w));
        }
        Pooling.Maxima maxima = Pooling.maxPoolWithIndices(c.x(), w);
        return List.of(maxima.values(), maxima.indices());
    }

    private static Tensor average(ProgramCall c, int axes) {
        return Pooling.avgPool(
                c.x(),
                windows(c.attrs(), axes),
                c.attrs().flag("count_include_pad", true),
                c.attrs().integer("divisor_override", 0));
    }

    /** The p-norm of each window, without absolute values, as PyTorch computes it. */
    private static Tensor lp(ProgramCall c, int axes) {
        double p = c.attrs().number("norm_type", 2);
        Tensor sums = Pooling.avgPool(c.x().pow(p), windows(c.attrs(), axes), true, 1);
        return sums.sign().mul(sums.abs().relu().pow(1 / p));
    }

    private static Tensor unpool(ProgramCall c, int axes) {
        int[] size = c.attrs().ints("output_size");
        if (size.length < axes) {
            Pooling.Windows w = windows(c.attrs(), axes);
            size = IntStream.range(0, axes)
                    .map(i -> (c.x().dim(i - axes) - 1) * w.stride()[i]
                            - 2 * w.padding()[i]
                            + w.kernel()[i])
                    .toArray();
        }
        return Pooling.maxUnpool(
                c.x(), c.in(1), Arrays.copyOfRange(size, size.length - axes, size.length));
    }

    private static Tensor adaptive(ProgramCall c, int axes) {
        if (axes == 3) {
            throw c.unsupported("over three axes");
        }
        int[] size = c.attrs().spread("output_size", axes, 0);
        if (!c.attrs().has("output_size")) {
            throw new MalformedCase("'" + c.op() + "' in a program has no 'output_size'");
        }
        Tensor x = axes == 1 ? c.x().unsqueeze(-2) : c.x();
        int height = axes == 1 ? 1 : size[0];
        int width = size[axes - 1];
        Tensor y = c.op().contains("max")
                ? Pooling.adaptiveMaxPool2d(x, height, width)
                : Pooling.adaptiveAvgPool2d(x, height, width);
        return axes == 1 ? y.squeeze(-2) : y;
    }
}
