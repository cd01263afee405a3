package org.fusegrad.fusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Formulas of any length run compiled: the planner cuts them into kernels of bounded size, however
 * long, wide or entangled they are, and no bit depends on where.
 */
final class LongFormulasTest {
    /** Nodes in one kernel that a test takes for bounded; each is an operation or more. */
    private static final int BOUND = 300;

    /** A formula by its length, and how long. */
    private record Case(String name, int length, IntFunction<UnaryOperator<Tensor>> formula) {
        @Override
        public String toString() {
            return name + " " + length;
        }
    }

    private static Tensor repeated(Tensor x, int times, UnaryOperator<Tensor> step) {
        for (int i = 0; i < times; i++) {
            x = step.apply(x);
        }
        return x;
    }

    private static Tensor softmax(Tensor x) {
        Tensor e = x.sub(x.max(1)).exp();
        return e.div(e.sum(1));
    }

    private static Tensor norm(Tensor x) {
        Tensor centred = x.sub(x.mean(1));
        return centred.div(centred.square().mean(1).add(1e-3).sqrt()).mul(x.sigmoid());
    }

    private static Tensor fibonacci(Tensor x, int n, BinaryOperator<Tensor> step) {
        Tensor before = x;
        Tensor last = x.tanh();
        for (int i = 0; i < n; i++) {
            Tensor next = step.apply(before, last);
            before = last;
            last = next;
        }
        return last;
    }

    private static List<Tensor> terms(Tensor x, int n) {
        List<Tensor> terms = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            terms.add(x.mul(0.001 * (i + 1)).sin());
        }
        return terms;
    }

    /** The sum in pairs, and of the sums again: a tree instead of a chain. */
    private static Tensor tree(List<Tensor> terms) {
        while (terms.size() > 1) {
            List<Tensor> sums = new ArrayList<>();
            for (int i = 0; i < terms.size(); i += 2) {
                boolean pair = i + 1 < terms.size();
                sums.add(pair ? terms.get(i).add(terms.get(i + 1)) : terms.get(i));
            }
            terms = sums;
        }
        return terms.get(0);
    }

    private static Tensor sum(List<Tensor> terms) {
        return terms.stream().reduce(Tensor::add).orElseThrow();
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("tanh", 300, n -> x -> repeated(x, n, Tensor::tanh)),
                new Case("squares", 400, n -> x -> repeated(x, n, y -> y.mul(y).sub(0.1))),
                new Case("means", 40, n -> x -> repeated(x, n, y -> y.sub(y.mean(1)))),
                new Case(
                        "means of tanh",
                        60,
                        n -> x -> repeated(x, n, y -> y.tanh().sub(y.mean(1)))),
                new Case("softmax", 40, n -> x -> repeated(x, n, LongFormulasTest::softmax)),
                new Case("norms", 20, n -> x -> repeated(x, n, LongFormulasTest::norm)),
                new Case(
                        "reuse",
                        60,
                        n -> x -> fibonacci(
                                x, n, (a, b) -> a.mul(0.5).add(b.mul(0.4)).sin())),
                new Case("chain of terms", 300, n -> x -> sum(terms(x, n))),
                new Case("tree of terms", 300, n -> x -> tree(terms(x, n))),
                new Case(
                        "rows and columns",
                        30,
                        n -> x -> repeated(
                                x, n, y -> y.sub(y.mean(0)).sub(y.mean(1)).tanh())));
    }

    private static Tensor input() {
        float[] values = new float[12];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 37 % 17 * 0.05f - 0.4f;
        }
        return Tensor.of(values, 3, 4).requiresGrad(true);
    }

    /** Result and gradient, one after the other; nothing was interpreted on the way. */
    private static double[] run(Engine.Builder builder, UnaryOperator<Tensor> formula) {
        try (Engine engine = builder.threads(1).build()) {
            double[] all = engine.call(() -> {
                Tensor x = input();
                Tensor y = formula.apply(x);
                y.sumAll().backward();
                return Stream.of(y, x.grad())
                        .map(Tensor::toDoubles)
                        .flatMapToDouble(java.util.Arrays::stream)
                        .toArray();
            });
            assertEquals(0, engine.counters().fallbacks());
            return all;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void longFormulasRunCompiledToTheBitOfTheInterpreter(Case c) {
        UnaryOperator<Tensor> formula = c.formula().apply(c.length());
        double[] expected =
                run(Engine.builder().backend("interpreter"), Fused.of("f", formula)::call);
        double[] actual =
                run(Engine.builder().backend("scalar").strict(true), Fused.of("f", formula)::call);
        assertArrayEquals(expected, actual);
    }

    /** Kernels do not grow with the formula, and their number no faster than it. */
    @ParameterizedTest
    @MethodSource("cases")
    void kernelsAreBoundedAndGrowInNumberAsTheFormulaDoes(Case c) {
        int once = kernels(c, c.length());
        int twice = kernels(c, 2 * c.length());
        assertTrue(twice <= 2 * once + 4, () -> once + " kernels, then " + twice);
    }

    private static int kernels(Case c, int length) {
        try (Engine engine = Engine.builder().backend("interpreter").threads(1).build()) {
            Fused fused = Fused.of("f", c.formula().apply(length));
            var kernels = engine.call(() -> {
                var e = fused.explain(null, input());
                return Stream.concat(
                                e.forward().kernels().stream(), e.backward().kernels().stream())
                        .toList();
            });
            kernels.forEach(k -> assertTrue(
                    k.graph().nodes().size() <= BOUND,
                    () -> k.name() + " has " + k.graph().nodes().size() + " nodes"));
            return kernels.size();
        }
    }

    @Test
    void threeThousandOperationsWithTheirGradients() {
        double[] y = run(
                Engine.builder().backend("scalar").strict(true),
                Fused.of("f", x -> repeated(x, 3000, Tensor::tanh))::call);
        for (double v : y) {
            assertTrue(Double.isFinite(v) && v != 0);
        }
    }

    @Test
    void fiveHundredResults() {
        Fused fused = Fused.ofAll("f", in -> terms(in.get(0), 500));
        double[] at =
                run(Engine.builder().backend("scalar").strict(true), x -> sum(fused.callAll(x)));
        double[] expected = run(Engine.builder().backend("interpreter"), x -> sum(terms(x, 500)));
        assertArrayEquals(expected, at, 1e-3);
    }

    @Test
    void eagerChainsOfAnyLengthGoBackWithoutRecursion() {
        double[] eager = run(
                Engine.builder().backend("scalar").strict(true),
                x -> repeated(x, 20_000, y -> y.mul(0.9999)));
        assertEquals(Math.pow(0.9999f, 20_000), eager[12], 1e-4);
    }
}
