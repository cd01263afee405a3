package org.fusegrad.conformance.torch;

import java.util.List;
import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Formula;
import org.fusegrad.conformance.eval.Inputs;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Outputs;
import org.fusegrad.conformance.eval.Setup;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Conv;

/**
 * Normalization layers, alone and in the company of a convolution before, a residual and an
 * activation behind: {@code conv_bn_relu}, {@code bn_add_relu}, {@code ln_gelu}, {@code
 * add_layer_norm}.
 */
final class NormCases {
    /** Names of layers as cases spell them, each before those it is a prefix of. */
    private static final List<String> LAYERS = List.of(
            "batch_norm",
            "group_norm",
            "layer_norm",
            "instance_norm",
            "rms_norm",
            "iebn",
            "bn",
            "gn",
            "ln",
            "in",
            "rms");

    private NormCases() {}

    /** What the name of an operation says. */
    private record Parts(
            boolean conv, boolean sumBefore, String layer, boolean residual, String activation) {}

    /** The layer's cases, if the name is that of a layer or a combination with one. */
    static Optional<OpCase> find(String op) {
        return parse(op).map(parts -> OpCase.layer(setup -> prepare(parts, setup)));
    }

    private static Optional<Parts> parse(String op) {
        boolean conv = op.startsWith("conv_");
        boolean sum = op.startsWith("add_");
        String rest = conv ? op.substring(5) : sum ? op.substring(4) : op;
        for (String layer : LAYERS) {
            if (rest.equals(layer) || rest.startsWith(layer + "_")) {
                String tail = rest.equals(layer) ? "" : rest.substring(layer.length() + 1);
                boolean residual = tail.equals("add") || tail.startsWith("add_");
                String act = residual ? tail.replaceFirst("^add_?", "") : tail;
                boolean known = act.isEmpty() || Acts.knows(act);
                return known
                        ? Optional.of(new Parts(conv, sum, layer, residual, act))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Formula prepare(Parts parts, Setup s) {
        Activation activation = Acts.of(parts.activation(), s.attrs());
        String name = s.from().outputs().stream()
                .map(TensorEntry::name)
                .filter(n -> !n.equals("s") && !n.endsWith("_out"))
                .findFirst()
                .orElseThrow(() ->
                        new org.fusegrad.conformance.data.MalformedCase("the case has no output"));
        if (!parts.conv() && SingleValueNorm.applies(parts.layer(), s)) {
            boolean batch = parts.layer().startsWith("b");
            return in -> SingleValueNorm.apply(batch, s, in, name, activation);
        }
        Norm norm = NormLayers.build(parts.layer(), parts.conv(), s);
        norm.train(NormLayers.training(s.attrs()));
        NormLayers.bind(norm, s);
        return in -> {
            Outputs outputs = new Outputs();
            Tensor x = input(parts, in, s, outputs);
            Tensor y = parts.residual()
                    ? norm.forward(x, in.find("residual").orElse(x), activation)
                    : norm.forward(x, activation);
            outputs.and(name, y);
            norm.namedBuffers().forEach((path, state) -> outputs.state(path + "_out", state));
            return outputs;
        };
    }

    private static Tensor input(Parts parts, Inputs in, Setup s, Outputs outputs) {
        Tensor x = in.get("x");
        if (parts.sumBefore()) {
            Tensor sum = x.add(in.get("residual"));
            outputs.and("s", sum);
            return sum;
        }
        if (parts.conv()) {
            Conv.Geometry g = ContractionCases.geometry(s.attrs(), x.rank() - 2);
            return in.find("conv_bias")
                    .map(b -> Conv.conv(x, in.get("conv_weight"), b, g))
                    .orElseGet(() -> Conv.conv(x, in.get("conv_weight"), g));
        }
        return x;
    }

    /** Activations that can end a fused formula, by the names cases use. */
    static final class Acts {
        private Acts() {}

        static boolean knows(String name) {
            return find(name).isPresent();
        }

        private static Optional<Activation.Kind> find(String name) {
            for (Activation.Kind kind : Activation.Kind.values()) {
                if (kind.name().equalsIgnoreCase(name.replace("swish", "silu"))) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }

        static Activation of(String name, Attributes a) {
            if (name.isEmpty()) {
                return Activation.NONE;
            }
            Activation.Kind kind = find(name)
                    .orElseThrow(() ->
                            new Unsupported("activation '" + name + "' after a normalization"));
            return switch (kind) {
                case LEAKY_RELU -> Activation.leakyRelu(a.number("negative_slope", 0.01));
                case ELU -> Activation.elu(a.number("alpha", 1));
                default -> new Activation(kind, 0);
            };
        }
    }
}
