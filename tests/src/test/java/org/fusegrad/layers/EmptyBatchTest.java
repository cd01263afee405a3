package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.dist.Collective;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.models.ResNet;
import org.fusegrad.nn.Conv1d;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.Conv3d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.ConvTranspose1d;
import org.fusegrad.nn.ConvTranspose2d;
import org.fusegrad.nn.ConvTranspose3d;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.WeightTransform;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchNorm3d;
import org.fusegrad.nn.norm.BatchRenorm1d;
import org.fusegrad.nn.norm.BatchRenorm2d;
import org.fusegrad.nn.norm.BatchRenorm3d;
import org.fusegrad.nn.norm.ChannelMap;
import org.fusegrad.nn.norm.FrozenAffine;
import org.fusegrad.nn.norm.GhostBatchNorm;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.IdentityNorm;
import org.fusegrad.nn.norm.ImageRMSNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNGroups2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.MicroBatches;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.nn.norm.SyncBatchNorm;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.CrossEntropy;
import org.fusegrad.ops.Losses;
import org.fusegrad.ops.Pooling;
import org.fusegrad.ops.Reduction;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A batch of no samples: every layer, mode, loss and pooling answers an empty result of the right
 * shape, zero gradients of its parameters, an empty one of its input, to the second order, and no
 * state moves. Images of no pixels are the same to norms.
 */
final class EmptyBatchTest {
    private static final NormOptions OPTIONS = NormOptions.DEFAULT;

    /** How to make a layer, and its input and result of no samples. */
    private record Case(Supplier<Module> make, int[] in, int[] out) {}

    static List<Way> ways() {
        return Way.all();
    }

    private static Map<String, Case> norms(int[] images) {
        Map<String, Supplier<Module>> all = new LinkedHashMap<>();
        all.put("BatchNorm2d", () -> new BatchNorm2d(4));
        all.put("BatchNorm2d cumulative", () -> new BatchNorm2d(4, OPTIONS.cumulativeAverage()));
        all.put(
                "BatchNorm2d untracked",
                () -> new BatchNorm2d(4, OPTIONS.trackRunningStats(false)));
        all.put("BatchNorm2d weight", () -> new BatchNorm2d(4, OPTIONS.affine(Affine.WEIGHT)));
        all.put("BatchRenorm2d", () -> new BatchRenorm2d(4));
        all.put("GhostBatchNorm", () -> new GhostBatchNorm(2, 4));
        all.put(
                "GhostBatchNorm untracked",
                () -> new GhostBatchNorm(2, 4, OPTIONS.trackRunningStats(false)));
        all.put("SyncBatchNorm", () -> new SyncBatchNorm(4, Collective.alone()));
        all.put("IEBN2d", () -> new IEBN2d(4));
        all.put("IEBN2d untracked", () -> new IEBN2d(4, OPTIONS.trackRunningStats(false)));
        all.put("MABN2d", () -> new MABN2d(4, MABNWindow.of(2, 4)));
        all.put("MABNGroups2d", () -> new MABNGroups2d(4, MABNWindow.of(2, 4)));
        all.put("GroupNorm", () -> new GroupNorm(2, 4));
        all.put("GroupNorm of channels", () -> new GroupNorm(4, 4));
        all.put("InstanceNorm", () -> new InstanceNorm(4));
        all.put("InstanceNorm tracked", () -> new InstanceNorm(4, OPTIONS));
        all.put("ImageRMSNorm", () -> new ImageRMSNorm(4));
        if (images[2] * images[3] > 0) {
            all.put("LayerNorm", () -> new LayerNorm(images[3]));
            all.put("RMSNorm", () -> new RMSNorm(images[2], images[3]));
        }
        all.put("IdentityNorm", IdentityNorm::new);
        all.put(
                "FrozenAffine",
                () -> new FrozenAffine(
                        new ChannelMap.Fixed(new double[] {1, 2, 3, 4}, new double[4]), OPTIONS));
        Map<String, Case> cases = new LinkedHashMap<>();
        all.forEach((name, make) -> cases.put(name, new Case(make, images, images)));
        return cases;
    }

