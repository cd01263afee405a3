package org.fusegrad.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * Fused and unfused agree, results, gradients and states, as far as the formula is well enough
 * conditioned to tell. How far that is, stochastic arithmetic says (Vignes 1993, "A stochastic
 * arithmetic for reliable scientific computation"): the unfused float64 formula is run again with
 * every operand disturbed a little, and results may differ by what that spreads them.
 */
final class Fusion implements Check {
    private static final int MANY = 300;
    private static final double ALLOWANCE = 10;

    /** Against the size of the values; no smooth formula comes near it. */
    private static final double JUMP = 1e-2;

    private final boolean wide;

    /** A comparison of fused float64, or of the fused recipe's own types, with unfused float64. */
    Fusion(boolean wide) {
        this.wide = wide;
    }

    @Override
    public String name() {
        return wide ? "fusion in float64" : "fusion in own types";
    }

    @Override
    public Verdict check(Trial trial) {
        Recipe recipe = trial.recipe();
        // Nothing to add for a formula all in float64, nor to expect from float32 out of range.
        if (!wide && (recipe.isFloat64() || !recipe.data().isModerate())) {
            return Verdict.UNDECIDED;
        }
        List<Tensor> in = trial.engines()
                .eager()
                .call(() -> trial.arguments(wide ? DType.FLOAT64 : recipe.dtype()).stream()
                        .map(t -> t.cast(DType.FLOAT64))
                        .toList());
        Run truth = unfused(trial, in, Recipe.EXACT);
        Run got = wide ? trial.wideRun() : trial.ownRun();
        if (!got.names().equals(truth.names())) {
            throw new Broken(got.names() + " instead of " + truth.names());
        }
        // Gradients of half precision are rounded to it, for which nothing is allowed here.
        boolean half = !wide && recipe.dtype().isHalf();
        List<Run> fused =
                wide ? List.of(got, trial.plainRun()) : List.of(half ? got.results() : got);
        Optional<String> fault = difference(truth, fused, List.of());
        if (fault.isPresent() && !trial.engines().eager().call(() -> isInRange(recipe, in))) {
            return Verdict.UNDECIDED;
        }
        if (fault.isPresent()) {
            fault = differenceBeyondRounding(trial, in, truth, fused);
        }
        fault.ifPresent(text -> {
            throw new Broken(text);
        });
        return Verdict.HOLDS;
    }

    /** More runs only ever allow more, so that the outcome is that of all of them. */
    private Optional<String> differenceBeyondRounding(
            Trial trial, List<Tensor> in, Run truth, List<Run> fused) {
        List<boolean[]> noise = trial.engines()
                .eager()
                .call(() -> Disturbance.noise(trial.recipe(), in, trial.seed(), wide));
        List<Run> disturbed = new ArrayList<>();
        Optional<String> fault = Optional.of("");
        // A value at a jump falls to one side in half of the runs; many runs show both.
        while (fault.isPresent() && disturbed.size() < MANY) {
            for (int more = 3 * disturbed.size(); more >= 0; more--) {
                disturbed.add(unfused(
                        trial, in, new Disturbance(trial.seed(), disturbed.size(), wide, noise)));
            }
            fault = difference(truth, fused, disturbed);
        }
        return fault;
    }

    /** Whether every value on the way has room for products and quotients in the narrower type. */
    private boolean isInRange(Recipe recipe, List<Tensor> in) {
        double most = wide ? 1e150 : 1e20;
        return recipe.wideValues(in, Recipe.EXACT).stream()
                .flatMapToDouble(t -> Arrays.stream(t.toDoubles()).map(Math::abs))
                .allMatch(d -> d == 0 || d >= 1 / most && d <= most);
    }

    private static Run unfused(Trial trial, List<Tensor> in, Recipe.Reading reading) {
        Recipe.Formula formula = trial.recipe().wide(reading);
        return trial.engines().eager().call(() -> Run.of(formula, in, trial.seed()));
    }

    private Optional<String> difference(Run truth, List<Run> fused, List<Run> disturbed) {
        return fused.stream()
                .flatMap(run -> IntStream.range(0, run.values().size())
                        .mapToObj(k -> difference(truth, run, disturbed, k)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> difference(Run truth, Run got, List<Run> disturbed, int k) {
        double[] expected = truth.values().get(k);
        double[] actual = got.values().get(k);
        double size = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        // An elementary function errs by up to 1.66 ulp in float32, and what follows rounds again.
        double floor = (wide ? 1e-14 : 3e-7) * size + (wide ? 1e-300 : 1e-37);
        double jump = disturbed.size() < MANY ? 0 : jump(expected, disturbed, k, size);
        for (int i = 0; i < expected.length; i++) {
            double spread = jump;
            for (Run run : disturbed) {
                spread = Math.max(spread, Math.abs(run.values().get(k)[i] - expected[i]));
            }
            double allowed = ALLOWANCE * spread + floor;
            // Where the truth or a disturbed run is not finite, nothing can be said.
            boolean comparable = allowed <= (wide ? 1e300 : 1e30) && Double.isFinite(expected[i]);
            if (comparable && !(Math.abs(actual[i] - expected[i]) <= allowed)) {
                return Optional.of(got.names().get(k) + " element " + i + ": fused " + actual[i]
                        + ", unfused " + expected[i] + ", allowed difference " + allowed);
            }
        }
        return Optional.empty();
    }

    /**
     * How far one element or another jumps in most of the runs; 0 if none does. The gradient of a
     * least of thousands of equal elements falls to another one in each run, so that most elements
     * never show what can happen to them.
     */
    private static double jump(double[] expected, List<Run> disturbed, int k, double size) {
        double[] largest = disturbed.stream()
                .mapToDouble(run -> IntStream.range(0, expected.length)
                        .mapToDouble(i -> Math.abs(run.values().get(k)[i] - expected[i]))
                        .max()
                        .orElse(0))
                .sorted()
                .toArray();
        double median = largest[largest.length / 2];
        return median > JUMP * size ? median : 0;
    }
}
