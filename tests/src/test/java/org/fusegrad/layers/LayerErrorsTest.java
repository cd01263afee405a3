package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.dist.Collective;
import org.fusegrad.models.ResNet;
import org.fusegrad.nn.Conv1d;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.Conv3d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.ConvTranspose2d;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchNorm3d;
import org.fusegrad.nn.norm.BatchRenorm2d;
import org.fusegrad.nn.norm.ChannelMap;
import org.fusegrad.nn.norm.FrozenAffine;
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
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.nn.norm.RenormSchedule;
import org.fusegrad.nn.norm.SyncBatchNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Pooling;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

/** Errors of layers: they name the layer, its path in the network, and leave all as it was. */
final class LayerErrorsTest {
    private static final NormOptions OPTIONS = NormOptions.DEFAULT;
    private static final MABNWindow WINDOW = MABNWindow.of(2, 4);

    /** Layers of 4 channels, and an input that fits. */
    private static Map<Module, int[]> layers() {
        int[] images = {4, 4, 3, 4};
        Map<Module, int[]> all = new LinkedHashMap<>();
        ChannelMap.Fixed map = new ChannelMap.Fixed(new double[4], new double[4]);
        for (Module m : List.of(
                new BatchNorm2d(4),
                new BatchNorm2d(4, OPTIONS.affine(Affine.NONE)),
                new BatchRenorm2d(4),
                new GhostBatchNorm(2, 4),
                new SyncBatchNorm(4, Collective.alone()),
                new IEBN2d(4),
                new MABN2d(4, WINDOW),
                new MABNGroups2d(4, WINDOW),
                new GroupNorm(2, 4),
                new InstanceNorm(4, OPTIONS),
                new ImageRMSNorm(4),
                new LayerNorm(4),
                new RMSNorm(3, 4),
                new FrozenAffine(map, OPTIONS),
                new Conv2d(4, 2, ConvOptions.kernel(1)),
                new ConvTranspose2d(4, 2, ConvOptions.kernel(1)))) {
            all.put(m, images);
        }
        all.put(new BatchNorm1d(4), new int[] {4, 4});
        all.put(new BatchNorm3d(4), new int[] {4, 4, 2, 1, 3});
        all.put(new Conv1d(4, 2, ConvOptions.kernel(1)), new int[] {4, 4, 3});
        all.put(new Conv3d(4, 2, ConvOptions.kernel(1)), new int[] {4, 4, 2, 1, 3});
        all.put(new Linear(4, 2), new int[] {4, 4});
        return all;
    }

    private static String refused(Supplier<Tensor> call) {
        return assertThrows(IllegalArgumentException.class, call::get).getMessage();
    }

    @Test
    void everyLayerNamesItselfAndTheInput() {
        layers().forEach((layer, shape) -> {
            Tensor fits = Tensor.ones(shape);
            layer.forward(fits);
            Map<String, Tensor> before = layer.stateDict();
            List<Tensor> bad = new ArrayList<>(List.of(
                    fits.cast(DType.FLOAT64), fits.cast(DType.INT64), fits.gt(0), Tensor.ones()));
            int[] other = shape.clone();
            other[1] += 1;
            other[other.length - 1] += other.length > 2 ? 1 : 0;
            bad.add(Tensor.ones(other));
            for (Tensor x : bad) {
                String fault = refused(() -> layer.forward(x));
                assertTrue(fault.startsWith(layer + " on an input " + x.shape() + ": "), fault);
                assertEquals(
                        fault,
                        refused(() -> Fused.of("around", layer::forward).call(x)),
                        "inside a formula");
            }
            assertTrue(refused(() -> layer.forward(bad.get(0))).contains("it is float64"));
            before.forEach((path, v) -> assertSame(
                    v.value(), layer.stateDict().get(path).value(), path + " of " + layer));
        });
    }

