package org.fusegrad.fusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Supplier;
import org.fusegrad.DType;
import org.fusegrad.Engine;
import org.fusegrad.Explanation;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.graph.Node;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNGroups2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Softmax;
import org.fusegrad.plan.Executable;
import org.fusegrad.plan.Traffic;
import org.junit.jupiter.api.Test;

/** Kernels, scans and bytes of layers at the sizes of an image network. Nothing is run. */
final class KernelCountsTest {
    private static final int[] IMAGES = {32, 64, 56, 56};
    private static final int[] ROWS = {4096, 768};

    private static Explanation explain(Supplier<Explanation> what) {
        try (Engine engine = Engine.builder().backend("interpreter").threads(1).build()) {
            return engine.call(what);
        }
    }

    private static long bytes(int... shape) {
        long n = Float.BYTES;
        for (int d : shape) {
            n *= d;
        }
        return n;
    }

    /**
     * One fused kernel of so many scans that reads and writes so many full-size tensors, and beside
     * them no more than one fiftieth of one.
     */
    private static void assertKernel(
            Executable executable, int scans, int reads, int writes, int... shape) {
        assertEquals(1, executable.kernels().size(), executable::explain);
        assertTrue(executable.kernels().get(0).fused(), executable::explain);
        Traffic t = executable.traffic().get(0);
        assertEquals(
                List.of(scans, reads, writes),
                List.of(t.scans(), t.reads(), t.writes()),
                executable::explain);
        long full = bytes(shape);
        assertBytes(reads * full, t.bytesRead(), full / 50, executable);
        assertBytes(writes * full, t.bytesWritten(), full / 50, executable);
        assertTrue(t.bytesRead() + t.bytesWritten() < t.unfusedBytes(), executable::explain);
    }

    private static void assertBytes(long least, long got, long beside, Executable executable) {
        assertTrue(
                got >= least && got <= least + beside,
                () -> got + " bytes instead of about " + least + "\n" + executable.explain());
    }

    /** All results of a forward but this many are far smaller than a full-size tensor. */
    private static void assertSavesLittle(Executable forward, int full, int... shape) {
        List<Node> outputs = forward.kernels().stream()
                .flatMap(k -> k.graph().outputs().stream())
                .toList();
        long limit = bytes(shape) / Float.BYTES / 100;
        assertEquals(
                full,
                outputs.stream().filter(o -> o.shape().numel() > limit).count(),
                forward::explain);
        assertTrue(outputs.stream().noneMatch(o -> o.dtype() == DType.BOOL), forward::explain);
    }

    private static void assertNorm(Explanation e, int... shape) {
        assertKernel(e.forward(), 2, 2, 1, shape);
        assertSavesLittle(e.forward(), 1, shape);
        assertKernel(e.backward(), 2, 4, 1, shape);
    }

    private static Tensor images() {
        return Tensor.zeros(IMAGES);
    }

    @Test
    void batchNorm() {
        assertNorm(explain(() -> new BatchNorm2d(64).explain(images(), Activation.NONE)), IMAGES);
    }

    @Test
    void batchNormThenRelu() {
        assertNorm(explain(() -> new BatchNorm2d(64).explain(images(), Activation.RELU)), IMAGES);
    }

    @Test
    void batchNormThenResidualAndRelu() {
        BatchNorm2d norm = new BatchNorm2d(64);
        Fused all = Fused.of("block_end", (x, r) -> norm.forward(x, r, Activation.RELU));
        Explanation e = explain(() -> all.explain(true, images(), images()));
        assertKernel(e.forward(), 2, 3, 1, IMAGES);
        assertSavesLittle(e.forward(), 1, IMAGES);
        // Both gradients are full-size; the mask of the relu is computed anew from x and r.
        assertKernel(e.backward(), 2, 5, 2, IMAGES);
    }

