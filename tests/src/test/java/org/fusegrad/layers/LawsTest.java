package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchRenorm2d;
import org.fusegrad.nn.norm.GhostBatchNorm;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RenormSchedule;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that are special cases of each other: outputs, all gradients and states. */
final class LawsTest {
    private static final int[] SHAPE = {4, 6, 5, 7};

    /**
     * Two layers that are the same, in every bit.
     *
     * @param rounded results that are so but for rounding where the layers are fused
     */
    record Law(
            String name,
            Function<NormOptions, Norm> left,
            Function<NormOptions, Norm> right,
            List<String> rounded) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Arguments> laws() {
        // Fused, r and weight / s are one factor of each channel and d joins the bias.
        List<String> factored = List.of("y", "dweight");
        List<Law> laws = List.of(
                new Law(
                        "GN(1) = LN over (C, H, W)",
                        o -> new GroupNorm(1, 6, o),
                        o -> new PerChannel(o, new LayerNorm(o.affine(Affine.NONE), 6, 5, 7)),
                        List.of()),
                new Law(
                        "GN(C) = IN",
                        o -> new GroupNorm(6, 6, o),
                        o -> new InstanceNorm(6, o.trackRunningStats(false)),
                        List.of()),
                new Law(
                        "BRN(1, 0) = BN",
                        o -> new BatchRenorm2d(6, o, RenormSchedule.constant(1, 0)),
                        o -> new BatchNorm2d(6, o),
                        factored),
                new Law(
                        "BRN before its start = BN",
                        o -> new BatchRenorm2d(6, o, RenormSchedule.DEFAULT),
                        o -> new BatchNorm2d(6, o),
                        factored),
                new Law(
                        "Ghost(1 group) = BN",
                        o -> new GhostBatchNorm(4, 6, o),
                        o -> new BatchNorm2d(6, o),
                        List.of()));
        return ways().flatMap(way ->
                laws.stream().map(law -> Arguments.of(law, way.get()[0], way.get()[1])));
    }

    @ParameterizedTest(name = "{0}, {1} on {2}")
    @MethodSource("laws")
    void holds(Law law, DType dtype, Way way) {
        NormOptions options = NormOptions.DEFAULT.dtype(dtype);
        Map<String, double[]> left = way.call(() -> step(law.left().apply(options), dtype));
        Map<String, double[]> right = way.call(() -> step(law.right().apply(options), dtype));
        right.keySet().retainAll(left.keySet());
        assertTrue(right.keySet().containsAll(List.of("y", "dx", "dweight", "dbias")));
        right.forEach((what, expected) -> assertArrayEquals(
                expected,
                left.get(what),
                way.fused() && law.rounded().contains(what) ? tolerance(dtype) : 0,
                what));
    }

    /** Of values of order 1, a few roundings each; sums over 140 of them included. */
    private static double tolerance(DType dtype) {
        return dtype == DType.FLOAT32 ? 2e-5 : 1e-13;
    }

    /** What training normalises to where nothing is clipped, evaluation did before the step. */
    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("ways")
    void unclippedRenormalizationIsEvaluation(DType dtype, Way way) {
        NormOptions options = NormOptions.DEFAULT.dtype(dtype);
        RenormSchedule unclipped = RenormSchedule.constant(1e6, 1e6);
        Map<String, double[]> training = way.call(() -> step(renorm(options, unclipped), dtype));
        Map<String, double[]> evaluation = way.call(() -> {
            Norm norm = renorm(options, unclipped);
            norm.eval();
            return step(norm, dtype);
        });
        for (String what : List.of("y", "dweight", "dbias")) {
            assertArrayEquals(evaluation.get(what), training.get(what), 4 * tolerance(dtype), what);
        }
        double[] mean = evaluation.get("running_mean");
        assertArrayEquals(new double[] {1, 1, 1, 1, 1, 1}, mean, 0);
        assertTrue(Math.abs(training.get("running_mean")[0] - mean[0]) > 1e-3);
    }

    static Stream<Arguments> ways() {
        return Way.all().stream()
                .flatMap(way -> Stream.of(DType.FLOAT32, DType.FLOAT64)
                        .map(dtype -> Arguments.of(dtype, way)));
    }

    private static Norm renorm(NormOptions options, RenormSchedule schedule) {
        Norm norm = new BatchRenorm2d(SHAPE[1], options, schedule);
        Tensor half = Tensor.full(Shape.of(SHAPE[1]), 0.5, options.dtype());
        norm.namedBuffers().get("running_mean").set(half.mul(2));
        norm.namedBuffers().get("running_std").set(half.mul(3));
        return norm;
    }

    /** A step of training with values that are neither zeros nor ones. */
    private static Map<String, double[]> step(Norm norm, DType dtype) {
        Samples s = Samples.of(23);
        norm.parameters()
                .forEach(p -> p.assign(s.uniform(0.5, 1.5, p.shape().dims()).cast(dtype)));
        Tensor x = s.normal(SHAPE).mul(2).add(0.5).cast(dtype).detach().requiresGrad(true);
        Tensor y = norm.forward(x);
        y.backward(s.normal(SHAPE).cast(dtype));
        Map<String, double[]> all = new TreeMap<>();
        all.put("y", y.toDoubles());
        all.put("dx", x.grad().toDoubles());
        norm.namedParameters().forEach((name, p) -> all.put("d" + name, p.grad().toDoubles()));
        norm.namedBuffers().forEach((name, state) -> all.put(name, state.get().toDoubles()));
        return all;
    }

    /** A norm without parameters, followed by a weight and a bias for each channel. */
    private static final class PerChannel extends Norm {
        private final Norm bare;

        PerChannel(NormOptions options, Norm bare) {
            super("per_channel", options, SHAPE[1]);
            this.bare = bare;
        }

        @Override
        protected Tensor normalize(Tensor x) {
            return affine(bare.forward(x), 1, SHAPE[1], 1, 1);
        }

        @Override
        protected void check(Tensor x) {}
    }
}
