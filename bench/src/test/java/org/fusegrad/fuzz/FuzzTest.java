package org.fusegrad.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.fusegrad.DType;
import org.fusegrad.Primitives;
import org.fusegrad.Shape;
import org.fusegrad.Tensor;
import org.fusegrad.fuzz.Recipe.Step;
import org.junit.jupiter.api.Test;

final class FuzzTest {
    private static Step step(Action action, int... operands) {
        return new Step(action, java.util.Arrays.stream(operands).boxed().toList(), List.of());
    }

    @Test
    void aFewFormulasHoldEveryProperty() {
        try (Fuzz fuzz = new Fuzz()) {
            Instant until = Instant.now().plus(Duration.ofMinutes(5));
            Fuzz.Report report = fuzz.run(0, 30, until, done -> {});
            assertEquals(List.of(), report.failures());
            assertEquals(30, report.graphs());
            report.held().forEach((check, n) -> assertTrue(n >= 15, check + " held for " + n));
        }
    }

    @Test
    void aSeedIsAFormula() {
        for (long seed : LongStream.range(0, 50).toArray()) {
            assertEquals(Generator.recipe(seed), Generator.recipe(seed));
        }
        assertTrue(
                LongStream.range(0, 50).mapToObj(Generator::recipe).distinct().count() > 45);
    }

    @Test
    void whatFailsIsShrunkToWhatMatters() {
        Recipe recipe = new Recipe(
                List.of(Shape.of(5, 4), Shape.of(5, 1)),
                DType.FLOAT32,
                List.of(
                        step(Action.TANH, 0),
                        step(Action.ADD, 2, 1),
                        step(Action.EXP, 3),
                        step(Action.NEG, 4),
                        step(Action.MUL, 5, 2)));
        Shrinker shrinker =
                new Shrinker(r -> r.steps().stream().anyMatch(s -> s.action() == Action.EXP));
        Recipe small = shrinker.shrink(recipe);
        assertEquals(List.of(step(Action.EXP, 0)), small.steps());
        assertEquals(List.of(Shape.of(1, 1)), small.leaves());
        assertTrue(small.java().contains("Tensor v0 = x0.exp();"), small.java());
    }

    @Test
    void aWrongGradientIsFound() {
        try (Slopes slopes = new Slopes()) {
            Recipe right = new Recipe(
                    List.of(Shape.of(3)), DType.FLOAT64, List.of(step(Action.DECLARED, 0)));
            assertEquals(Check.Verdict.HOLDS, slopes.check(right, 1));
            Recipe jump = new Recipe(
                    List.of(Shape.of(3)), DType.FLOAT64, List.of(step(Action.DETACH, 0)));
            assertEquals(Check.Verdict.UNDECIDED, slopes.check(jump, 1));
            // Negated on the way back only, as a wrong rule would.
            Check.Broken broken = assertThrows(
                    Check.Broken.class,
                    () -> slopes.check(
                            right,
                            1,
                            t -> Primitives.customGradient(
                                    t.mul(1), List.of(t), dy -> List.of(dy.neg()))));
            assertTrue(broken.getMessage().startsWith("derived slope"), broken.getMessage());
        }
    }

    @Test
    void aWrongValueIsFound() {
        try (Fusion fusion = new Fusion(true)) {
            Recipe recipe =
                    new Recipe(List.of(Shape.of(3)), DType.FLOAT64, List.of(step(Action.TANH, 0)));
            assertEquals(Check.Verdict.HOLDS, fusion.check(recipe, 1));
            Check.Broken broken = assertThrows(
                    Check.Broken.class,
                    () -> fusion.check(recipe, 1, (Tensor t) -> t.mul(1 + 1e-7)));
            assertTrue(broken.getMessage().contains("result 0"), broken.getMessage());
        }
    }
}
