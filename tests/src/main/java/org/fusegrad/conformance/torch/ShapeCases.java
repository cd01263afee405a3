package org.fusegrad.conformance.torch;

import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.eval.Inputs;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Setup;

/** Rows of tables and halves of axes. */
final class ShapeCases {
    private ShapeCases() {}

    static void register(Map<String, OpCase> table) {
        table.put("embedding", OpCase.of(ShapeCases::embedding));
        table.put(
                "glu",
                OpCase.of((s, in) -> org.fusegrad.ops.Activations.glu(
                        in.get("x"), s.attrs().integer("dim", -1))));
    }

    private static Tensor embedding(Setup s, Inputs in) {
        Tensor weight = in.get("weight");
        if (s.attrs().has("padding_idx")) {
            int padding = s.attrs().integer("padding_idx", 0);
            int row = padding < 0 ? padding + weight.dim(0) : padding;
            Tensor rows = Tensor.arange(weight.dim(0)).reshape(-1, 1);
            weight = rows.eq(row).where(weight.detach(), weight);
        }
        return org.fusegrad.ops.LinearMaps.embedding(weight, in.get("index"));
    }
}
