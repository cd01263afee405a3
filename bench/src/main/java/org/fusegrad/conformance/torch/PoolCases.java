package org.fusegrad.conformance.torch;

import java.util.Map;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.eval.Inputs;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Setup;
import org.fusegrad.conformance.eval.Unsupported;
import org.fusegrad.ops.Pooling;

/**
 * Pooling over 1 to 3 trailing axes. The double-backward cases pool x * x and say so in their note.
 */
final class PoolCases {
    private PoolCases() {}

    static void register(Map<String, OpCase> table) {
        for (int axes = 1; axes <= 3; axes++) {
            int n = axes;
            table.put("max_pool" + n + "d", OpCase.of((s, in) -> max(s, in, n)));
            table.put("avg_pool" + n + "d", OpCase.of((s, in) -> avg(s, in, n)));
        }
        table.put("adaptive_avg_pool2d", OpCase.of(PoolCases::adaptive));
        table.put("adaptive_avg_pool1d", OpCase.of(PoolCases::adaptive));
        table.put("global_avg_pool2d", OpCase.of((s, in) -> Pooling.globalAvgPool(input(s, in))));
    }

    private static Tensor input(Setup s, Inputs in) {
        Tensor x = in.get("x");
        return s.from().note().contains("(x*x)") ? x.mul(x) : x;
    }

    private static Tensor max(Setup s, Inputs in, int axes) {
        Attributes a = s.attrs();
        if (s.from().outputs().size() > 1) {
            throw new Unsupported("max pooling with indices");
        }
        int[] kernel = a.spread("kernel_size", axes, 1);
        return Primitives.maxPool(
                input(s, in),
                kernel,
                stride(a, kernel),
                a.spread("padding", axes, 0),
                a.spread("dilation", axes, 1),
                a.flag("ceil_mode", false));
    }

    private static Tensor avg(Setup s, Inputs in, int axes) {
        Attributes a = s.attrs();
        int[] kernel = a.spread("kernel_size", axes, 1);
        return Primitives.avgPool(
                input(s, in),
                kernel,
                stride(a, kernel),
                a.spread("padding", axes, 0),
                a.flag("ceil_mode", false),
                a.flag("count_include_pad", true),
                a.integer("divisor_override", 0));
    }

    private static int[] stride(Attributes a, int[] kernel) {
        return a.has("stride") && a.ints("stride").length > 0
                ? a.spread("stride", kernel.length, 1)
                : kernel;
    }

    private static Tensor adaptive(Setup s, Inputs in) {
        Tensor x = input(s, in);
        int[] size = s.attrs().ints("output_size", 1);
        if (s.from().op().contains("1d")) {
            return Pooling.adaptiveAvgPool2d(x.unsqueeze(-2), 1, size[0]).squeeze(-2);
        }
        return Pooling.adaptiveAvgPool2d(x, size[0], size[size.length - 1]);
    }
}
