package org.fusegrad.nn.doctor;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.fusegrad.nn.doctor.NormSample.Moving;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.Norm;

/** The states of a norm before a forward, and what they and the batch come to. */
record RunningValues(Norm norm, Map<String, double[]> before) {
    /** As they are now. */
    static RunningValues of(Norm norm) {
        return new RunningValues(norm, states(norm));
    }

    private static Map<String, double[]> states(Norm norm) {
        Map<String, double[]> all = new HashMap<>();
        norm.namedBuffers().forEach((name, state) -> all.put(name, state.get().toDoubles()));
        return all;
    }

    /**
     * What the norm met in the forward that has just moved the states.
     *
     * @param batch its statistics
     */
    Moving met(BatchStatistics batch) {
        if (norm instanceof MABN2d mabn) {
            return movingAverage(mabn, batch);
        }
        double[] mean = before.get("running_mean");
        double[] variance = before.get("running_var");
        return mean == null || variance == null
                ? Moving.NONE
                : new Moving(
                        mean,
                        roots(variance),
                        Moving.NONE.correction(),
                        Double.NaN,
                        Moving.NONE.window(),
                        Moving.NONE.psiWindow());
    }

    private Moving movingAverage(MABN2d mabn, BatchStatistics batch) {
        MABN2d.Window w = mabn.window();
        double step = before.get("iters")[0] + 1;
        double eps = norm.options().eps();
        double[] running = roots(before.get("running_var"));
        double[] window = usesOwnStatistics(w, step)
                ? batch.secondMoment()
                : rowMean(states(norm).get("buffer_x2"), w.size());
        boolean corrects = step > Math.max(w.clipFrom(), w.warmup());
        double[] correction = new double[window.length];
        int clipped = 0;
        for (int c = 0; c < window.length; c++) {
            double free = corrects ? Math.sqrt(window[c] + eps) / running[c] : 1;
            correction[c] = Math.max(1 / w.clip(), Math.min(w.clip(), free));
            clipped += correction[c] == free ? 0 : 1;
        }
        double share = (double) clipped / Math.max(1, window.length);
        return new Moving(
                Moving.NONE.mean(), running, correction, share, window, Moving.NONE.psiWindow());
    }

    /** The average of psi the backward of the forward put in the place of psi, if it has one. */
    double[] psiWindow(double[] psi) {
        if (!(norm instanceof MABN2d mabn) || psi.length == 0) {
            return Moving.NONE.psiWindow();
        }
        return usesOwnStatistics(mabn.window(), before.get("iters")[0] + 1)
                ? psi
                : rowMean(states(norm).get("buffer_gz"), mabn.window().size());
    }

    private static boolean usesOwnStatistics(MABN2d.Window w, double step) {
        return step <= w.size() || step < w.warmup();
    }

    private double[] roots(double[] variance) {
        return Arrays.stream(variance)
                .map(v -> Math.sqrt(v + norm.options().eps()))
                .toArray();
    }

    private static double[] rowMean(double[] ring, int rows) {
        int channels = ring.length / rows;
        return IntStream.range(0, channels)
                .mapToDouble(c -> IntStream.range(0, rows)
                        .mapToDouble(r -> ring[r * channels + c])
                        .average()
                        .orElseThrow())
                .toArray();
    }
}