    private static Map<String, Case> otherRanks() {
        Map<String, Case> all = new LinkedHashMap<>();
        all.put("BatchNorm1d", same(() -> new BatchNorm1d(4), 0, 4));
        all.put("BatchNorm1d of rows", same(() -> new BatchNorm1d(4), 0, 4, 5));
        all.put("BatchNorm3d", same(() -> new BatchNorm3d(4), 0, 4, 2, 2, 3));
        all.put("BatchRenorm1d", same(() -> new BatchRenorm1d(4), 0, 4));
        all.put("BatchRenorm3d", same(() -> new BatchRenorm3d(4), 0, 4, 2, 2, 3));
        all.put("GhostBatchNorm of (N, C)", same(() -> new GhostBatchNorm(2, 4), 0, 4));
        all.put("GroupNorm of (N, C)", same(() -> new GroupNorm(2, 4), 0, 4));
        all.put("InstanceNorm of rows", same(() -> new InstanceNorm(4), 0, 4, 5));
        all.put("LayerNorm of (N, C)", same(() -> new LayerNorm(4), 0, 4));
        return all;
    }

    private static Case same(Supplier<Module> make, int... shape) {
        return new Case(make, shape, shape);
    }

    private static Map<String, Case> others() {
        Map<String, Case> all = new LinkedHashMap<>();
        int[] images = {0, 4, 6, 5};
        ConvOptions o = ConvOptions.kernel(3).padding(1);
        for (WeightTransform t : WeightTransform.values()) {
            ConvOptions grouped = o.weights(t).groups(2);
            all.put("Conv2d " + t, shaped(() -> new Conv2d(4, 2, grouped), images, 0, 2, 6, 5));
            all.put(
                    "ConvTranspose2d " + t,
                    shaped(() -> new ConvTranspose2d(4, 2, grouped), images, 0, 2, 6, 5));
        }
        int[] rows = {0, 4, 6};
        int[] volumes = {0, 4, 2, 3, 4};
        all.put("Conv1d", shaped(() -> new Conv1d(4, 2, o.stride(2)), rows, 0, 2, 3));
        all.put("Conv3d", shaped(() -> new Conv3d(4, 2, o), volumes, 0, 2, 2, 3, 4));
        all.put("ConvTranspose1d", shaped(() -> new ConvTranspose1d(4, 2, o), rows, 0, 2, 6));
        all.put(
                "ConvTranspose3d",
                shaped(() -> new ConvTranspose3d(4, 2, o), volumes, 0, 2, 2, 3, 4));
        all.put("Linear", shaped(() -> new Linear(4, 3), new int[] {0, 4}, 0, 3));
        all.put("Linear of rows", shaped(() -> new Linear(4, 3), new int[] {0, 2, 4}, 0, 2, 3));
        all.put("max pooling", shaped(() -> Layer.maxPool2d(2, 2, 0), images, 0, 4, 3, 2));
        all.put("max pooling padded", shaped(() -> Layer.maxPool2d(3, 2, 1), images, 0, 4, 3, 3));
        all.put("average pooling", shaped(() -> Layer.avgPool2d(3, 2, 1), images, 0, 4, 3, 3));
        all.put("adaptive even", shaped(() -> Layer.adaptiveAvgPool2d(3, 5), images, 0, 4, 3, 5));
        all.put("adaptive uneven", shaped(() -> Layer.adaptiveAvgPool2d(4, 2), images, 0, 4, 4, 2));
        all.put("adaptive to one", shaped(() -> Layer.adaptiveAvgPool2d(1, 1), images, 0, 4, 1, 1));
        all.put(
                "global mean",
                shaped(() -> Layer.of("mean", Pooling::globalAvgPool), images, 0, 4, 1, 1));
        all.put("flatten", shaped(Layer::flatten, images, 0, 120));
        for (Activation a : List.of(
                Activation.RELU,
                Activation.SILU,
                Activation.GELU,
                Activation.TANH,
                Activation.SOFTPLUS)) {
            all.put(a.toString(), shaped(() -> Layer.activation(a), images, images));
        }
        all.put(
                "Sequential",
                shaped(
                        () -> new Sequential(
                                new Conv2d(4, 4, o),
                                new BatchNorm2d(4),
                                Layer.relu(),
                                Layer.maxPool2d(2, 2, 0),
                                Layer.flatten(),
                                new Linear(24, 3)),
                        images,
                        0,
                        3));
        all.put(
                "ResNet",
                shaped(
                        () -> ResNet.small(4, 3, 4, NormFactory.BATCH, RandomSource.of(1)),
                        new int[] {0, 4, 8, 8},
                        0,
                        3));
        return all;
    }

