package org.fusegrad.conformance.torch;

import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.conformance.eval.Inputs;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Outputs;
import org.fusegrad.conformance.eval.Setup;
import org.fusegrad.ops.Pooling;

/** Pooling over 1 to 3 trailing axes. */
final class PoolCases {
    private PoolCases() {}

    static void register(Map<String, OpCase> table) {
        for (int axes = 1; axes <= 3; axes++) {
            int n = axes;
            table.put("max_pool" + n + "d", s -> in -> max(s, in, n));
            table.put("avg_pool" + n + "d", OpCase.of((s, in) -> avg(s, in, n)));
        }
        table.put("adaptive_avg_pool2d", OpCase.of(PoolCases::adaptive));
        table.put("adaptive_avg_pool1d", OpCase.of(PoolCases::adaptive));
        table.put("global_avg_pool2d", OpCase.of((s, in) -> Pooling.globalAvgPool(in.get("x"))));
    }

    private static Outputs max(Setup s, Inputs in, int axes) {
        Pooling.Windows w = ProgramWindows.windows(s.attrs(), axes);
        List<TensorEntry> outputs = s.from().outputs();
        if (outputs.size() == 1) {
            return Outputs.of(Pooling.maxPool(in.get("x"), w));
        }
        Pooling.Maxima maxima = Pooling.maxPoolWithIndices(in.get("x"), w);
        return new Outputs()
                .and(outputs.get(0).name(), maxima.values())
                .and(outputs.get(1).name(), maxima.indices());
    }

    private static Tensor avg(Setup s, Inputs in, int axes) {
        return Pooling.avgPool(
                in.get("x"),
                ProgramWindows.windows(s.attrs(), axes),
                s.attrs().flag("count_include_pad", true),
                s.attrs().integer("divisor_override", 0));
    }

    private static Tensor adaptive(Setup s, Inputs in) {
        Tensor x = in.get("x");
        int[] size = s.attrs().ints("output_size", 1);
        if (s.from().op().contains("1d")) {
            return Pooling.adaptiveAvgPool2d(x.unsqueeze(-2), 1, size[0]).squeeze(-2);
        }
        return Pooling.adaptiveAvgPool2d(x, size[0], size[size.length - 1]);
    }
}
