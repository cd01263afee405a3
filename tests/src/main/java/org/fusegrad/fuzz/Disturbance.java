package org.fusegrad.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;

/**
 * Rounding errors of an operand: random, of one run's seed. Mostly exaggerated, so that
 * spread covers the errors compared many times over, but not always: poles and jumps that lie
 * within rounding are met only by values that are what rounding leaves.
 */
final class Disturbance implements Recipe.Reading {
    /** Runs that tell which values are nothing but rounding. */
    private static final int PROBES = 3;

    private final SplittableRandom random;
    private final boolean wide;
    private final List<boolean[]> noise;
    private final double share;
    private final boolean fine;

    /**
     * The disturbance of one of many runs.
     *
     * @param n number of the run; runs differ in kind
     * @param wide at the size of roundings in float64, not in float32
     * @param noise which elements of which value are nothing but rounding
     */
    Disturbance(long seed, int n, boolean wide, List<boolean[]> noise) {
        this.random = new SplittableRandom(seed + 31L * n);
        this.wide = wide;
        this.noise = noise;
        this.share = noise.isEmpty() ? 0 : n % 3 / 2.0;
        this.fine = n % 4 == 3;
    }

    /** Which elements of each value of a recipe are smaller than what disturbing moves them by. */
    static List<boolean[]> noise(Recipe recipe, List<Tensor> in, long seed, boolean wide) {
        List<double[]> truth = elements(recipe.wideValues(in, Recipe.EXACT));
        List<List<double[]>> probes = IntStream.range(0, PROBES)
                .mapToObj(n -> new Disturbance(seed, n, wide, List.of()))
                .map(probe -> elements(recipe.wideValues(in, probe)))
                .toList();
        List<boolean[]> noise = new ArrayList<>();
        for (int k = 0; k < truth.size(); k++) {
            double[] exact = truth.get(k);
            boolean[] small = new boolean[exact.length];
            for (int i = 0; i < exact.length; i++) {
                for (List<double[]> probe : probes) {
                    small[i] |= Math.abs(exact[i]) <= Math.abs(probe.get(k)[i] - exact[i]);
                }
            }
            noise.add(small);
        }
        return noise;
    }

    private static List<double[]> elements(List<Tensor> values) {
        return values.stream().map(Tensor::toDoubles).toList();
    }

    @Override
    public Tensor of(int number, Tensor t) {
        if (!t.dtype().isFloating()) {
            return t; // Whole numbers are not rounded.
        }
        double[] x = t.toDoubles();
        double[] factor = new double[x.length];
        double[] term = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            factor[i] = 1;
            if (share > 0 && noise.get(number)[i] && random.nextDouble() < share) {
                term[i] = x[i] * (smaller() - 1);
            } else if (fine) {
                term[i] = rounded(x[i]) - x[i];
            } else {
                // A factor disturbs the backward too; a term that no gradient flows through breaks
                // symmetries, as of x / x, which no factor does.
                double amount = wide ? 1e-11 : 1e-5;
                factor[i] = 1 + amount * unit();
                // What underflows is lost too: the least term is that of the narrower type.
                term[i] = (amount * x[i] + (wide ? 1e-300 : 1e-37)) * unit();
            }
        }
        int[] dims = t.shape().dims();
        return t.mul(Tensor.of(factor, dims)).add(Tensor.of(term, dims));
    }

    /** Rounding may leave less than this run did, down to nothing, and signs and poles tell. */
    private double smaller() {
        return random.nextBoolean() ? 0 : StrictMath.pow(10, -16 * random.nextDouble());
    }

    /** A neighbour, itself or another, in the narrower type. */
    private double rounded(double x) {
        return wide ? x + Math.ulp(x) * unit() : (float) (x + Math.ulp((float) x) * unit());
    }

    private double unit() {
        return 2 * random.nextDouble() - 1;
    }
}
