package org.fusegrad.nn.norm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.fusegrad.Primitives;
import org.fusegrad.RandomRecord;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Module;

/**
 * Trains a module with the batch norms of the whole batch while only a few samples at a time are in
 * memory: statistics, results and gradients are those of the whole batch, up to rounding.
 *
 * <pre>{@code
 * UnaryOperator<Tensor> whole = MicroBatches.of(model, 8);
 * loss(whole.apply(images)).backward();
 * }</pre>
 *
 * <p>Forward and backward are sweeps over the parts. The statistics of a batch norm need its input
 * from every part, so the forward sweeps once for each batch norm up to that layer, and once more
 * for the result. The backward of a batch norm needs what the loss gains by its statistics over
 * every part, so the backward sweeps once for each batch norm, last first, down to that layer, and
 * once more for the gradients. Each sweep computes its forward again; only inputs, results and the
 * statistics are kept. A module with one batch norm takes two sweeps each way. One with many is
 * better cut into stages, {@code MicroBatches} around each, which keeps the inputs of the stages
 * and takes few sweeps in each.
 *
 * <p>The module may hold any layers that treat samples apart. Every batch norm in training must be
 * called once for each part. Random numbers are the same in all sweeps over a part. There are no
 * gradients of gradients.
 */
public final class MicroBatches {
    /** One forward: what its backward needs. */
    private record Run(List<Part> parts, Map<BatchNorm, Moments> moments) {}

    /** A few samples, and the random numbers that every sweep over them draws alike. */
    private record Part(Tensor x, RandomRecord random) {
        Part(Tensor x) {
            this(x, new RandomRecord());
        }

        /** The same samples as a leaf. */
        Part leaf(boolean wanted) {
            return new Part(Tensor.ofValue(x.value()).requiresGrad(wanted), random);
        }
    }

    /** Ends a forward at a layer whose statistics are not known yet; carries no stack. */
    private static final class Reached extends RuntimeException {
        private static final long serialVersionUID = 1;

        Reached() {
            super(null, null, false, false);
        }
    }

    private final Module module;
    private final int size;
    private final Map<BatchNorm, GivenStatistics> given = new LinkedHashMap<>();

    private MicroBatches(Module module, int size) {
        this.module = module;
        this.size = size;
    }

    /**
     * The module, run a few samples at a time.
     *
     * @param size samples in memory at a time; the last part may have fewer
     * @throws IllegalArgumentException if size is not positive
     */
    public static UnaryOperator<Tensor> of(Module module, int size) {
        if (size < 1) {
            throw new IllegalArgumentException(
                    "MicroBatches: a part of " + size + " samples is none; take at least 1");
        }
        return new MicroBatches(module, size)::forward;
    }

    private Tensor forward(Tensor x) {
        if (x.dim(0) == 0) {
            return module.forward(x);
        }
        List<BatchNorm> layers = layers();
        List<Part> parts = split(x.detach()).stream().map(Part::new).toList();
        Map<BatchNorm, Moments> moments = new LinkedHashMap<>();
        Tensor y = Tensor.noGrad(() -> around(layers, () -> {
            while (true) {
                Sweep sweep = new Sweep(moments, List.of());
                List<Tensor> results = sweep.results(parts);
                if (results.size() == parts.size()) {
                    return Tensor.concat(0, results.toArray(Tensor[]::new));
                }
                BatchNorm reached = sweep.reached.iterator().next();
                moments.put(reached, requireSeveral(reached, sweep.collected));
                given.get(reached).set(sweep.collected);
            }
        }));
        moments.forEach((layer, all) -> layer.track(all));
        List<Tensor> inputs = new ArrayList<>(List.of(x));
        module.parameters().stream().filter(Tensor::requiresGrad).forEach(inputs::add);
        Run run = new Run(parts, moments);
        return Primitives.customGradient(y, inputs, dy -> backward(run, layers, inputs, dy));
    }

    private static Moments requireSeveral(BatchNorm layer, Moments all) {
        if (all.count() < 2) {
            throw new IllegalArgumentException("MicroBatches: each statistic of " + layer
                    + " would be of one value, which has no variance; use a larger batch");
        }
        return all;
    }

    private List<Tensor> backward(Run run, List<BatchNorm> layers, List<Tensor> inputs, Tensor dy) {
        if (Tensor.isRecording()) {
            throw new IllegalStateException("MicroBatches has no gradients of gradients;"
                    + " run the module on the whole batch for them");
        }
        List<Tensor> upstream = split(dy);
        run.moments().forEach((layer, m) -> given.get(layer).set(m));
        return Tensor.recording(
                true,
                () -> around(layers, () -> {
                    List<BatchNorm> order = new ArrayList<>(run.moments().keySet());
                    for (int i = order.size() - 1; i >= 0; i--) {
                        gains(run, order.get(i), order.subList(i + 1, order.size()), upstream);
                    }
                    return gradients(run, order, inputs, upstream);
                }));
    }

    /** Adds up over the parts what the loss gains by the statistics of a layer. */
    private void gains(Run run, BatchNorm layer, List<BatchNorm> later, List<Tensor> upstream) {
        GivenStatistics statistics = given.get(layer);
        double[] byMean = new double[layer.channels()];
        double[] byVariance = new double[layer.channels()];
        List<Tensor> wanted = List.of(statistics.mean(), statistics.variance());
        statistics.collect(true);
        try {
            for (int k = 0; k < upstream.size(); k++) {
                Sweep sweep = new Sweep(run.moments(), later);
                List<Tensor> g = sweep.gradients(run.parts().get(k), upstream.get(k), wanted);
                add(byMean, g.get(0));
                add(byVariance, g.get(1));
            }
        } finally {
            statistics.collect(false);
        }
        statistics.setGains(byMean, byVariance, run.moments().get(layer).count());
    }