    @Test
    void aFloat64LayerNamesAFloat32Image() {
        Module norm = new BatchNorm2d(3, OPTIONS.dtype(DType.FLOAT64));
        String fault = refused(() -> norm.forward(Tensor.ones(2, 3, 2, 2)));
        assertEquals(
                "BatchNorm2d(3) on an input (2, 3, 2, 2): it is float32 and the layer float64;"
                        + " cast the input to float64 or make the layer float32",
                fault);
        refused(() -> norm.forward(Tensor.ones(2, 3, 2, 2).cast(DType.BFLOAT16)));
        // Half precision is what float32 layers are for; a layer without any number has no type.
        new BatchNorm2d(3).forward(Tensor.ones(2, 3, 2, 2).cast(DType.BFLOAT16));
        new InstanceNorm(3).forward(Tensor.ones(2, 3, 2, 2).cast(DType.FLOAT64));
    }

    @Test
    void residualsOfAnotherTypeOrShape() {
        Norm norm = new GroupNorm(1, 3);
        Tensor x = Tensor.ones(2, 3, 2, 2);
        Tensor wide = x.cast(DType.FLOAT64);
        String type = refused(() -> norm.forward(x, wide, Activation.RELU));
        assertTrue(type.contains("GroupNorm(1, 3)") && type.contains("residual float64"), type);
        Tensor flat = Tensor.ones(2, 3, 1, 1);
        assertTrue(refused(() -> norm.forward(x, flat, Activation.RELU)).contains("residual is"));
    }

    // Paths.

    /** A module of a user, with parts of its own. */
    private static final class Tower extends Module {
        private final Module norm = child("norm", new BatchNorm2d(3));
        private final Module tail = child("tail", new Sequential(new Own()));

        @Override
        public Tensor forward(Tensor x) {
            return tail.forward(norm.forward(x));
        }
    }

    /** An error that only its owner knows. */
    private static final class OwnException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A layer of a user that fails by itself. */
    private static final class Own extends Module {
        private RuntimeException fault = new OwnException();

        @Override
        public Tensor forward(Tensor x) {
            throw fault;
        }
    }

    @Test
    void pathsStandBeforeTheMessageOnce() {
        Sequential net = new Sequential(
                Layer.relu(), new Sequential(Layer.identity(), new Sequential(new BatchNorm2d(3))));
        String fault = refused(() -> net.forward(Tensor.ones(2, 4, 2, 2)));
        assertTrue(fault.startsWith("1.1.0: BatchNorm2d(3) on an input (2, 4, 2, 2)"), fault);
        ResNet resNet = ResNet.small(3, 10, 4, NormFactory.BATCH, RandomSource.of(1));
        resNet.replace("layer2.0.norm1", new BatchNorm2d(5));
        String deep = refused(() -> resNet.forward(Tensor.ones(2, 3, 8, 8)));
        assertTrue(deep.startsWith("layer2.0.norm1: BatchNorm2d(5) on an input"), deep);
        String first = refused(() -> resNet.forward(Tensor.ones(2, 1, 8, 8)));
        assertTrue(first.startsWith("conv1: Conv2d(3, 4"), first);
        String type = refused(() -> resNet.forward(Tensor.ones(2, 3, 8, 8).cast(DType.FLOAT64)));
        assertTrue(type.startsWith("conv1: ") && type.contains("float64"), type);
    }

    /** Engine errors below a layer too, and the outermost module has no path. */
    @Test
    void errorsOfOperationsCarryThePath() {
        Sequential net = new Sequential(
                new Sequential(Layer.of("add", x -> x.add(Tensor.ones(3)))),
                Layer.maxPool2d(5, 1, 0));
        String add = refused(() -> net.forward(Tensor.ones(2, 4)));
        assertTrue(add.startsWith("0.0: add: "), add);
        String pool = refused(() -> net.forward(Tensor.ones(1, 1, 2, 3)));
        assertTrue(pool.startsWith("1: pool"), pool);
        Sequential small = new Sequential(new Conv2d(1, 1, ConvOptions.kernel(9)));
        String conv = refused(() -> small.forward(Tensor.ones(1, 1, 6, 6)));
        assertTrue(conv.startsWith("0: conv: kernel 9"), conv);
        String alone = refused(
                () -> new Conv2d(1, 1, ConvOptions.kernel(9)).forward(Tensor.ones(1, 1, 2, 2)));
        assertTrue(alone.startsWith("conv: kernel 9"), alone);
    }