    private static Case shaped(Supplier<Module> make, int[] in, int... out) {
        return new Case(make, in, out);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void norms(Way way) {
        way.call(() -> {
            norms(new int[] {0, 4, 3, 2}).forEach(EmptyBatchTest::inEveryMode);
            otherRanks().forEach(EmptyBatchTest::inEveryMode);
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("ways")
    void normsOfNoPixels(Way way) {
        way.call(() -> {
            for (int[] images : new int[][] {{2, 4, 0, 3}, {4, 4, 3, 0}, {0, 4, 0, 0}}) {
                norms(images).forEach(EmptyBatchTest::inEveryMode);
            }
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("ways")
    void otherLayers(Way way) {
        way.call(() -> {
            others().forEach(EmptyBatchTest::inEveryMode);
            return null;
        });
    }

    private static void inEveryMode(String name, Case c) {
        for (String mode : List.of("training", "evaluation", "frozen")) {
            Module module = c.make().get();
            module.train(!mode.equals("evaluation"));
            if (mode.equals("frozen") && module instanceof Norm norm && norm.keepsStatistics()) {
                norm.freezeStatistics();
            }
            String where = name + " in " + mode;
            for (DType type : List.of(DType.FLOAT32, DType.BFLOAT16)) {
                if (type == DType.FLOAT32 || module instanceof Norm) {
                    check(where + " of " + type, module, module::forward, c, type);
                }
            }
            if (module instanceof Norm norm) {
                UnaryOperator<Tensor> followed = x -> norm.forward(x, x, Activation.SILU);
                check(where + " with a residual", module, followed, c, DType.FLOAT32);
            }
        }
    }

    private static Tensor empty(DType type, int... shape) {
        return Tensor.full(Shape.of(shape), 0, type);
    }

    private static void check(
            String where, Module module, UnaryOperator<Tensor> f, Case c, DType type) {
        module.zeroGrad();
        Map<String, double[]> before = values(module);
        Tensor x = empty(type, c.in()).requiresGrad(true);
        Tensor y = f.apply(x);
        assertEquals(Shape.of(c.out()), y.shape(), where);
        assertEquals(type, y.dtype(), where);
        y.backward(empty(type, c.out()));
        assertEquals(x.shape(), x.grad().shape(), where);
        module.namedParameters().forEach((path, p) -> {
            assertNotNull(p.grad(), path + " of " + where);
            assertArrayEquals(
                    new double[p.shape().numel()], plus0(p.grad()), path + " of " + where);
        });
        second(where, module, f, x);
        values(module)
                .forEach(
                        (path, v) -> assertArrayEquals(before.get(path), v, path + " of " + where));
    }

    /** A declared backward is differentiated like any other. */
    private static void second(String where, Module module, UnaryOperator<Tensor> f, Tensor x) {
        List<Tensor> leaves = new ArrayList<>(module.parameters());
        leaves.add(0, x);
        Tensor y = f.apply(x);
        Tensor v = empty(y.dtype(), y.shape().dims()).requiresGrad(true);
        List<Tensor> outputs = new ArrayList<>();
        List<Tensor> upstream = new ArrayList<>();
        for (Tensor g : Tensor.grad(List.of(y), leaves, List.of(v), true)) {
            if (g != null && g.requiresGrad()) {
                outputs.add(g);
                upstream.add(Tensor.full(g.shape(), 1, g.dtype()));
            }
        }
        if (outputs.isEmpty()) {
            return;
        }
        for (Tensor g : Tensor.grad(outputs, leaves, upstream, false)) {
            assertTrue(
                    g == null || Stream.of(plus0(g)).allMatch(a -> allZero(a)),
                    () -> "second order of " + where + ": " + g);
        }
    }

    private static boolean allZero(double[] values) {
        for (double v : values) {
            if (v != 0) {
                return false;
            }
        }
        return true;
    }

    private static double[] plus0(Tensor t) {
        double[] values = t.toDoubles();
        for (int i = 0; i < values.length; i++) {
            values[i] += 0.0;
        }
        return values;
    }

    private static Map<String, double[]> values(Module module) {
        Map<String, double[]> all = new LinkedHashMap<>();
        module.stateDict().forEach((path, t) -> all.put(path, t.toDoubles()));
        return all;
    }

    private static Map<String, UnaryOperator<Tensor>> losses(Reduction r) {
        Tensor target = empty(DType.FLOAT64, 0, 3);
        Tensor labels = empty(DType.INT64, 0);
        Tensor weight = Samples.of(1).uniform(1, 2, 3);
        Map<String, UnaryOperator<Tensor>> all = new LinkedHashMap<>();
        all.put("mse", x -> Losses.mse(x, target, r));
        all.put("l1", x -> Losses.l1(x, target, r));
        all.put("smoothL1", x -> Losses.smoothL1(x, target, 1, r));
        all.put("huber", x -> Losses.huber(x, target, 1, r));
        all.put("bceWithLogits", x -> Losses.bceWithLogits(x, target, r));
        all.put("bceWithLogits weighted", x -> Losses.bceWithLogits(x, target, weight, r));
        all.put("klDiv", x -> Losses.klDiv(x, target, false, r));
        all.put("klDiv of logarithms", x -> Losses.klDiv(x, target, true, r));
        if (r != Reduction.BATCH_MEAN) {
            CrossEntropy entropy = CrossEntropy.DEFAULT.reduction(r);
            all.put("cross entropy", x -> entropy.loss(x, labels));
            all.put("smoothed", x -> entropy.labelSmoothing(0.1).loss(x, labels));
            all.put("cross entropy weighted", x -> entropy.loss(x, labels, weight));
            all.put("nll", x -> entropy.nll(x, labels));
            all.put("nll weighted", x -> entropy.nll(x, labels, weight));
        }
        return all;
    }

    /** The sum of nothing is 0; its mean is NaN, as in PyTorch. */
    @ParameterizedTest
    @MethodSource("ways")
    void losses(Way way) {
        way.call(() -> {
            for (Reduction r : Reduction.values()) {
                losses(r).forEach((name, loss) -> {
                    for (UnaryOperator<Tensor> f : List.of(loss, Fused.of(name, loss)::call)) {
                        Tensor x = empty(DType.FLOAT64, 0, 3).requiresGrad(true);
                        Tensor y = f.apply(x);
                        if (r == Reduction.NONE) {
                            assertEquals(0, y.shape().numel(), name);
                        } else {
                            assertEquals(r == Reduction.SUM ? 0 : Double.NaN, y.item(), name);
                        }
                        y.backward(Tensor.full(y.shape(), 1, DType.FLOAT64));
                        assertEquals(x.shape(), x.grad().shape(), name);
                    }
                });
            }
            return null;
        });
    }

    /** In parts, and on replicas that all have nothing, there is nothing to share. */
    @ParameterizedTest
    @MethodSource("ways")
    void partsAndReplicas(Way way) {
        way.call(() -> {
            Case c = same(() -> new BatchNorm2d(4), 0, 4, 3, 2);
            Module norm = c.make().get();
            check("MicroBatches", norm, MicroBatches.of(norm, 2), c, DType.FLOAT32);
            Replicas.of(2).run(r -> {
                Module shared = new SyncBatchNorm(4, r);
                check("replicas", shared, shared::forward, c, DType.FLOAT32);
                return null;
            });
            return null;
        });
    }
}
