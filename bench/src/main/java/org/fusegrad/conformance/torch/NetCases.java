package org.fusegrad.conformance.torch;

import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.eval.Formula;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Outputs;
import org.fusegrad.conformance.eval.Setup;
import org.fusegrad.conformance.eval.Unsupported;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.Linear;
import org.fusegrad.ops.Pooling;

/** Whole small networks, and formulas that a note states. */
final class NetCases {
    private NetCases() {}

    static void register(Map<String, OpCase> table) {
        table.put("net", OpCase.layer(NetCases::convBnLinear));
        table.put("graph", s -> NoteFormula.of(s.from()).formula());
    }

    /** y = linear(mean_hw(activation(BN_train(conv2d(x, w1, pad 1)))), w2). */
    private static Formula convBnLinear(Setup s) {
        String name = s.from().name();
        if (!name.matches("conv_bn_\\w+_linear.*") || !s.has("w1") || !s.has("w2")) {
            throw new Unsupported("network '" + name + "'");
        }
        String activation = name.replaceAll("^conv_bn_(\\w+)_linear.*$", "$1");
        Norm norm = NormLayers.batchNorm(
                4,
                s.value("w1").dim(0),
                NormOptions.DEFAULT.dtype(s.dtype()).trackRunningStats(false));
        s.bind("gamma", norm.weight().orElseThrow());
        s.bind("beta", norm.bias().orElseThrow());
        Attributes a = s.attrs();
        return in -> {
            Tensor h = Conv.conv(in.get("x"), in.get("w1"), Conv.Geometry.of(2, 1, 1));
            Tensor act = ActivationCases.apply(activation, norm.forward(h), a);
            Tensor pooled = Pooling.flatten(Pooling.globalAvgPool(act), 1);
            return Outputs.of(Linear.linear(pooled, in.get("w2")));
        };
    }
}