    @Test
    void aUsersOwnModule() {
        Tower tower = new Tower();
        String alone = refused(() -> tower.forward(Tensor.ones(2, 4, 2, 2)));
        assertTrue(alone.startsWith("norm: BatchNorm2d(3)"), alone);
        Sequential net = new Sequential(Layer.relu(), tower);
        String below = refused(() -> net.forward(Tensor.ones(2, 4, 2, 2)));
        assertTrue(below.startsWith("1.norm: BatchNorm2d(3)"), below);
    }

    @Test
    void typesAndCausesStay() {
        Tower tower = new Tower();
        new Sequential(tower);
        Own own = (Own) tower.namedModules().get("tail.0");
        Tensor x = Tensor.ones(2, 3, 2, 2);
        OwnException noted = assertThrows(OwnException.class, () -> tower.forward(x));
        assertSame(own.fault, noted);
        assertEquals(1, noted.getSuppressed().length);
        assertEquals("in module 0.tail.0", noted.getSuppressed()[0].getMessage());
        for (RuntimeException fault : List.of(
                new IllegalStateException("of mine"), new UnsupportedOperationException("of mine"),
                new ArithmeticException("of mine"), new IndexOutOfBoundsException("of mine"),
                new NullPointerException("of mine"), new RuntimeException("of mine"))) {
            own.fault = fault;
            RuntimeException e = assertThrows(fault.getClass(), () -> tower.forward(x));
            assertEquals("0.tail.0: of mine", e.getMessage());
            assertSame(fault.getClass(), e.getClass());
            assertSame(fault, e.getCause());
        }
    }

    @Test
    void replacedPartsTakeOverThePath() {
        BatchNorm2d before = new BatchNorm2d(3);
        Sequential net = new Sequential(before, Layer.relu());
        net.replace("0", new BatchNorm2d(5));
        Tensor x = Tensor.ones(2, 4, 2, 2);
        assertTrue(refused(() -> net.forward(x)).startsWith("0: BatchNorm2d(5)"));
        assertTrue(refused(() -> before.forward(x)).startsWith("BatchNorm2d(3)"));
        new Sequential(Layer.relu(), Layer.relu(), before);
        assertTrue(refused(() -> before.forward(x)).startsWith("2: BatchNorm2d(3)"));
        assertTrue(refused(() -> new Sequential(before, null).forward(x)).contains("'1' is null"));
    }

    // One value, and settings.

    @Test
    void statisticsOfSingleValues() {
        Tensor one = Tensor.ones(1, 2, 1, 1);
        Tensor three = Tensor.ones(3, 2, 1, 1);
        for (Norm norm :
                List.of(new GroupNorm(2, 2), new InstanceNorm(2), new InstanceNorm(2, OPTIONS))) {
            for (Tensor x : List.of(one, three)) {
                String fault = refused(() -> norm.forward(x));
                assertTrue(fault.contains("one value, which has no variance"), fault);
                boolean keeps = norm.keepsStatistics();
                assertEquals(keeps, fault.contains("eval()"), fault);
                assertEquals(!keeps, fault.contains("keeps no running statistics"), fault);
                norm.eval();
                if (keeps) {
                    norm.forward(x);
                } else {
                    assertEquals(fault, refused(() -> norm.forward(x)), "advice in evaluation");
                }
                norm.train();
            }
        }
        for (Norm norm : List.of(
                new BatchNorm2d(2, OPTIONS.trackRunningStats(false)),
                new GhostBatchNorm(1, 2, OPTIONS.trackRunningStats(false)))) {
            assertFalse(refused(() -> norm.forward(one)).contains("eval()"));
            norm.eval();
            assertFalse(refused(() -> norm.forward(one)).contains("eval()"));
        }
        assertTrue(refused(() -> new BatchNorm2d(2).forward(one)).contains("eval()"));
        // Several channels in a group, or pixels, are several values.
        new GroupNorm(1, 2).forward(one);
        new GroupNorm(2, 2).forward(Tensor.ones(1, 2, 1, 2));
        // The normalized shape is a setting: over one element the result is the bias.
        assertEquals(0, new LayerNorm(1).forward(Tensor.ones(2, 1)).sumAll().item());
        assertEquals(1, new RMSNorm(1).forward(Tensor.ones(1, 1)).item(), 1e-6);
    }

