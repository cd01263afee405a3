package org.fusegrad.fusion;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fusegrad.Engine;
import org.fusegrad.Explanation;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.graph.Node;
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
import org.fusegrad.nn.norm.MABNGroups2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Softmax;
import org.fusegrad.plan.Executable;
import org.fusegrad.plan.Traffic;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every layer, with whatever may follow it, in training and in evaluation, is one kernel forward
 * and one backward, with the passes over the data that the formula cannot do without, and leaves
 * nothing of the data's size for the backward but its operands. At the sizes of an image network;
 * nothing is run.
 */
final class FusionTableTest {
    private static final Supplier<Tensor> IMAGES = () -> Tensor.zeros(32, 64, 56, 56);
    private static final Supplier<Tensor> CHANNELS_LAST =
            () -> Tensor.zeros(32, 56, 56, 64).permute(0, 3, 1, 2);
    private static final Supplier<Tensor> ROWS = () -> Tensor.zeros(4096, 768);

    /** Statistics are small against the data if they are at most this part of it. */
    private static final int SMALL = 40;

    /** Passes over the data, and full-size tensors read and written. */
    record Needs(int scans, int reads, int writes) {
        /** With a residual that is read whenever the result is computed, or made anew. */
        Needs withResidual() {
            return new Needs(scans, reads + 1, writes);
        }

        /** Made anew from input and gradient in every scan. */
        Needs withMask() {
            return new Needs(scans, 2 * scans, writes);
        }

        /** Masked once, in the first scan, which also is the gradient of the residual. */
        Needs withMaskedResidual() {
            return new Needs(scans, reads + 1, writes + 1);
        }
    }

    private static final Needs TWO_FORWARD = new Needs(2, 2, 1);
    private static final Needs TWO_BACKWARD = new Needs(2, 4, 1);
    private static final Needs ONE_FORWARD = new Needs(1, 1, 1);
    private static final Needs ONE_BACKWARD = new Needs(1, 2, 1);

    /** A layer and what it needs where nothing follows it. */
    record Layer(
            String name,
            Supplier<Norm> make,
            Supplier<Tensor> input,
            Needs forward,
            Needs backward,
            Needs evalForward,
            Needs evalBackward) {
        /** Of the input's own statistics, always. */
        static Layer ofInput(String name, Supplier<Norm> make, Supplier<Tensor> input) {
            return new Layer(
                    name, make, input, TWO_FORWARD, TWO_BACKWARD, TWO_FORWARD, TWO_BACKWARD);
        }

        /** Of running statistics in evaluation. */
        static Layer running(String name, Supplier<Norm> make, Supplier<Tensor> input) {
            return new Layer(
                    name, make, input, TWO_FORWARD, TWO_BACKWARD, ONE_FORWARD, ONE_BACKWARD);
        }
    }

    private static final List<Layer> LAYERS = List.of(
            Layer.running("BatchNorm2d", () -> new BatchNorm2d(64), IMAGES),
            Layer.running("BatchNorm2d, channels last", () -> new BatchNorm2d(64), CHANNELS_LAST),
            Layer.running("MABN2d", () -> new MABN2d(64, MABNWindow.of(32, 64)), IMAGES),
            // In evaluation the first scan pools x, and the second reads dy alone.
            new Layer(
                    "IEBN2d",
                    () -> new IEBN2d(64),
                    IMAGES,
                    TWO_FORWARD,
                    TWO_BACKWARD,
                    TWO_FORWARD,
                    new Needs(2, 3, 1)),
            Layer.running("BatchRenorm2d", () -> new BatchRenorm2d(64), IMAGES),
            // Its running statistics are averages of averages, which is more kernels, of channels.
            Layer.ofInput(
                    "GhostBatchNorm",
                    () -> new GhostBatchNorm(4, 64, NormOptions.DEFAULT.trackRunningStats(false)),
                    IMAGES),
            Layer.ofInput("GroupNorm", () -> new GroupNorm(32, 64), IMAGES),
            Layer.ofInput("InstanceNorm", () -> new InstanceNorm(64), IMAGES),
            Layer.ofInput(
                    "InstanceNorm with parameters",
                    () -> new InstanceNorm(64, InstanceNorm.DEFAULT.affine(Affine.WEIGHT_AND_BIAS)),
                    IMAGES),
            Layer.ofInput("ImageRMSNorm", () -> new ImageRMSNorm(64), IMAGES),
            Layer.ofInput("LayerNorm", () -> new LayerNorm(768), ROWS),
            Layer.ofInput("RMSNorm", () -> new RMSNorm(768), ROWS));

