package org.fusegrad.nn.norm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.fusegrad.nn.Module;

/**
 * Freezes the normalization layers of a network, chosen by path and layer. Statistics and learned
 * parameters are two switches, and {@code train(true)} undoes neither. Each method answers all that
 * is frozen afterwards.
 *
 * <pre>{@code
 * Freeze.statistics(model, (path, norm) -> path.startsWith("layer1"));
 * }</pre>
 */
public final class Freeze {
    /**
     * A layer of which something is frozen.
     *
     * @param path in the network
     * @param statistics whether it normalises with those it keeps and does not move them
     * @param affine whether its learned parameters collect no gradients
     */
    public record Frozen(String path, Norm norm, boolean statistics, boolean affine) {
        @Override
        public String toString() {
            String what = !affine ? "statistics" : statistics ? "statistics, affine" : "affine";
            return path + " " + norm + ": " + what;
        }
    }

    private Freeze() {}

    /** Freezes the statistics of the chosen layers; those that keep none are passed over. */
    public static List<Frozen> statistics(Module model, BiPredicate<String, Norm> chosen) {
        return each(model, chosen, Norm::keepsStatistics, Norm::freezeStatistics);
    }

    /** Freezes the learned parameters of the chosen layers. */
    public static List<Frozen> affine(Module model, BiPredicate<String, Norm> chosen) {
        return each(model, chosen, norm -> true, Norm::freezeAffine);
    }

    /** Lets the statistics of the chosen layers move again. */
    public static List<Frozen> unfreezeStatistics(Module model, BiPredicate<String, Norm> chosen) {
        return each(model, chosen, norm -> true, Norm::unfreezeStatistics);
    }

    /** Lets the learned parameters of the chosen layers collect gradients again. */
    public static List<Frozen> unfreezeAffine(Module model, BiPredicate<String, Norm> chosen) {
        return each(model, chosen, Norm::hasFrozenAffine, Norm::unfreezeAffine);
    }

    /** All that is frozen in a network, in the order of its layers. */
    public static List<Frozen> listing(Module model) {
        List<Frozen> all = new ArrayList<>();
        model.namedModules().forEach((path, module) -> {
            if (module instanceof Norm norm
                    && (norm.hasFrozenStatistics() || norm.hasFrozenAffine())) {
                all.add(new Frozen(path, norm, norm.hasFrozenStatistics(), norm.hasFrozenAffine()));
            }
        });
        return all;
    }

    private static List<Frozen> each(
            Module model,
            BiPredicate<String, Norm> chosen,
            Predicate<Norm> applies,
            Consumer<Norm> action) {
        // Under each of its paths: one choice of a layer that stands in several places is enough.
        for (Map.Entry<String, Module> entry : model.places().entrySet()) {
            if (entry.getValue() instanceof Norm norm
                    && applies.test(norm)
                    && chosen.test(entry.getKey(), norm)) {
                action.accept(norm);
            }
        }
        return listing(model);
    }
}
