package org.fusegrad.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.DType;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;

/**
 * Derived gradients agree with differences of the value along a random direction. Two step widths
 * tell whether the formula is smooth there; where they disagree, there is a kink or a jump between,
 * and nothing is said.
 */
final class Slopes implements Check {
    private static final double STEP = 1e-5;

    private final Engine engine =
            Engine.builder().backend("interpreter").threads(1).build();

    @Override
    public String name() {
        return "gradients";
    }

    @Override
    public Verdict check(Recipe recipe, long seed) {
        return check(recipe, seed, UnaryOperator.identity());
    }

    /** The check with the derivative gone wrong: arguments pass through a function before it. */
    Verdict check(Recipe recipe, long seed, UnaryOperator<Tensor> wrong) {
        return recipe.isDifferentiable()
                ? engine.call(() -> compare(recipe, seed, wrong))
                : Verdict.UNDECIDED;
    }

    private static Verdict compare(Recipe recipe, long seed, UnaryOperator<Tensor> wrong) {
        Recipe.Formula f = recipe.wide();
        List<Tensor> at = Generator.arguments(recipe, DType.FLOAT64, seed);
        List<Tensor> direction = Generator.arguments(recipe, DType.FLOAT64, seed + 1);
        if (!recipe.wideValues(at).stream().allMatch(Generator::isInRange)) {
            return Verdict.UNDECIDED;
        }
        List<Tensor> leaves = at.stream()
                .map(t -> Tensor.ofValue(t.value()).requiresGrad(true))
                .toList();
        double slope = 0;
        List<Tensor> results =
                recipe.wide().fused().callAll(leaves.stream().map(wrong).toArray(Tensor[]::new));
        List<Tensor> gradients = Run.gradients(results, leaves, seed);
        for (int i = 0; i < gradients.size(); i++) {
            slope += dot(gradients.get(i), direction.get(i));
        }
        double coarse = difference(f, at, direction, STEP, seed);
        double fine = difference(f, at, direction, STEP / 2, seed);
        double finest = difference(f, at, direction, STEP / 4, seed);
        double first = (4 * fine - coarse) / 3;
        double second = (4 * finest - fine) / 3;
        double doubt = Math.abs(second - first) + Math.abs(finest - fine);
        double size = Math.max(1e-3, Math.abs(second));
        if (!(doubt <= 1e-4 * size) || !Double.isFinite(slope)) {
            return Verdict.UNDECIDED;
        }
        double allowed = 1e-5 * size + 20 * doubt;
        if (Math.abs(slope - second) > allowed) {
            throw new Broken("derived slope " + slope + ", difference " + second
                    + ", allowed difference " + allowed);
        }
        return Verdict.HOLDS;
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
            for (Tensor y : f.fused().callAll(moved.toArray(Tensor[]::new))) {
                sum += dot(y, Run.cotangent(y, seed + n++));
            }
            return sum;
        });
    }

    private static double dot(Tensor a, Tensor b) {
        if (a == null) {
            return 0;
        }
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    @Override
    public void close() {
        engine.close();
    }
}
