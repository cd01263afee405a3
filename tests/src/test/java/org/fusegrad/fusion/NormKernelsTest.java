package org.fusegrad.fusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.fusegrad.Engine;
import org.fusegrad.Explanation;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchRenorm2d;
import org.fusegrad.nn.norm.GhostBatchNorm;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.ImageRMSNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.plan.Executable;
import org.fusegrad.plan.Traffic;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every norm, and whatever follows it, is one kernel forward and one backward that passes twice
 * over its full-size tensors. Nothing is run.
 */
final class NormKernelsTest {
    private static final int[] IMAGES = {32, 64, 56, 56};
    private static final int[] ROWS = {4096, 768};

    private record Row(String name, Supplier<Norm> norm, int[] shape) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Row images(String name, Supplier<Norm> norm) {
        return new Row(name, norm, IMAGES);
    }

    private static List<Row> rows() {
        NormOptions affine = InstanceNorm.DEFAULT.affine(Affine.WEIGHT_AND_BIAS);
        // Its running statistics are averages of averages, which is more kernels, of channels.
        NormOptions untracked = NormOptions.DEFAULT.trackRunningStats(false);
        return List.of(
                images("bn", () -> new BatchNorm2d(64)),
                images("brn", () -> new BatchRenorm2d(64)),
                images("ghost:4", () -> new GhostBatchNorm(4, 64, untracked)),
                images("iebn", () -> new IEBN2d(64)),
                images("mabn:32:64", () -> new MABN2d(64, MABNWindow.of(32, 64))),
                images("gn:32", () -> new GroupNorm(32, 64)),
                images("in", () -> new InstanceNorm(64, affine)),
                images("rms of images", () -> new ImageRMSNorm(64)),
                new Row("ln", () -> new LayerNorm(768), ROWS),
                new Row("rms", () -> new RMSNorm(768), ROWS));
    }

    static Stream<Arguments> tails() {
        List<Activation> activations = List.of(
                Activation.NONE,
                Activation.RELU,
                Activation.leakyRelu(0.1),
                Activation.SILU,
                Activation.GELU);
        return rows().stream().flatMap(row -> activations.stream().map(a -> Arguments.of(row, a)));
    }

    private static Explanation explain(Row row, boolean adds, Activation activation) {
        try (Engine engine = Engine.builder().backend("interpreter").threads(1).build()) {
            return engine.call(() -> {
                Norm norm = row.norm().get();
                Tensor x = Tensor.zeros(row.shape());
                return adds
                        ? Fused.of("tail", (a, b) -> norm.forward(a, b, activation))
                                .explain(true, x, Tensor.zeros(row.shape()))
                        : norm.explain(x, activation);
            });
        }
    }

    private static void assertKernel(String expected, Executable e) {
        assertEquals(1, e.kernels().size(), e::explain);
        Traffic t = e.traffic().get(0);
        assertEquals(expected, t.scans() + " scans R" + t.reads() + " W" + t.writes(), e::explain);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("tails")
    void isOneKernelPair(Row row, Activation activation) {
        Explanation e = explain(row, false, activation);
        assertKernel("2 scans R2 W1", e.forward());
        assertKernel("2 scans R4 W1", e.backward());
    }

    @ParameterizedTest(name = "{0}, add, {1}")
    @MethodSource("tails")
    void isOneKernelPairAfterAResidual(Row row, Activation activation) {
        Explanation e = explain(row, true, activation);
        assertKernel("2 scans R3 W1", e.forward());
        // Without an activation the gradient of the residual is dy itself, read for both.
        boolean passes = activation.equals(Activation.NONE);
        assertKernel(passes ? "2 scans R4 W1" : "2 scans R5 W2", e.backward());
    }
}