    @Test
    void settingsOutOfRange() {
        double[] bad = {-1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (double v : bad) {
            refusedSetting(() -> OPTIONS.eps(v), "eps");
            refusedSetting(() -> OPTIONS.momentum(v), "momentum");
            refusedSetting(() -> WINDOW.keep(v), "keep");
            refusedSetting(() -> new MABNWindow(2, 4, 0.98, 100, v, 1000), "clip");
            refusedSetting(() -> RenormSchedule.constant(v, 1), "bounds");
            refusedSetting(() -> RenormSchedule.constant(1, v), "bounds");
        }
        refusedSetting(() -> OPTIONS.momentum(1.5), "momentum");
        refusedSetting(() -> OPTIONS.dtype(DType.INT64), "int64");
        refusedSetting(() -> OPTIONS.dtype(DType.BFLOAT16), "bfloat16");
        refusedSetting(() -> WINDOW.warmup(-1), "warmup");
        refusedSetting(() -> WINDOW.clipFrom(-1), "clipFrom");
        refusedSetting(() -> MABNWindow.of(0, 4), "multiple");
        for (int n : new int[] {0, -1}) {
            refusedSetting(() -> new BatchNorm2d(n), "BatchNorm2d of");
            refusedSetting(() -> new BatchRenorm2d(n), "BatchRenorm2d of");
            refusedSetting(() -> new SyncBatchNorm(n, Collective.alone()), "SyncBatchNorm of");
            refusedSetting(() -> new IEBN2d(n), "IEBN2d of");
            refusedSetting(() -> new InstanceNorm(n), "InstanceNorm of");
            refusedSetting(() -> new MABN2d(n, WINDOW), "MABN2d of");
            refusedSetting(() -> new GroupNorm(1, n), "GroupNorm of");
            refusedSetting(() -> new GroupNorm(n, 4), n + " groups");
            refusedSetting(() -> new GhostBatchNorm(n, 4), "at least 1 sample");
            refusedSetting(() -> new LayerNorm(3, n), "LayerNorm of");
            refusedSetting(() -> new RMSNorm(n), "RMSNorm of");
        }
        refusedSetting(() -> new LayerNorm(), "no axis");
        refusedSetting(() -> new ChannelMap.Fixed(new double[1], new double[2]), "1 and 2");
    }

    private static void refusedSetting(Supplier<Object> make, String word) {
        String fault = assertThrows(IllegalArgumentException.class, make::get).getMessage();
        assertTrue(fault.contains(word), fault);
    }

    @Test
    void imagesWithoutPixelsHaveNoWindows() {
        for (int[] shape : new int[][] {{2, 3, 0, 4}, {2, 3, 4, 0}, {3}}) {
            Tensor x = Tensor.ones(shape);
            assertTrue(refused(() -> Pooling.maxPool2d(x, 2, 2, 1)).contains("no pixels"));
            assertTrue(refused(() -> Pooling.avgPool2d(x, 2, 2, 1)).contains("no pixels"));
            assertTrue(refused(() -> Pooling.adaptiveAvgPool2d(x, 2, 2)).contains("no pixels"));
            assertTrue(refused(() -> Pooling.globalAvgPool(x)).contains("no pixels"));
        }
        Tensor none = Tensor.ones(2, 3, 0, 4);
        ConvOptions o = ConvOptions.kernel(3);
        assertTrue(refused(() -> new Conv2d(3, 2, o).forward(none)).contains("does not fit"));
        String transposed = refused(() -> new ConvTranspose2d(3, 2, o).forward(none));
        assertTrue(transposed.contains("a spatial axis of size 0"), transposed);
    }
}