    @Test
    void batchNormInChannelsLastOrder() {
        BatchNorm2d norm = new BatchNorm2d(64);
        assertNorm(
                explain(() -> norm.explain(
                        Tensor.zeros(32, 56, 56, 64).permute(0, 3, 1, 2), Activation.NONE)),
                IMAGES);
    }

    @Test
    void batchNormInEvaluation() {
        BatchNorm2d norm = new BatchNorm2d(64);
        norm.train(false);
        Explanation e = explain(() -> norm.explain(images(), Activation.RELU));
        assertKernel(e.forward(), 1, 1, 1, IMAGES);
        assertSavesLittle(e.forward(), 1, IMAGES);
    }

    @Test
    void instanceNorm() {
        assertNorm(explain(() -> new InstanceNorm(64).explain(images(), Activation.NONE)), IMAGES);
    }

    @Test
    void instanceNormWithParameters() {
        InstanceNorm norm =
                new InstanceNorm(64, InstanceNorm.DEFAULT.affine(Affine.WEIGHT_AND_BIAS));
        assertNorm(explain(() -> norm.explain(images(), Activation.NONE)), IMAGES);
    }

    @Test
    void movingAverageBatchNorm() {
        MABN2d norm = new MABN2d(64, MABNWindow.of(32, 64));
        assertNorm(explain(() -> norm.explain(images(), Activation.NONE)), IMAGES);
    }

    @Test
    void instanceEnhancementBatchNorm() {
        assertNorm(explain(() -> new IEBN2d(64).explain(images(), Activation.NONE)), IMAGES);
    }

    @Test
    void movingAverageOverGroups() {
        MABNGroups2d norm = new MABNGroups2d(64, MABNWindow.of(2, 32));
        Explanation e = explain(() -> norm.explain(images(), Activation.NONE));
        assertMoves(e.forward(), 2, 1);
        // dy once more for the sum of itself, which knows nothing of groups.
        assertMoves(e.backward(), 5, 1);
    }

    /** Reads and writes of all kernels, in images; what is small against one does not count. */
    private static void assertMoves(Executable plan, int reads, int writes) {
        long bytes = 4L * images().shape().numel();
        List<Traffic> all = plan.traffic();
        assertEquals(
                reads, all.stream().mapToLong(Traffic::bytesRead).sum() / bytes, plan::explain);
        assertEquals(
                writes, all.stream().mapToLong(Traffic::bytesWritten).sum() / bytes, plan::explain);
    }

    @Test
    void groupNorm() {
        assertNorm(explain(() -> new GroupNorm(32, 64).explain(images(), Activation.NONE)), IMAGES);
    }

    @Test
    void layerNorm() {
        assertNorm(
                explain(() -> new LayerNorm(768).explain(Tensor.zeros(ROWS), Activation.NONE)),
                ROWS);
    }

    @Test
    void rmsNorm() {
        assertNorm(
                explain(() -> new RMSNorm(768).explain(Tensor.zeros(ROWS), Activation.NONE)), ROWS);
    }

    @Test
    void softmax() {
        Fused f = Fused.of("softmax", x -> Softmax.softmax(x, 1));
        Explanation e = explain(() -> f.explain(null, Tensor.zeros(ROWS)));
        // Maximum, sum, quotient.
        assertKernel(e.forward(), 3, 3, 1, ROWS);
        assertSavesLittle(e.forward(), 1, ROWS);
        assertKernel(e.backward(), 2, 4, 1, ROWS);
    }

    @Test
    void logSoftmax() {
        Fused f = Fused.of("log_softmax", x -> Softmax.logSoftmax(x, 1));
        Explanation e = explain(() -> f.explain(null, Tensor.zeros(ROWS)));
        assertKernel(e.forward(), 3, 3, 1, ROWS);
        assertSavesLittle(e.forward(), 1, ROWS);
        assertTrue(
                e.backward().traffic().get(0).scans() <= 2, () -> e.backward().explain());
    }
}
