package org.fusegrad.nn.doctor;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fusegrad.Tensor;
import org.fusegrad.nn.doctor.NormSample.Moving;
import org.fusegrad.nn.norm.BatchRenorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.type.DType;

/** The states of a norm before a forward, and what they and the batch come to. */
record RunningValues(Norm norm, Map<String, double[]> before) {
    private static final double[] NONE = {};

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
        boolean moved = step() < counter(states(norm));
        if (norm instanceof MABN2d mabn) {
            Moving met = Moving.running(NONE, roots(before.get("running_var")));
            return moved ? movingAverage(mabn, batch, met) : met;
        }
        double[] mean = before.getOrDefault("running_mean", NONE);
        if (norm instanceof BatchRenorm renorm) {
            Moving met = Moving.running(mean, before.get("running_std"));
            return moved ? renormalized(renorm, batch, met) : met;
        }
        double[] variance = before.get("running_var");
        return variance == null ? Moving.NONE : Moving.running(mean, roots(variance));
    }

    /** Steps before this one; 0 of a norm that does not count them. */
    private double step() {
        return counter(before);
    }

    private static double counter(Map<String, double[]> states) {
        return Stream.of("iters", "num_batches_tracked")
                .filter(states::containsKey)
                .mapToDouble(name -> states.get(name)[0])
                .findFirst()
                .orElse(0);
    }

    private Moving movingAverage(MABN2d mabn, BatchStatistics batch, Moving met) {
        MABNWindow w = mabn.window();
        double[] window = usesOwnStatistics(w)
                ? batch.secondMoment()
                : rowMean(states(norm).get("buffer_x2"), w.size());
        boolean corrects = step() + 1 > Math.max(w.clipFrom(), w.warmup());
        double[] r = new double[window.length];
        int clipped = 0;
        for (int c = 0; c < r.length; c++) {
            double free = Math.sqrt(window[c] + norm.options().eps()) / met.deviation()[c];
            r[c] = corrects ? clip(free, 1 / w.clip(), w.clip()) : 1;
            clipped += corrects && r[c] != free ? 1 : 0;
        }
        return met.window(window).corrected(r, NONE, share(clipped, r.length));
    }

    private Moving renormalized(BatchRenorm renorm, BatchStatistics batch, Moving met) {
        Tensor now = Tensor.scalar(step() + 1, DType.INT64);
        double rmax = bound(() -> renorm.schedule().rmax(now, DType.FLOAT64));
        double dmax = bound(() -> renorm.schedule().dmax(now, DType.FLOAT64));
        double[] s = roots(batch.variance());
        double[] r = new double[s.length];
        double[] d = new double[s.length];
        int clipped = 0;
        for (int c = 0; c < s.length; c++) {
            double scale = s[c] / met.deviation()[c];
            double shift = (batch.mean()[c] - met.mean()[c]) / met.deviation()[c];
            r[c] = clip(scale, 1 / rmax, rmax);
            d[c] = clip(shift, -dmax, dmax);
            clipped += r[c] == scale && d[c] == shift ? 0 : 1;
        }
        return met.corrected(r, d, share(clipped, s.length));
    }

    private static double bound(Supplier<Tensor> schedule) {
        return Tensor.noGrad(schedule).item();
    }

    private static double clip(double value, double least, double most) {
        return Math.max(least, Math.min(most, value));
    }

    private static double share(int part, int all) {
        return (double) part / Math.max(1, all);
    }

    /** The average of psi the backward of the forward put in the place of psi, if it has one. */
    double[] psiWindow(double[] psi) {
        if (!(norm instanceof MABN2d mabn) || psi.length == 0) {
            return NONE;
        }
        return usesOwnStatistics(mabn.window())
                ? psi
                : rowMean(states(norm).get("buffer_gz"), mabn.window().size());
    }

    private boolean usesOwnStatistics(MABNWindow w) {
        double step = step() + 1;
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