    /** What follows the layer. */
    record Follower(String name, boolean residual, Activation activation) {
        Needs forward(Needs plain) {
            return residual ? plain.withResidual() : plain;
        }

        Needs backward(Needs plain) {
            if (activation.equals(Activation.NONE)) {
                return plain;
            }
            return residual ? plain.withMaskedResidual() : plain.withMask();
        }
    }

    private static final List<Follower> FOLLOWERS = List.of(
            new Follower("", false, Activation.NONE),
            new Follower(" + relu", false, Activation.RELU),
            new Follower(" + leaky relu", false, Activation.leakyRelu(0.1)),
            new Follower(" + silu", false, Activation.SILU),
            new Follower(" + gelu", false, Activation.GELU),
            new Follower(" + add", true, Activation.NONE),
            new Follower(" + add + relu", true, Activation.RELU),
            new Follower(" + add + leaky relu", true, Activation.leakyRelu(0.1)),
            new Follower(" + add + silu", true, Activation.SILU),
            new Follower(" + add + gelu", true, Activation.GELU));

    /** A row of the table. */
    record Row(Layer layer, Follower follower, boolean training) {
        Explanation explain() {
            Norm norm = layer.make().get();
            norm.train(training);
            Tensor x = layer.input().get();
            Fused all = follower.residual()
                    ? Fused.of("norm_add", (a, r) -> norm.forward(a, r, follower.activation()))
                    : Fused.of("norm", a -> norm.forward(a, follower.activation()));
            try (Engine engine =
                    Engine.builder().backend("interpreter").threads(1).build()) {
                return engine.call(() -> follower.residual()
                        ? all.explain(training, x, x)
                        : all.explain(training, x));
            }
        }

        @Override
        public String toString() {
            return layer.name() + follower.name() + (training ? "" : ", evaluation");
        }
    }

