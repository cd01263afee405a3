package org.fusegrad.conformance.torch;

import java.util.Map;
import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Inputs;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Setup;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.LinearMaps;

/** Matrix products and convolutions. */
final class ContractionCases {
    private ContractionCases() {}

    static void register(Map<String, OpCase> table) {
        for (String product : new String[] {"matmul", "mm", "bmm", "mv", "dot"}) {
            table.put(product, OpCase.of((s, in) -> in.get("a").matmul(in.get("b"))));
        }
        table.put("linear", OpCase.of((s, in) -> linear(in)));
        table.put("addmm", OpCase.of(ContractionCases::addmm));
        table.put("baddbmm", OpCase.of(ContractionCases::addmm));
        for (int axes = 1; axes <= 3; axes++) {
            int n = axes;
            table.put("conv" + n + "d", OpCase.of((s, in) -> conv(s, in, in.get("weight"), n)));
            table.put("conv_transpose" + n + "d", OpCase.of((s, in) -> convTranspose(s, in, n)));
        }
        table.put("cen_conv2d", OpCase.of((s, in) -> {
            Tensor w = in.get("weight");
            return conv(s, in, w.sub(w.mean(1, 2, 3)), 2);
        }));
    }

    private static Tensor linear(Inputs in) {
        Tensor x = in.get("x");
        Tensor w = in.get("weight");
        return in.has("bias") ? LinearMaps.linear(x, w, in.get("bias")) : LinearMaps.linear(x, w);
    }

    private static Tensor addmm(Setup s, Inputs in) {
        Tensor product = in.get("a").matmul(in.get("b")).mul(s.attrs().number("alpha", 1));
        return in.get("c").mul(s.attrs().number("beta", 1)).add(product);
    }

    static Tensor conv(Setup s, Inputs in, Tensor weight, int axes) {
        Tensor x = in.get("x");
        Conv.Geometry g = geometry(s.attrs(), axes);
        Optional<Tensor> bias = in.find("bias");
        return bias.isPresent() ? Conv.conv(x, weight, bias.get(), g) : Conv.conv(x, weight, g);
    }

    static Conv.Geometry geometry(Attributes a, int axes) {
        boolean named = a.isText("padding");
        if (named && !a.text("padding", "").equals("valid")) {
            throw new Unsupported("padding '" + a.text("padding", "") + "'");
        }
        return new Conv.Geometry(
                a.spread("stride", axes, 1),
                named ? new int[axes] : a.spread("padding", axes, 0),
                a.spread("dilation", axes, 1),
                a.integer("groups", 1));
    }

    private static Tensor convTranspose(Setup s, Inputs in, int axes) {
        Tensor x = in.get("x");
        Tensor y = Conv.convTranspose(
                x,
                in.get("weight"),
                geometry(s.attrs(), axes),
                s.attrs().spread("output_padding", axes, 0));
        return in.find("bias").map(b -> y.add(Conv.perChannel(b, y))).orElse(y);
    }
}
