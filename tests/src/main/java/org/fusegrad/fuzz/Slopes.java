package org.fusegrad.fuzz;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * Derived gradients agree with differences of the value along a random direction. Three step widths
 * tell whether the formula is smooth there; where they disagree, there is a kink or a jump between,
 * and nothing is said.
 */
final class Slopes implements Check {
    private static final double STEP = 1e-5;
    private static final int RUNS = 8;

    /** Of two step widths: no ratio of small integers, which numbers of stairs could have too. */
    private static final double RATIO = Math.sqrt(3);

    @Override
    public String name() {
        return "gradients";
    }

    @Override
    public Verdict check(Trial given) {
        // A rule that is wrong is wrong on these too, and differences have digits there.
        Trial trial = given.ordinary();
        boolean asks = trial.recipe().isDifferentiable() && isInRange(trial);
        return asks ? trial.engines().fused().call(() -> compare(trial)) : Verdict.UNDECIDED;
    }

    private static boolean isInRange(Trial trial) {
        List<Tensor> at = trial.arguments(DType.FLOAT64);
        return trial.engines()
                .eager()
                .call(() -> trial.recipe().wideValues(at, Recipe.EXACT).stream()
                        .allMatch(Generator::isInRange));
    }

    private static Verdict compare(Trial trial) {
        List<Tensor> at = trial.arguments(DType.FLOAT64);
        List<Tensor> direction =
                Generator.arguments(trial.recipe(), DType.FLOAT64, trial.seed() + 1);
        double slope = slope(trial.wideRun(), direction);
        Recipe.Formula f = trial.wide();
        long seed = trial.seed();
        f.restart();
        double coarse = difference(f, at, direction, STEP, seed);
        double fine = difference(f, at, direction, STEP / RATIO, seed);
        double finest = difference(f, at, direction, STEP / RATIO / RATIO, seed);
        double first = extrapolated(coarse, fine);
        double second = extrapolated(fine, finest);
        double doubt = Math.abs(second - first) + Math.abs(finest - fine);
        double size = Math.max(1e-3, Math.abs(second));
        if (!(doubt <= 1e-4 * size) || !Double.isFinite(slope)) {
            return Verdict.UNDECIDED;
        }
        double allowed = 1e-5 * size + 20 * doubt;
        double error = Math.abs(slope - second);
        if (error > allowed && error > allowed + rounding(trial, at, direction)) {
            throw new Broken("derived slope " + slope + ", difference " + second
                    + ", allowed difference " + allowed);
        }
        return Verdict.HOLDS;
    }

    private static double slope(Run run, List<Tensor> direction) {
        double slope = 0;
        for (int i = 0; i < direction.size(); i++) {
            slope += dot(run.gradients().get(i), direction.get(i).toDoubles());
        }
        return slope;
    }

    /** How far rounding, exaggerated, spreads a slope whose terms cancel, as those of x / x. */
    private static double rounding(Trial trial, List<Tensor> at, List<Tensor> direction) {
        DoubleSummaryStatistics slopes = IntStream.range(0, RUNS)
                .mapToObj(n -> new Disturbance(trial.seed(), n, true, List.of()))
                .map(reading -> trial.recipe().wide(reading))
                .map(f -> trial.engines().eager().call(() -> Run.of(f, at, trial.seed())))
                .mapToDouble(run -> slope(run, direction))
                .summaryStatistics();
        return slopes.getMax() - slopes.getMin();
    }

    /** Differences of two step widths err by their squares (Richardson 1911). */
    private static double extrapolated(double coarse, double fine) {
        double square = RATIO * RATIO;
        return (square * fine - coarse) / (square - 1);
    }

    private static double difference(
            Recipe.Formula f, List<Tensor> at, List<Tensor> direction, double step, long seed) {
        double up = value(f, at, direction, step, seed);
        return (up - value(f, at, direction, -step, seed)) / (2 * step);
    }

    private static double value(
            Recipe.Formula f, List<Tensor> at, List<Tensor> direction, double step, long seed) {
        return Tensor.noGrad(() -> {
            List<Tensor> moved = new ArrayList<>();
            for (int i = 0; i < at.size(); i++) {
                moved.add(at.get(i).add(direction.get(i).mul(step)));
            }
            double sum = 0;
            int n = 0;
            for (Tensor y : f.call(moved.toArray(Tensor[]::new))) {
                sum += dot(y.toDoubles(), Run.cotangent(y.shape().numel(), seed + n++));
            }
            return sum;
        });
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }
}
