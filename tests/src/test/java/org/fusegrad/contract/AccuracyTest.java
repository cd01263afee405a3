package org.fusegrad.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The accuracy contract of float32: an element of a result or gradient is at most so many roundings
 * from the float64 evaluation of the same operands, a rounding being 2<sup>-24</sup> of what the
 * element's sums add up to in magnitude ({@link AccuracyProblem}). Results have the same bits on
 * every machine, so a bound holds on all of them or on none.
 */
final class AccuracyTest {
    private static final int CASES = 120;
    private static final double ROUNDING = 0x1p-24;

    private static final Map<String, BiFunction<Random, Samples, AccuracyProblem>> PROBLEMS =
            new TreeMap<>(Map.of(
                    "batch norm", AccuracyProblem::batchNorm,
                    "batch norm of few values", AccuracyProblem::batchNormOfFewValues,
                    "layer norm", AccuracyProblem::layerNorm,
                    "rms norm", AccuracyProblem::rmsNorm,
                    "group norm", AccuracyProblem::groupNorm,
                    "instance norm", AccuracyProblem::instanceNorm,
                    "softmax", AccuracyProblem::softmax,
                    "log softmax", AccuracyProblem::logSoftmax,
                    "convolution", AccuracyProblem::convolution,
                    "linear", AccuracyProblem::linear));

    static {
        PROBLEMS.put("minimal filtering", AccuracyProblem::filtering);
    }

    static List<String> problems() {
        return List.copyOf(PROBLEMS.keySet());
    }

    @ParameterizedTest
    @MethodSource("problems")
    void errorsAreBoundedByTheOrderOfSummation(String name) {
        Random random = new Random(5);
        try (Engine engine = Engine.builder().backend("interpreter").threads(1).build()) {
            for (int i = 0; i < CASES; i++) {
                Samples samples = Samples.of(random.nextLong());
                engine.call(() -> {
                    check(PROBLEMS.get(name).apply(random, samples), samples);
                    return null;
                });
            }
        }
    }

    private static void check(AccuracyProblem p, Samples samples) {
        int[] shape = p.ours().of(p.operands()).shape().dims();
        Tensor dy = samples.normal(shape).cast(DType.FLOAT32).detach();
        List<Tensor> got = AccuracyProblem.resultAndGradients(p.ours(), p.operands(), dy);
        List<Tensor> exact = p.operands().stream()
                .map(t -> t.detach().cast(DType.FLOAT64).requiresGrad(true))
                .toList();
        Tensor upstream = dy.cast(DType.FLOAT64);
        List<Tensor> truth = AccuracyProblem.resultAndGradients(p.exact(), exact, upstream);
        List<Tensor> magnitudes = p.magnitudes().of(exact, upstream.abs());
        for (int k = 0; k < got.size(); k++) {
            String tensor = k == 0 ? "result" : "gradient of operand " + (k - 1);
            double roundings = p.roundings().get(k);
            compare(tensor, got.get(k), truth.get(k), magnitudes.get(k), roundings);
        }
    }

    private static void compare(
            String tensor, Tensor got, Tensor truth, Tensor magnitude, double roundings) {
        double[] values = got.toDoubles();
        double[] exact = truth.toDoubles();
        double[] sums = magnitude.toDoubles();
        for (int i = 0; i < values.length; i++) {
            double error = Math.abs(values[i] - exact[i]) / (ROUNDING * sums[i]);
            int at = i;
            assertTrue(
                    error <= roundings,
                    () -> tensor + " " + got.shape() + ", element " + at + ": " + error
                            + " roundings, " + roundings + " allowed");
        }
    }
}
