package org.fusegrad.cli.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.fusegrad.nn.doctor.NormFigure;

/** The meaning of the figures, in sentences. */
public final class Diagnosis {
    private static final int FEW_VALUES = 64;
    private static final double CONSTANT = 1e-5;
    private static final double HARMLESS_BITS = 4;
    private static final double SERIOUS_BITS = 10;
    private static final double OFF_CENTRE = 10;
    private static final double MEAN_GAP = 0.5;
    private static final double DEVIATION_GAP = 1.5;
    private static final double CLIPPED = 0.05;
    private static final double STALE = 1.5;

    /** Where and when a figure had a value. */
    private record Peak(String layer, long step, double value) {
        @Override
        public String toString() {
            return layer + " at step " + step;
        }
    }

    private final NormHistory history;

    private Diagnosis(NormHistory history) {
        this.history = history;
    }

    /** The sentences, most important facts first; a single one if nothing was recorded. */
    public static List<String> of(NormHistory history) {
        if (history.layers().isEmpty()) {
            return List.of("No norm was called in a training step: there is nothing to say.");
        }
        Diagnosis d = new Diagnosis(history);
        return Stream.of(
                        d.overview(),
                        d.finite(),
                        d.values(),
                        d.cancellation(),
                        d.constantChannels(),
                        d.runningValues(),
                        d.correction(),
                        d.window())
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<String> overview() {
        String first = history.layers().get(0);
        return say(
                "%d norms of class %s over %d steps.",
                history.layers().size(), history.norm(), history.of(first).size());
    }

    private Optional<String> finite() {
        return peaks(NormFigure.VARIANCE)
                .filter(p -> !Double.isFinite(p.value()))
                .findFirst()
                .flatMap(p -> say("BAD: the statistics of %s are no longer finite.", p));
    }

    private Optional<String> values() {
        Peak least = least(NormFigure.VALUES).orElseThrow();
        return least.value() >= FEW_VALUES || history.has(NormFigure.WINDOW_GAP)
                ? Optional.empty()
                : say(
                        "WATCH: only %.0f values stand behind each statistic of %s; a larger batch"
                                + " would calm them.",
                        least.value(), least.layer());
    }

    private Optional<String> cancellation() {
        return most(NormFigure.CANCELLATION).flatMap(p -> {
            String fact = String.format(
                    Locale.ROOT, "a mean is up to %.1f deviations from 0 (%s)", p.value(), p);
            if (history.has(NormFigure.WINDOW_GAP)) {
                return say(
                        "%s: %s, which this norm leaves in, as it does not centre.",
                        p.value() < OFF_CENTRE ? "OK" : "WATCH", fact);
            }
            double bits = Math.max(0, Math.log(p.value()) / Math.log(2));
            return say(
                    "%s: %s; a plain float32 subtraction would lose %.0f of 24 bits.",
                    bits < HARMLESS_BITS ? "OK" : bits < SERIOUS_BITS ? "WATCH" : "BAD",
                    fact,
                    bits);
        });
    }

    private Optional<String> constantChannels() {
        return least(NormFigure.VARIANCE_LEAST)
                .filter(p -> p.value() < CONSTANT)
                .flatMap(p -> say(
                        "WATCH: a channel of %s has a variance of %.1e only: eps decides"
                                + " what comes out of it.",
                        p, p.value()));
    }

    private Optional<String> runningValues() {
        OptionalDouble deviation = late(NormFigure.DEVIATION_GAP);
        if (deviation.isEmpty()) {
            return Optional.empty();
        }
        OptionalDouble mean = late(NormFigure.MEAN_GAP);
        boolean near = mean.orElse(0) < MEAN_GAP && deviation.getAsDouble() < DEVIATION_GAP;
        String means = mean.isPresent()
                ? String.format(
                        Locale.ROOT,
                        "batch means are %.2f running deviations from the running ones and ",
                        mean.getAsDouble())
                : "";
        return say(
                "%s: in the last quarter of the steps %sdeviations differ from the running"
                        + " ones by a factor of %.2f; evaluation sees %s.",
                near ? "OK" : "WATCH",
                means,
                deviation.getAsDouble(),
                near ? "about what training saw" : "other values than training did");
    }

    private Optional<String> correction() {
        return most(NormFigure.CLIPPED).flatMap(clipped -> {
            double largest = most(NormFigure.CORRECTION).orElseThrow().value();
            double smallest = least(NormFigure.CORRECTION).orElseThrow().value();
            if (largest == 1 && smallest == 1) {
                return say("OK: the correction r is 1 throughout: its first step was not reached.");
            }
            double late = late(NormFigure.CLIPPED).orElse(0);
            return say(
                    "%s: the correction r averages %.2f to %.2f in a layer; in the last quarter"
                            + " of the steps typically %.1f %% of the channels are clipped.",
                    late < CLIPPED ? "OK" : "WATCH", smallest, largest, 100 * late);
        });
    }

    private Optional<String> window() {
        OptionalDouble window = late(NormFigure.WINDOW_GAP);
        if (window.isEmpty()) {
            return Optional.empty();
        }
        OptionalDouble psi = late(NormFigure.PSI_WINDOW_GAP);
        if (psi.orElse(0) == 0) {
            return say("OK: each batch was normalised with its own statistics: warm-up was not"
                    + " over.");
        }
        return say(
                "%s: in the last quarter of the steps the window differs from the batch's own"
                        + " second moment by a factor of %.2f; in the backward the two are %.2f"
                        + " apart, of 0 for equal to 1 for unrelated.",
                window.getAsDouble() < STALE ? "OK" : "WATCH",
                window.getAsDouble(),
                psi.getAsDouble());
    }

    private static Optional<String> say(String format, Object... arguments) {
        return Optional.of(String.format(Locale.ROOT, format, arguments));
    }

    private Stream<Peak> peaks(NormFigure figure) {
        return history.layers().stream()
                .flatMap(layer -> history.of(layer).stream()
                        .map(row -> new Peak(layer, row.step(), row.of(figure))));
    }

    private Optional<Peak> most(NormFigure figure) {
        return known(figure).max(Comparator.comparingDouble(Peak::value));
    }

    private Optional<Peak> least(NormFigure figure) {
        return known(figure).min(Comparator.comparingDouble(Peak::value));
    }

    private Stream<Peak> known(NormFigure figure) {
        return peaks(figure).filter(p -> !Double.isNaN(p.value()));
    }

    /** The median over layers and the last quarter of the steps. */
    private OptionalDouble late(NormFigure figure) {
        List<Double> values = new ArrayList<>();
        for (String layer : history.layers()) {
            List<NormHistory.Row> rows = history.of(layer);
            rows.subList(rows.size() * 3 / 4, rows.size()).forEach(r -> values.add(r.of(figure)));
        }
        double[] sorted = values.stream()
                .filter(v -> !v.isNaN())
                .mapToDouble(v -> v)
                .sorted()
                .toArray();
        return sorted.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(sorted[sorted.length / 2]);
    }
}
