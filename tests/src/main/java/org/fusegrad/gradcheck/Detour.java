package org.fusegrad.gradcheck;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.GradCheck.Wanted;

/** Keeps differences clear of kinks: by smaller steps, or by moving a point that sits on one. */
final class Detour {
    /** Smaller steps than this part of the usual one would drown in rounding. */
    private static final double LEAST = 1.0 / 50;

    private static final int ATTEMPTS = 40;

    private final Shadow shadow;
    private final List<Wanted> wanted;
    private final Random random;
    private String note;

    Detour(Shadow shadow, List<Wanted> wanted, Random random) {
        this.shadow = shadow;
        this.wanted = wanted;
        this.random = random;
    }

    /** What was done; empty if no kink was near. */
    Optional<String> note() {
        return Optional.ofNullable(note);
    }

    /** Moves the leaves if need be, and answers the part of the usual step that may be taken. */
    double take(double step) {
        Map<Tensor, Double> steps = new IdentityHashMap<>();
        for (Wanted w : wanted) {
            steps.put(w.leaf(), w.step() == null ? step : w.step());
        }
        Kinks.Nearest here = Kinks.nearest(shadow, Map.of(), steps);
        if (here.room() >= 1) {
            return 1;
        }
        if (here.room() >= LEAST) {
            note = text(here, "the steps are %.1e times the usual ones", here.room() * 0.9);
            return here.room() * 0.9;
        }
        return moveAway(here, steps);
    }

    private double moveAway(Kinks.Nearest from, Map<Tensor, Double> steps) {
        Map<Tensor, double[]> best = Map.of();
        double room = from.room();
        double far = 0;
        for (int k = 1; k <= ATTEMPTS && room < 1; k++) {
            double size = 0.02 * k;
            Map<Tensor, double[]> moved = moved(size);
            double here = Kinks.nearest(shadow, moved, steps).room();
            if (here > room) {
                room = here;
                best = moved;
                far = size;
            }
        }
        best.forEach((leaf, v) -> {
            Tensor next = Tensor.of(v, leaf.shape().dims());
            leaf.assign(next.cast(leaf.dtype()));
        });
        if (room < LEAST) {
            note = text(from, "there is no room within %.1e, so differences may cross it", far);
            return LEAST;
        }
        note = text(from, "the point was moved by about %.1e", far);
        return Math.min(1, room * 0.9);
    }

    private Map<Tensor, double[]> moved(double size) {
        Map<Tensor, double[]> moved = new IdentityHashMap<>();
        for (Wanted w : wanted) {
            double[] v = w.leaf().toDoubles();
            for (int i = 0; i < v.length; i++) {
                v[i] += size * random.nextGaussian();
            }
            moved.put(w.leaf(), v);
        }
        return moved;
    }

    private static String text(Kinks.Nearest kink, String what, double number) {
        return "stepped around a kink of " + kink + ": " + String.format(Locale.ROOT, what, number);
    }
}
