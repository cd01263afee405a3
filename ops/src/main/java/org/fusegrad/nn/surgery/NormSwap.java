package org.fusegrad.nn.surgery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Convolution;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.WeightTransform;
import org.fusegrad.nn.norm.BatchNorm;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.ChannelMap;
import org.fusegrad.nn.norm.FrozenAffine;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;

/**
 * Exchanges the batch norms of a finished network for other norms, learned parameters taken over:
 * to go on training with small batches, or with statistics that no longer move. What was frozen
 * stays frozen: each learned parameter that collected no gradient, and the statistics if the new
 * norm keeps any, which a group norm does not.
 */
public final class NormSwap {
    /** What a batch norm becomes, by path: the norm itself and perhaps the layer before it. */
    @FunctionalInterface
    private interface Rule {
        /**
         * Decides.
         *
         * @throws IllegalArgumentException if it cannot be, saying why
         */
        Map<String, Module> changes(String path, BatchNorm norm, Wiring wiring);
    }

    private final Rule rule;

    private NormSwap(Rule rule) {
        this.rule = rule;
    }

    /** To group norms of this many groups. Results differ until the network is trained further. */
    public static NormSwap toGroupNorm(int groups) {
        return new NormSwap((path, norm, wiring) -> {
            GroupNorm to = new GroupNorm(groups, norm.channels(), norm.options());
            takeOver(norm, to);
            return Map.of(path, to);
        });
    }

    /**
     * To the fixed scale and shift that the running statistics and learned parameters come to.
     * Results are those of evaluation, but for rounding.
     */
    public static NormSwap toFrozenAffine() {
        return new NormSwap((path, norm, wiring) -> {
            FrozenAffine to = new FrozenAffine(fixed(norm), norm.options());
            takeOver(norm, to);
            return Map.of(path, to);
        });
    }

    /**
     * To moving average batch norms, each after a convolution whose weight is centralized from now
     * on. The running second moment starts at {@code running_var + running_mean²}, which is that of
     * the convolution before it was centralized: results differ by what its mean contributed.
     */
    public static NormSwap toMovingAverage(MABNWindow window) {
        return new NormSwap((path, norm, wiring) -> {
            if (!(norm instanceof BatchNorm2d)) {
                throw new IllegalArgumentException(norm + " is not of images");
            }
            if (!(wiring.source(norm) instanceof Wiring.Layer source)) {
                throw new IllegalArgumentException(((Wiring.None) wiring.source(norm)).why());
            }
            if (!(source.layer() instanceof Convolution conv)) {
                throw new IllegalArgumentException(source.path() + " is no convolution");
            }
            Map<String, Module> changes = new LinkedHashMap<>();
            if (conv.options().weights() == WeightTransform.NONE) {
                changes.put(source.path(), conv.withWeights(WeightTransform.CENTRALIZED));
            }
            MABN2d to = new MABN2d(norm.channels(), window, norm.options());
            takeOver(norm, to);
            Tensor mean = norm.namedBuffers().get("running_mean").get();
            Tensor variance = norm.namedBuffers().get("running_var").get();
            to.namedBuffers().get("running_var").set(variance.add(mean.square()));
            changes.put(path, to);
            return changes;
        });
    }

    /** Learned parameters with their switches, and the switch of the statistics. */
    private static void takeOver(Norm from, Norm to) {
        to.weight().ifPresent(w -> copy(from.weight().orElseThrow(), w));
        to.bias().ifPresent(b -> copy(from.bias().orElseThrow(), b));
        if (from.hasFrozenStatistics() && to.keepsStatistics()) {
            to.freezeStatistics();
        }
    }

    private static void copy(Tensor from, Tensor to) {
        to.assign(from);
        to.requiresGrad(from.requiresGrad());
    }

    private static ChannelMap.Fixed fixed(BatchNorm norm) {
        if (norm.channelMap() instanceof ChannelMap.Fixed map) {
            return map;
        }
        throw new IllegalArgumentException(
                norm + " " + ((ChannelMap.Varying) norm.channelMap()).why());
    }

    /**
     * Exchanges every batch norm that keeps running statistics and stands in a slot. The model is
     * changed in place, all or nothing; modes stay. Optimisers have to be made again.
     *
     * @param sample an input, on which the model before and after is compared, in evaluation
     * @throws RuntimeException what the model throws on the sample or on symbolic tensors
     */
    public SwapReport apply(Module model, Tensor sample) {
        Map<String, Boolean> modes = new LinkedHashMap<>();
        model.places().forEach((path, m) -> modes.put(path, m.isTraining()));
        model.eval();
        try {
            return inEvaluation(model, sample);
        } finally {
            // Parents stand before their parts, which take their own mode last.
            Map<String, Module> places = model.places();
            modes.forEach((path, on) -> places.get(path).train(on));
        }
    }

    private SwapReport inEvaluation(Module model, Tensor sample) {
        Wiring wiring = Wiring.of(model, sample);
        Results before = Results.of(model, sample);
        Map<String, Norm> swapped = new LinkedHashMap<>();
        List<Kept> kept = new ArrayList<>();
        Map<String, Module> changes = new LinkedHashMap<>();
        wiring.norms(model).forEach((path, norm) -> {
            try {
                Map<String, Module> own = changes(model, path, norm, wiring);
                changes.putAll(own);
                swapped.put(path, norm);
            } catch (IllegalArgumentException e) {
                kept.add(new Kept(path, e.getMessage()));
            }
        });
        Results after = Wiring.replacing(model, changes, () -> Results.of(model, sample));
        List<SwapReport.Swapped> rows = new ArrayList<>();
        swapped.forEach((path, norm) -> rows.add(new SwapReport.Swapped(
                path,
                norm.toString(),
                changes.get(path).toString(),
                Difference.of(before.at().get(path), after.at().get(path)))));
        return new SwapReport(rows, kept, Difference.of(before.result(), after.result()));
    }

    private Map<String, Module> changes(Module model, String path, Norm norm, Wiring wiring) {
        if (!(norm instanceof BatchNorm batchNorm)) {
            throw new IllegalArgumentException(norm + " is no batch norm");
        }
        fixed(batchNorm);
        Map<String, Module> own = new LinkedHashMap<>(rule.changes(path, batchNorm, wiring));
        wiring.places(norm).forEach(place -> own.put(place, own.get(path)));
        Optional<String> not = own.entrySet().stream()
                .flatMap(e -> model.whyNotReplace(e.getKey(), e.getValue()).stream())
                .findFirst();
        if (not.isPresent()) {
            throw new IllegalArgumentException(not.get());
        }
        return own;
    }

    /** What a model answers, and what stands behind each of its norms. */
    private record Results(Tensor result, Map<String, Tensor> at) {
        static Results of(Module model, Tensor sample) {
            Map<String, Tensor> at = new LinkedHashMap<>();
            List<Runnable> ends = new ArrayList<>();
            model.namedModules()
                    .forEach((path, part) -> ends.add(part.watch((m, x, call) -> {
                        Tensor y = call.get();
                        at.put(path, y);
                        return y;
                    })));
            try {
                return new Results(Tensor.noGrad(() -> model.forward(sample)), at);
            } finally {
                ends.forEach(Runnable::run);
            }
        }
    }
}