    static Stream<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Layer layer : LAYERS) {
            for (Follower follower : FOLLOWERS) {
                rows.add(new Row(layer, follower, true));
                rows.add(new Row(layer, follower, false));
            }
        }
        return rows.stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void row(Row row) {
        Explanation e = row.explain();
        Layer layer = row.layer();
        Needs forward = row.training() ? layer.forward() : layer.evalForward();
        Needs backward = row.training() ? layer.backward() : layer.evalBackward();
        long full = bytes(layer.input().get());
        assertAll(
                () -> assertKernel(e.forward(), row.follower().forward(forward), full),
                () -> assertKernel(e.backward(), row.follower().backward(backward), full),
                () -> assertSavesStatistics(e.forward(), full));
    }

    /** One fused kernel that moves what it needs, and beside that only statistics. */
    private static void assertKernel(Executable executable, Needs needs, long full) {
        assertEquals(1, executable.kernels().size(), executable::explain);
        assertTrue(executable.kernels().get(0).fused(), executable::explain);
        Traffic t = executable.traffic().get(0);
        assertEquals(needs, new Needs(t.scans(), t.reads(), t.writes()), executable::explain);
        assertBytes(needs.reads() * full, t.bytesRead(), full, executable);
        assertBytes(needs.writes() * full, t.bytesWritten(), full, executable);
    }

    private static void assertBytes(long least, long got, long full, Executable executable) {
        assertTrue(
                got >= least && got <= least + full / SMALL,
                () -> got + " bytes instead of about " + least + "\n" + executable.explain());
    }

    private static void assertSavesStatistics(Executable forward, long full) {
        List<Node> large = forward.kernels().stream()
                .flatMap(k -> k.graph().outputs().stream())
                .filter(o -> (long) o.shape().numel() * SMALL > full / Float.BYTES)
                .toList();
        assertEquals(1, large.size(), forward::explain);
        assertEquals(DType.FLOAT32, large.get(0).dtype());
    }

    private static long bytes(Tensor t) {
        return (long) Float.BYTES * t.shape().numel();
    }

    private static Explanation explainOnRows(String name, UnaryOperator<Tensor> formula) {
        try (Engine engine = Engine.builder().backend("interpreter").threads(1).build()) {
            return engine.call(() -> Fused.of(name, formula).explain(null, ROWS.get()));
        }
    }

    /** Its causal window over groups is more than one kernel, of statistics. */
    @Test
    void movingAverageOverGroups() {
        MABNGroups2d norm = new MABNGroups2d(64, MABNWindow.of(2, 32));
        try (Engine engine = Engine.builder().backend("interpreter").threads(1).build()) {
            Explanation e = engine.call(() -> norm.explain(IMAGES.get(), Activation.NONE));
            assertMoves(e.forward(), 2, 1);
            // dy once more for the sum of itself, which knows nothing of groups.
            assertMoves(e.backward(), 5, 1);
        }
    }

    /** Reads and writes of all kernels, in images; what is small against one does not count. */
    private static void assertMoves(Executable plan, int reads, int writes) {
        long full = bytes(IMAGES.get());
        List<Traffic> all = plan.traffic();
        assertEquals(reads, all.stream().mapToLong(Traffic::bytesRead).sum() / full, plan::explain);
        assertEquals(
                writes, all.stream().mapToLong(Traffic::bytesWritten).sum() / full, plan::explain);
    }

    /** Maximum, sum, quotient. */
    @Test
    void softmax() {
        Explanation e = explainOnRows("softmax", x -> Softmax.softmax(x, 1));
        assertKernel(e.forward(), new Needs(3, 3, 1), bytes(ROWS.get()));
        assertSavesStatistics(e.forward(), bytes(ROWS.get()));
        assertKernel(e.backward(), new Needs(2, 4, 1), bytes(ROWS.get()));
    }

    @Test
    void logSoftmax() {
        Explanation e = explainOnRows("log_softmax", x -> Softmax.logSoftmax(x, 1));
        assertKernel(e.forward(), new Needs(3, 3, 1), bytes(ROWS.get()));
        assertSavesStatistics(e.forward(), bytes(ROWS.get()));
        assertKernel(e.backward(), new Needs(2, 3, 1), bytes(ROWS.get()));
    }

    /** Forward, gradient, gradient of the gradient: a kernel each. */
    @Test
    void doubleBackwardIsFused() {
        BatchNorm2d norm = new BatchNorm2d(3);
        Tensor x = Samples.of(2).normal(4, 3, 5, 5).cast(DType.FLOAT32).detach();
        Tensor dy = x.square().detach().requiresGrad(true);
        Tensor v = x.sin().detach();
        Tensor leaf = x.requiresGrad(true);
        try (Engine engine = Engine.builder().backend("interpreter").threads(1).build()) {
            engine.call(() -> {
                List<Tensor> y = List.of(norm.forward(leaf));
                List<Tensor> dx = Tensor.grad(y, List.of(leaf), List.of(dy), true);
                assertEquals(2, engine.counters().runs());
                return Tensor.grad(dx, List.of(leaf, dy), List.of(v), false);
            });
            assertEquals(3, engine.counters().runs());
        }
    }
}
