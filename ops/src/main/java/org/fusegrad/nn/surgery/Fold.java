package org.fusegrad.nn.surgery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.graph.Node;
import org.fusegrad.nn.Foldable;
import org.fusegrad.nn.Init;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.norm.ChannelMap;
import org.fusegrad.nn.norm.IdentityNorm;
import org.fusegrad.nn.norm.Norm;

/**
 * Moves norms that are fixed maps of channels into the convolutions and linear layers before them:
 *
 * <pre>weight' = weight scale[out],   bias' = bias scale[out] + shift[out]</pre>
 *
 * <p>with {@code scale} and {@code shift} as {@link Norm#channelMap} says, in float64, rounded once
 * to the type of the layer. The result differs from the unfolded one by that rounding and by the
 * order in which rounding happens.
 */
public final class Fold {
    private static final long SEED = 1;

    private Fold() {}

    /**
     * The layer with the norm after it moved in; both stay as they are. It is in the mode of the
     * layer. Its weight collects gradients if that of the layer does, its bias if that of the layer
     * or of the norm does.
     *
     * @throws IllegalArgumentException if the norm is no fixed map of channels in its present mode,
     *     or of another number of them
     */
    public static Module fold(Foldable layer, Norm norm) {
        if (!(norm.channelMap() instanceof ChannelMap.Fixed map)) {
            throw new IllegalArgumentException(
                    "cannot fold into " + layer + ": " + whyVarying(norm).orElseThrow());
        }
        Tensor weight = layer.appliedWeight();
        int channels = weight.dim(layer.isTransposed() ? 1 : 0)
                * (layer.isTransposed() ? layer.groups() : 1);
        if (map.scale().length != channels) {
            throw new IllegalArgumentException("cannot fold into " + layer + ": it has " + channels
                    + " output channels, and " + norm + " is of " + map.scale().length);
        }
        double[] bias = layer.bias().map(Tensor::toDoubles).orElseGet(() -> new double[channels]);
        for (int c = 0; c < channels; c++) {
            bias[c] = bias[c] * map.scale()[c] + map.shift()[c];
        }
        Module folded =
                layer.withValues(scaled(weight, layer, map.scale()), Tensor.of(bias, channels));
        takeOver((Module) layer, norm, folded);
        return folded;
    }

    /** What was frozen stays frozen; the bias is what layer and norm added. */
    private static void takeOver(Module layer, Norm norm, Module folded) {
        Map<String, Tensor> before = layer.namedParameters();
        boolean shifts = norm.bias().map(Tensor::requiresGrad).orElse(false);
        folded.namedParameters().forEach((name, p) -> {
            Tensor own = before.get(name);
            boolean learned = own != null && own.requiresGrad();
            p.requiresGrad(learned || name.equals("bias") && shifts);
        });
        folded.train(layer.isTraining());
    }

    /** Each weight times the scale of the output channel it contributes to. */
    private static Tensor scaled(Tensor weight, Foldable layer, double[] scale) {
        double[] values = weight.toDoubles();
        int kernel = values.length / (weight.dim(0) * weight.dim(1));
        int inner = weight.dim(1);
        int rows = weight.dim(0) / layer.groups();
        for (int i = 0; i < values.length; i++) {
            int first = i / kernel / inner;
            int second = i / kernel % inner;
            // Transposed: axis 0 runs over the inputs of all groups, axis 1 over one group's
            // outputs.
            int out = layer.isTransposed() ? first / rows * inner + second : first;
            values[i] *= scale[out];
        }
        return Tensor.of(values, weight.shape().dims());
    }

    /**
     * Folds every norm of a model that can be folded: one that is a fixed map of channels in its
     * present mode, is called once, and is the only user of a convolution or linear layer that is
     * called once. In place of the norm stands an {@link IdentityNorm}, so that the residual and
     * activation fused with it stay. The model is changed in place, all or nothing.
     *
     * @param sample an input, from which the wiring is traced
     * @throws RuntimeException what the model throws on the sample or on symbolic tensors
     */
    public static FoldReport model(Module model, Tensor sample) {
        Wiring wiring = Wiring.of(model, sample);
        Tensor before = Tensor.noGrad(() -> model.forward(sample));
        List<FoldReport.Pair> folded = new ArrayList<>();
        List<Kept> kept = new ArrayList<>();
        Map<String, Module> changes = new LinkedHashMap<>();
        wiring.norms(model).forEach((path, norm) -> {
            Optional<String> why = whyVarying(norm);
            if (why.isPresent()) {
                kept.add(new Kept(path, why.get()));
            } else if (wiring.source(norm) instanceof Wiring.Layer source) {
                Module layer = fold(source.layer(), norm);
                IdentityNorm nothing = new IdentityNorm();
                model.whyNotReplace(source.path(), layer)
                        .or(() -> model.whyNotReplace(path, nothing))
                        .ifPresentOrElse(not -> kept.add(new Kept(path, not)), () -> {
                            changes.put(source.path(), layer);
                            changes.put(path, nothing);
                            folded.add(pair(source, path, norm, layer));
                        });
            } else {
                kept.add(new Kept(path, ((Wiring.None) wiring.source(norm)).why()));
            }
        });
        Tensor after =
                Wiring.replacing(model, changes, () -> Tensor.noGrad(() -> model.forward(sample)));
        return new FoldReport(folded, kept, Difference.of(before, after));
    }

    private static Optional<String> whyVarying(Norm norm) {
        return norm.channelMap() instanceof ChannelMap.Varying varying
                ? Optional.of(norm + " " + varying.why())
                : Optional.empty();
    }

    private static FoldReport.Pair pair(
            Wiring.Layer source, String path, Norm norm, Module folded) {
        Node input = source.input();
        RandomSource random = RandomSource.of(SEED);
        Tensor x = Init.normal(random, input.dtype(), input.shape().dims());
        Module layer = (Module) source.layer();
        return Tensor.noGrad(() -> new FoldReport.Pair(
                source.path(),
                path,
                Difference.of(norm.forward(layer.forward(x)), folded.forward(x))));
    }
}
