package org.fusegrad.optim;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Sequential;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every optimiser refuses to be made of or set to, each with its cure. */
class OptimizerArgumentsTest {
    private record Kind(String name, BiFunction<List<Tensor>, Double, Optimizer> maker) {
        Optimizer make(List<Tensor> parameters, double rate) {
            return maker.apply(parameters, rate);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(
                new Kind("sgd", SGD::new),
                new Kind("adam", Adam::new),
                new Kind("adamw", Adam::adamW),
                new Kind("rmsprop", RMSprop::new),
                new Kind("adagrad", Adagrad::new));
    }

    private static Tensor leaf() {
        return Tensor.of(1f, 2f).requiresGrad(true);
    }

    private static String refusal(Executable wrong) {
        String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
        assertNotNull(message);
        return message;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatCannotBeOptimised(Kind kind) {
        assertTrue(refusal(() -> kind.make(List.of(), 0.1)).contains("no parameters"));
        Tensor twice = leaf();
        String message = refusal(() -> kind.make(List.of(leaf(), twice, twice), 0.1));
        assertTrue(message.contains("parameter 2") && message.contains("list it once"), message);
        message = refusal(() -> kind.make(List.of(leaf(), Tensor.of(1f).named("w")), 0.1));
        assertTrue(message.contains("parameter w#1, float32(1)"), message);
        assertTrue(message.contains("requiresGrad(true)"), message);
        message = refusal(() -> kind.make(List.of(leaf().square()), 0.1));
        assertTrue(message.contains("no leaf"), message);
        message = refusal(() -> kind.make(List.of(Tensor.arange(3)), 0.1));
        assertTrue(message.contains("int64(3), requires no gradient"), message);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void ratesThatAreNoRates(Kind kind) {
        double[] wrong = {-1e-9, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        Optimizer optimizer = kind.make(List.of(leaf()), 0.1);
        for (double rate : wrong) {
            assertTrue(refusal(() -> kind.make(List.of(leaf()), rate)).contains("learning rate"));
            refusal(() -> optimizer.learningRate(rate));
            assertEquals(0.1, optimizer.learningRate());
        }
        assertDoesNotThrow(() -> optimizer.learningRate(0));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
    void optionsOutOfTheirRange(double bad) {
        List<Executable> wrong = List.of(
                () -> SGD.Options.DEFAULT.momentum(bad),
                () -> SGD.Options.DEFAULT.dampening(bad),
                () -> SGD.Options.DEFAULT.weightDecay(bad),
                () -> Adam.Options.ADAM.betas(bad, 0.9),
                () -> Adam.Options.ADAM.betas(0.9, bad),
                () -> Adam.Options.ADAMW.eps(bad),
                () -> Adam.Options.ADAMW.weightDecay(bad),
                () -> RMSprop.Options.DEFAULT.alpha(bad),
                () -> RMSprop.Options.DEFAULT.eps(bad),
                () -> RMSprop.Options.DEFAULT.weightDecay(bad),
                () -> RMSprop.Options.DEFAULT.momentum(bad),
                () -> new Adagrad.Options(bad, 0, 0, 0),
                () -> new Adagrad.Options(0, bad, 0, 0),
                () -> new Adagrad.Options(0, 0, bad, 0),
                () -> new Adagrad.Options(0, 0, 0, bad));
        wrong.forEach(OptimizerArgumentsTest::refusal);
    }

    @Test
    void sharesAtTheirEnds() {
        refusal(() -> Adam.Options.ADAM.betas(1, 0.9));
        refusal(() -> Adam.Options.ADAM.betas(0.9, 1));
        refusal(() -> RMSprop.Options.DEFAULT.alpha(1.01));
        refusal(() -> SGD.Options.DEFAULT.dampening(1.01));
        assertDoesNotThrow(() -> Adam.Options.ADAM.betas(0, 0));
        assertDoesNotThrow(() -> RMSprop.Options.DEFAULT.alpha(1));
    }

    @Test
    void tiedModulesAreListedOnceAndFrozenOnesLeftOut() {
        Linear shared = new Linear(2, 2);
        Sequential tied = new Sequential(shared, shared);
        SGD sgd = new SGD(tied.parameters(), 1);
        double before = shared.weight().toDoubles()[0];
        shared.weight().setGrad(Tensor.ones(2, 2));
        sgd.step();
        assertEquals((float) (before - 1), shared.weight().toDoubles()[0], "moved once");
        shared.weight().requiresGrad(false);
        refusal(() -> new SGD(tied.parameters(), 1));
        List<Tensor> open =
                tied.parameters().stream().filter(Tensor::requiresGrad).toList();
        assertEquals(1, open.size());
        assertDoesNotThrow(() -> new SGD(open, 1));
        Map<String, Tensor> named = new LinkedHashMap<>(tied.namedParameters());
        refusal(() -> new SGD(named, 1, SGD.Options.DEFAULT));
    }

    @Test
    void aStepMovesAllOrNothing() {
        Map<String, Tensor> two = new LinkedHashMap<>();
        two.put("first", leaf());
        two.put("second", leaf());
        two.values().forEach(p -> p.setGrad(Tensor.ones(2)));
        Optimizer failing = new Optimizer("failing", two, 1, List.of("sum"), 0) {
            private int steps;

            @Override
            protected Map<String, Double> options() {
                return Map.of();
            }

            @Override
            protected double[] scalars(long t, double learningRate) {
                if (++steps == 2) {
                    throw new UnsupportedOperationException("the second parameter fails");
                }
                return new double[] {learningRate};
            }

            @Override
            protected List<Tensor> update(
                    Tensor p, Tensor g, List<Tensor> memory, List<Tensor> scalars) {
                return List.of(p.sub(g), memory.get(0).add(g));
            }
        };
        assertThrows(UnsupportedOperationException.class, failing::step);
        assertEquals(1, two.get("first").toDoubles()[0]);
        assertEquals(0, failing.stateDict().get("first.step").item());
        failing.step();
        assertEquals(0, two.get("first").toDoubles()[0]);
        assertEquals(0, two.get("second").toDoubles()[0]);
        assertEquals(1, failing.stateDict().get("first.sum").toDoubles()[0]);
    }

    /** Gradients of 1 leave the mean square at the squared mean, and rounding below it. */
    @ParameterizedTest
    @ValueSource(doubles = {1, -1, 3, 1e-3})
    void centredRmspropOfEqualGradientsStaysFinite(double gradient) {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (double alpha : new double[] {0.9, 0.99, 0.5}) {
                Tensor p = Tensor.scalar(1, dtype).reshape(1).requiresGrad(true);
                RMSprop.Options options =
                        RMSprop.Options.DEFAULT.alpha(alpha).centered(true).eps(1e-3);
                RMSprop optimizer = new RMSprop(List.of(p), 1e-6, options);
                Tensor g = Tensor.scalar(gradient, dtype).reshape(1);
                for (int step = 0; step < 600; step++) {
                    double before = p.item();
                    p.setGrad(g);
                    optimizer.step();
                    double moved = (before - p.item()) * Math.signum(gradient);
                    assertTrue(
                            moved >= 0 && Double.isFinite(moved),
                            "step " + step + " moved " + moved);
                }
            }
        }
    }
}
