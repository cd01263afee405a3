package org.fusegrad.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Op;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchRenorm2d;
import org.fusegrad.nn.norm.GhostBatchNorm;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.nn.norm.RenormSchedule;
import org.fusegrad.ops.Activation;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Half-precision inputs, with float32 statistics and parameters, against the same layer in float64
 * on the same (rounded) input: results are right to one rounding to half, in every mode.
 */
final class HalfPrecisionTest {
    private static final int[] SHAPE = {3, 4, 3, 5};

    enum Phase {
        TRAINING,
        EVALUATION,
        FROZEN
    }

    record Case(
            String name, Function<NormOptions, Norm> layer, DType storage, Phase phase, Way way) {
        @Override
        public String toString() {
            return name + ", " + storage + ", " + phase + ", " + way;
        }
    }

    private static Map<String, Function<NormOptions, Norm>> layers() {
        Map<String, Function<NormOptions, Norm>> all = new LinkedHashMap<>();
        all.put("batch_norm", o -> new BatchNorm2d(4, o));
        all.put("batch_renorm", o -> new BatchRenorm2d(4, o, RenormSchedule.constant(1.1, 0.1)));
        all.put("ghost_batch_norm", o -> new GhostBatchNorm(1, 4, o));
        all.put("iebn", o -> new IEBN2d(4, o));
        all.put("mabn", o -> new MABN2d(4, MABNWindow.of(3, 6).warmup(1), o));
        all.put("instance_norm", o -> new InstanceNorm(4, o));
        all.put("group_norm", o -> new GroupNorm(2, 4, o));
        all.put("layer_norm", o -> new LayerNorm(o, 5));
        all.put("rms_norm", o -> new RMSNorm(o, 5));
        return all;
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (Way way : Way.all()) {
            for (DType storage : new DType[] {DType.FLOAT16, DType.BFLOAT16}) {
                layers().forEach((name, layer) -> {
                    boolean keeps = layer.apply(NormOptions.DEFAULT).keepsStatistics();
                    for (Phase phase : keeps ? Phase.values() : new Phase[] {Phase.TRAINING}) {
                        cases.add(new Case(name, layer, storage, phase, way));
                    }
                });
            }
        }
        return cases;
    }

    /** Around 300, whose square half precision cannot hold. */
    private static Tensor input(int seed, DType storage) {
        return Samples.of(seed).normal(SHAPE).mul(40).add(300).cast(storage);
    }

    private record Results(Tensor y, Tensor dx, Norm norm) {}

    private static Results run(Case c, DType compute, DType storage) {
        Norm norm = c.layer().apply(NormOptions.DEFAULT.dtype(compute));
        Samples s = Samples.of(3);
        norm.parameters()
                .forEach(p -> p.assign(s.uniform(0.5, 1.5, p.shape().dims())
                        .cast(DType.FLOAT32)
                        .cast(compute)));
        for (int step = 0; step < 3; step++) {
            Tensor x = input(step, c.storage()).cast(storage).requiresGrad(true);
            norm.forward(x).sumAll().backward();
        }
        norm.zeroGrad();
        if (c.phase() == Phase.FROZEN) {
            norm.freezeStatistics();
        }
        norm.train(c.phase() != Phase.EVALUATION);
        Tensor x = input(9, c.storage()).cast(storage).requiresGrad(true);
        Tensor y = norm.forward(x, Activation.SILU);
        Tensor dy = Samples.of(4).normal(SHAPE).cast(c.storage()).cast(storage);
        y.backward(dy);
        return new Results(y, x.grad(), norm);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rightToOneRounding(Case c) {
        c.way().call(() -> {
            Results half = run(c, DType.FLOAT32, c.storage());
            Results exact = run(c, DType.FLOAT64, DType.FLOAT64);
            assertEquals(c.storage(), half.y().dtype());
            assertEquals(c.storage(), half.dx().dtype());
            double rounding = c.storage() == DType.FLOAT16 ? 0x1p-11 : 0x1p-8;
            assertWithin(exact.y(), half.y(), rounding);
            assertWithin(exact.dx(), half.dx(), rounding);
            Map<String, Tensor> parameters = half.norm().namedParameters();
            exact.norm().namedParameters().forEach((path, p) -> {
                Tensor own = parameters.get(path).grad();
                assertEquals(DType.FLOAT32, own.dtype());
                assertWithin(p.grad(), own, 1e-5);
            });
            exact.norm().namedBuffers().forEach((path, s) -> {
                Tensor own = half.norm().namedBuffers().get(path).get();
                assertTrue(!own.dtype().isHalf());
                assertWithin(s.get(), own, 1e-6);
            });
            return null;
        });
    }

    /** Contributions of several uses are added in float32 and rounded once, in any formula. */
    @Test
    void aFusedGradientIsRoundedOnce() {
        Fused f = Fused.of("uses", x -> x.mul(0.3).add(x.mul(0.03)).add(x.mul(0.003)));
        Tensor x = Tensor.of(1f).cast(DType.BFLOAT16).requiresGrad(true);
        f.call(x).sumAll().backward();
        assertEquals(DType.BFLOAT16, x.grad().dtype());
        assertEquals(Tensor.of(0.333f).cast(DType.BFLOAT16).item(), x.grad().item());
    }

    /** Rounded before it is added, 0.3 would become 0.30078 and the sum the next number up. */
    @Test
    void aGradientThroughACastIsRoundedOnce() {
        Fused f = Fused.of("cast and use", x -> {
            Tensor wide = x.cast(DType.FLOAT32).mul(0.3);
            return wide.add(x.mul(0.0305).cast(DType.FLOAT32));
        });
        Tensor x = Tensor.of(1f).cast(DType.BFLOAT16).requiresGrad(true);
        f.call(x).sumAll().backward();
        assertEquals(Tensor.of(0.3305f).cast(DType.BFLOAT16).item(), x.grad().item());
    }

    /** What is rounded already is not widened to be rounded again: an operation an element. */
    @Test
    void theBackwardOfANormRoundsOnlyItsResult() {
        Tensor x = Tensor.zeros(SHAPE).cast(DType.BFLOAT16);
        Graph backward = new LayerNorm(SHAPE[SHAPE.length - 1])
                .explain(x, Activation.NONE)
                .derived();
        long roundings = backward.nodes().stream()
                .filter(n -> n.is(Op.CAST) && n.dtype() == DType.BFLOAT16)
                .count();
        assertEquals(1, roundings, backward::toString);
    }

    /** One rounding of each value, and what float32 arithmetic loses against the largest. */
    private static void assertWithin(Tensor expected, Tensor actual, double rounding) {
        double[] e = expected.toDoubles();
        double[] a = actual.toDoubles();
        double largest = 0;
        for (double v : e) {
            largest = Math.max(largest, Math.abs(v));
        }
        for (int i = 0; i < e.length; i++) {
            double limit = rounding * Math.abs(e[i]) + 5e-6 * largest + 0x1p-24;
            double error = Math.abs(e[i] - a[i]);
            int at = i;
            assertTrue(error <= limit, () -> "element " + at + ": " + e[at] + " became " + a[at]);
        }
    }
}
