package org.fusegrad.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.fusegrad.Primitives;
import org.fusegrad.fuzz.Recipe.Step;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class FuzzTest {
    private static Step step(Action action, int... operands) {
        return step(action, List.of(), operands);
    }

    private static Step step(Action action, List<Integer> numbers, int... operands) {
        return new Step(action, IntStream.of(operands).boxed().toList(), numbers);
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

    /** Formulas of which fused and unfused rightly differ, since rounding decides. */
    static Stream<Arguments> undecided() {
        Step productOfItself = step(Action.MUL, 0, 0);
        return Stream.of(
                arguments(
                        "the variance of one element, whose square is rounded",
                        new Recipe(
                                List.of(Shape.of(2, 1)),
                                DType.FLOAT64,
                                Data.LARGE,
                                List.of(productOfItself, step(Action.VAR, List.of(1), 1))),
                        1),
                arguments(
                        "which of many equal elements is the least",
                        new Recipe(
                                List.of(Shape.of(4097)),
                                DType.FLOAT64,
                                Data.ORDINARY,
                                List.of(
                                        productOfItself,
                                        step(Action.DETACH, 1),
                                        step(Action.SUB, 2, 1),
                                        step(Action.MIN, List.of(0), 3))),
                        36),
                arguments(
                        "whether the variance of equal elements is 0",
                        new Recipe(
                                List.of(Shape.of(33)),
                                DType.FLOAT64,
                                Data.OFFSET,
                                List.of(
                                        step(Action.SIGN, 0),
                                        step(Action.ERF, 1),
                                        step(Action.VAR, List.of(0), 2),
                                        step(Action.SIGN, 3))),
                        1),
                arguments(
                        "the sum of the slopes of a variance of equal elements",
                        new Recipe(
                                List.of(Shape.of(4)),
                                DType.FLOAT64,
                                Data.LARGE,
                                List.of(
                                        step(Action.ABS, 0),
                                        step(Action.RAISED, 1),
                                        step(Action.MAXIMUM, 2, 1),
                                        step(Action.SUB, 3, 1),
                                        step(Action.VAR, List.of(0), 4))),
                        21299));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("undecided")
    void whatRoundingDecidesIsNoFault(String what, Recipe recipe, long seed) {
        try (Engines engines = new Engines()) {
            Trial trial = new Trial(recipe, seed, engines);
            assertEquals(Check.Verdict.HOLDS, new Fusion(true).check(trial));
        }
    }

    /** Numbers drawn anew for each difference once agreed by chance on a slope of another mask. */
    @Test
    void differencesAreOfOneMask() {
        Recipe recipe = new Recipe(
                List.of(Shape.of(1, 1)),
                DType.FLOAT64,
                Data.ORDINARY,
                List.of(
                        step(Action.DROP, 0),
                        step(Action.DROP, 0),
                        step(Action.DROP, 0),
                        step(Action.ADD, 1, 2),
                        step(Action.ADD, 4, 3)));
        try (Engines engines = new Engines()) {
            LongStream.range(0, 20)
                    .forEach(seed -> assertEquals(
                            Check.Verdict.HOLDS,
                            new Slopes().check(new Trial(recipe, seed, engines))));
        }
    }

    /** No element is below itself, so all are equal, and their deviation has a kink. */
    @Test
    void theDeviationOfEqualElementsHasNoSlope() {
        Recipe recipe = new Recipe(
                List.of(Shape.of(4097)),
                DType.FLOAT32,
                Data.ORDINARY,
                List.of(
                        step(Action.MUL, 0, 0),
                        step(Action.VAR, List.of(0), 1),
                        step(Action.CHOOSE, 0, 0, 2),
                        step(Action.VAR, List.of(0), 3),
                        step(Action.SQRT, 4)));
        try (Engines engines = new Engines()) {
            assertEquals(Check.Verdict.HOLDS, new Slopes().check(new Trial(recipe, 2088, engines)));
        }
    }

    /** Halved steps met half as many stairs, and agreed on a slope. */
    @Test
    void stairsAreNoSlope() {
        Recipe stairs = new Recipe(
                List.of(Shape.of(7, 6), Shape.of(6)),
                DType.FLOAT64,
                Data.ORDINARY,
                List.of(
                        step(Action.EXP, 1),
                        step(Action.DECLARED, 2),
                        step(Action.EXP, 2),
                        step(Action.COS, 4),
                        step(Action.PRODUCT, 5, 3),
                        step(Action.VAR, List.of(0), 6),
                        step(Action.ROUND, 7)));
        try (Engines engines = new Engines()) {
            Trial trial = new Trial(stairs, 41438, engines);
            assertEquals(Check.Verdict.UNDECIDED, new Slopes().check(trial));
        }
    }

    /** The sine rounds to 1 in float32, and its logarithm has a pole there. */
    @Test
    void aPoleWithinRoundingIsNoFault() {
        Recipe recipe = new Recipe(
                List.of(Shape.of(4097)),
                DType.FLOAT32,
                Data.ORDINARY,
                List.of(step(Action.SIN, 0), step(Action.NEG, 1), step(Action.LOG1P, 2)));
        try (Engines engines = new Engines()) {
            LongStream.range(0, 40)
                    .forEach(seed -> assertEquals(
                            Check.Verdict.HOLDS,
                            new Fusion(false).check(new Trial(recipe, seed, engines))));
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
