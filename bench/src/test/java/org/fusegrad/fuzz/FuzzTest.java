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
import org.fusegrad.fuzz.Recipe.Step;
import org.junit.jupiter.api.Test;

final class FuzzTest {
    private static Step step(Action action, int... operands) {
        return new Step(action, java.util.Arrays.stream(operands).boxed().toList(), List.of());
    }

    @Test
    void aFewFormulasHoldEveryProperty() {
        Instant until = Instant.now().plus(Duration.ofMinutes(5));
        Fuzz.Report report = Fuzz.run(0, 30, 2, until, done -> {});
        assertEquals(List.of(), report.failures());
        assertEquals(30, report.graphs());
        report.held().forEach((check, n) -> assertTrue(n >= 15, check + " held for " + n));
        assertEquals(report, Fuzz.run(0, 30, 1, until, done -> {}));
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
                Data.ORDINARY,
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
        Slopes slopes = new Slopes();
        try (Engines engines = new Engines()) {
            Recipe right = new Recipe(
                    List.of(Shape.of(3)),
                    DType.FLOAT64,
                    Data.ORDINARY,
                    List.of(step(Action.DECLARED, 0)));
            assertEquals(Check.Verdict.HOLDS, slopes.check(new Trial(right, 1, engines)));
            Recipe jump = new Recipe(
                    List.of(Shape.of(3)),
                    DType.FLOAT64,
                    Data.ORDINARY,
                    List.of(step(Action.DETACH, 0)));
            assertEquals(Check.Verdict.UNDECIDED, slopes.check(new Trial(jump, 1, engines)));
            // Negated on the way back only, as a wrong rule would.
            Check.Broken broken = assertThrows(
                    Check.Broken.class,
                    () -> slopes.check(new Trial(
                            right,
                            1,
                            engines,
                            t -> Primitives.customGradient(
                                    t.mul(1), List.of(t), dy -> List.of(dy.neg())))));
            assertTrue(broken.getMessage().startsWith("derived slope"), broken.getMessage());
        }
    }

    @Test
    void theVarianceOfOneElementIsNoFaultThoughItsSquareIsRounded() {
        Recipe recipe = new Recipe(
                List.of(Shape.of(2, 1)),
                DType.FLOAT64,
                Data.LARGE,
                List.of(step(Action.MUL, 0, 0), new Step(Action.VAR, List.of(1), List.of(1))));
        try (Engines engines = new Engines()) {
            assertEquals(
                    Check.Verdict.HOLDS, new Fusion(true).check(new Trial(recipe, 1, engines)));
        }
    }

    @Test
    void whichOfManyEqualElementsIsTheLeastIsNoFault() {
        Recipe recipe = new Recipe(
                List.of(Shape.of(4097)),
                DType.FLOAT64,
                Data.ORDINARY,
                List.of(
                        step(Action.MUL, 0, 0),
                        step(Action.DETACH, 1),
                        step(Action.SUB, 2, 1),
                        new Step(Action.MIN, List.of(3), List.of(0))));
        try (Engines engines = new Engines()) {
            assertEquals(
                    Check.Verdict.HOLDS, new Fusion(true).check(new Trial(recipe, 36, engines)));
        }
    }

    @Test
    void aWrongValueIsFound() {
        Fusion fusion = new Fusion(true);
        try (Engines engines = new Engines()) {
            Recipe recipe = new Recipe(
                    List.of(Shape.of(3)),
                    DType.FLOAT64,
                    Data.ORDINARY,
                    List.of(step(Action.TANH, 0)));
            assertEquals(Check.Verdict.HOLDS, fusion.check(new Trial(recipe, 1, engines)));
            Check.Broken broken = assertThrows(
                    Check.Broken.class,
                    () -> fusion.check(new Trial(recipe, 1, engines, t -> t.mul(1 + 1e-7))));
            assertTrue(broken.getMessage().contains("result 0"), broken.getMessage());
        }
    }
}