    private static void add(double[] sum, Tensor g) {
        double[] values = g == null ? new double[sum.length] : g.toDoubles();
        Arrays.setAll(sum, c -> sum[c] + values[c]);
    }

    /** The gradients of the input, joined, and of the parameters, added up. */
    private List<Tensor> gradients(
            Run run, List<BatchNorm> all, List<Tensor> inputs, List<Tensor> upstream) {
        List<Tensor> dx = new ArrayList<>();
        Tensor[] sums = new Tensor[inputs.size()];
        for (int k = 0; k < upstream.size(); k++) {
            Part part = run.parts().get(k).leaf(inputs.get(0).requiresGrad());
            List<Tensor> wanted = new ArrayList<>(inputs);
            wanted.set(0, part.x());
            List<Tensor> g = new Sweep(run.moments(), all).gradients(part, upstream.get(k), wanted);
            dx.add(g.get(0));
            for (int i = 1; i < sums.length; i++) {
                Tensor now = g.get(i);
                sums[i] =
                        sums[i] == null || now == null ? now : sums[i].add(now).detach();
            }
        }
        sums[0] = dx.contains(null)
                ? null
                : Tensor.concat(0, dx.toArray(Tensor[]::new)).detach();
        return Arrays.asList(sums);
    }

    /** What happens while one part, or one after the other, passes the layers. */
    private final class Sweep {
        private final Map<BatchNorm, Moments> known;
        private final List<BatchNorm> sharing;
        private final Set<BatchNorm> called = new LinkedHashSet<>();
        private final Set<BatchNorm> reached = new LinkedHashSet<>();
        private final List<Tensor> shares = new ArrayList<>();
        private Moments collected;

        /**
         * @param known layers whose statistics are known; a forward ends at any other
         * @param sharing layers whose input gets its share of what their statistics gain
         */
        Sweep(Map<BatchNorm, Moments> known, List<BatchNorm> sharing) {
            this.known = known;
            this.sharing = sharing;
        }

        List<Tensor> results(List<Part> parts) {
            List<Tensor> results = new ArrayList<>();
            for (Part part : parts) {
                try {
                    results.add(run(part));
                } catch (Reached expected) {
                    // Its statistics are collected; the next sweep goes further.
                }
            }
            return results;
        }

        List<Tensor> gradients(Part part, Tensor dy, List<Tensor> wanted) {
            List<Tensor> outputs = new ArrayList<>(List.of(run(part)));
            outputs.addAll(shares);
            Tensor[] upstream = new Tensor[outputs.size()];
            upstream[0] = dy;
            return Tensor.grad(outputs, wanted, Arrays.asList(upstream), false);
        }

        private Tensor run(Part part) {
            called.clear();
            List<Runnable> ends = new ArrayList<>();
            given.keySet()
                    .forEach(layer -> ends.add(layer.watch((m, x, call) -> {
                        pass((BatchNorm) m, x);
                        return call.get();
                    })));
            try {
                return part.random().during(() -> module.forward(part.x()));
            } finally {
                ends.forEach(Runnable::run);
            }
        }

        private void pass(BatchNorm layer, Tensor x) {
            if (!layer.isGiven()) {
                return;
            }
            if (!called.add(layer)) {
                throw new IllegalStateException("MicroBatches: " + layer + " is called twice, and"
                        + " each call has statistics of its own; use two layers");
            }
            if (!known.containsKey(layer)) {
                reached.add(layer);
                Moments before = collected == null ? Moments.none(layer.channels()) : collected;
                collected = before.and(Moments.of(x));
                throw new Reached();
            }
            if (sharing.contains(layer) && x.requiresGrad()) {
                shares.add(given.get(layer).shareOf(x));
            }
        }
    }

    /** Runs with the layers normalising with given statistics. */
    private <T> T around(List<BatchNorm> layers, Supplier<T> sweeps) {
        Function<BatchNorm, GivenStatistics> made = l -> new GivenStatistics(l.channels());
        layers.forEach(layer -> layer.give(given.computeIfAbsent(layer, made)));
        try {
            return sweeps.get();
        } finally {
            layers.forEach(layer -> layer.give(null));
        }
    }

    /** The batch norms that take their statistics from the batch, as the module is set now. */
    private List<BatchNorm> layers() {
        List<BatchNorm> layers = new ArrayList<>();
        module.namedModules().forEach((path, m) -> {
            if (m instanceof BatchNorm norm && norm.takesBatchStatistics()) {
                layers.add(norm);
            } else if (m instanceof Norm norm && norm.keepsStatistics() && norm.movesStatistics()) {
                throw new IllegalArgumentException("MicroBatches: " + path + ", a " + norm
                        + ", has statistics that are not those of the whole batch;"
                        + " freeze them or run the whole batch");
            }
        });
        return layers;
    }

    private List<Tensor> split(Tensor x) {
        List<Tensor> parts = new ArrayList<>();
        for (int from = 0; from < x.dim(0); from += size) {
            parts.add(x.slice(0, from, Math.min(x.dim(0), from + size)).detach());
        }
        return parts;
    }
}
