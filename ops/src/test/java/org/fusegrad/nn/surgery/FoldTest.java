package org.fusegrad.nn.surgery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.models.ResNet;
import org.fusegrad.models.ResNet.Architecture;
import org.fusegrad.nn.Conv1d;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.Conv3d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.ConvTranspose1d;
import org.fusegrad.nn.ConvTranspose2d;
import org.fusegrad.nn.ConvTranspose3d;
import org.fusegrad.nn.Foldable;
import org.fusegrad.nn.Init;
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
import org.fusegrad.nn.norm.BatchRenorm2d;
import org.fusegrad.nn.norm.ChannelMap;
import org.fusegrad.nn.norm.FrozenAffine;
import org.fusegrad.nn.norm.GhostBatchNorm;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.IdentityNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RenormSchedule;
import org.fusegrad.ops.Activation;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FoldTest {
    private static final NormOptions DOUBLE = NormOptions.DEFAULT.dtype(DType.FLOAT64);
    private static final ConvOptions THREE = ConvOptions.kernel(3).padding(1);

    private static Tensor normal(int seed, DType dtype, int... shape) {
        return Init.normal(RandomSource.of(seed), dtype, shape);
    }

    /** Gives parameters and statistics of a trained norm: away from 0 and 1. */
    static <M extends Module> M seasoned(M module) {
        int seed = 50;
        for (Module part : module.namedModules().values()) {
            if (part instanceof Norm norm) {
                norm.weight().ifPresent(w -> w.assign(around(1, 0.3, w, 7)));
                norm.bias().ifPresent(b -> b.assign(around(0, 0.5, b, 8)));
                for (State state : norm.buffers()) {
                    if (state.name().equals("running_mean")) {
                        state.set(around(0, 0.7, state.get(), seed++));
                    } else if (Set.of("running_var", "running_std").contains(state.name())) {
                        state.set(around(0, 1, state.get(), seed++).square().add(0.1));
                    }
                }
            }
        }
        module.eval();
        return module;
    }

    static FrozenAffine frozen(double[] scale, double[] shift) {
        return new FrozenAffine(new ChannelMap.Fixed(scale, shift), NormOptions.DEFAULT);
    }

    private static Tensor around(double mean, double deviation, Tensor like, int seed) {
        return normal(seed, like.dtype(), like.shape().dims()).mul(deviation).add(mean);
    }

    /**
     * Every result of K products is within (2 K + 8) roundings of the sum of the absolute values
     * that make it: K for each of the two sums, and one for each step of the norm.
     */
    static void assertFolded(Foldable layer, Norm norm, Tensor x) {
        Module folded = Fold.fold(layer, norm);
        Tensor wanted = Tensor.noGrad(() -> norm.forward(((Module) layer).forward(x)));
        Tensor found = Tensor.noGrad(() -> folded.forward(x));
        ChannelMap.Fixed map = assertInstanceOf(ChannelMap.Fixed.class, norm.channelMap());
        Tensor applied = layer.appliedWeight();
        int products = applied.shape().numel() / Math.min(applied.dim(0), applied.dim(1));
        Tensor size = absolute(layer, x);
        int positions = size.shape().numel() / size.dim(0) / size.dim(1);
        double[] sizes = size.toDoubles();
        double[] a = wanted.toDoubles();
        double[] b = found.toDoubles();
        double rounding = wanted.dtype() == DType.FLOAT64 ? 0x1p-53 : 0x1p-24;
        for (int i = 0; i < a.length; i++) {
            int c = i / positions % size.dim(1);
            double values = Math.abs(map.scale()[c]) * (sizes[i] + 1) + Math.abs(map.shift()[c]);
            double bound = (2 * products + 8) * rounding * 2 * values;
            assertTrue(Math.abs(a[i] - b[i]) <= bound, a[i] + " and " + b[i] + " within " + bound);
        }
    }

    private static Tensor absolute(Foldable layer, Tensor x) {
        Tensor bias = layer.bias()
                .map(Tensor::abs)
                .orElseGet(() -> Tensor.zeros(1).expand(channels(layer)).cast(x.dtype()));
        Module sizes = layer.withValues(layer.appliedWeight().abs(), bias.detach());
        return Tensor.noGrad(() -> sizes.forward(x.abs()));
    }

    private static int channels(Foldable layer) {
        Tensor w = layer.appliedWeight();
        return layer.isTransposed() ? w.dim(1) * layer.groups() : w.dim(0);
    }

    @ParameterizedTest
    @CsvSource({"1, true", "1, false", "2, true", "2, false", "4, true"})
    void convolutionsWithGroupsAndBias(int groups, boolean bias) {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            ConvOptions options = THREE.groups(groups).bias(bias).dtype(dtype);
            Conv2d conv = new Conv2d(4, 8, options, RandomSource.of(3));
            Norm norm = seasoned(new BatchNorm2d(8, NormOptions.DEFAULT.dtype(dtype)));
            assertFolded(conv, norm, normal(4, dtype, 2, 4, 5, 6));
        }
    }

    @Test
    void convolutionsOfEveryFormAndTransformation() {
        RandomSource random = RandomSource.of(3);
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (WeightTransform transform : WeightTransform.values()) {
                ConvOptions o = ConvOptions.kernel(2)
                        .padding(1)
                        .stride(2)
                        .groups(2)
                        .weights(transform)
                        .dtype(dtype);
                NormOptions n = NormOptions.DEFAULT.dtype(dtype);
                Tensor line = normal(4, dtype, 2, 4, 7);
                assertFolded(new Conv1d(4, 6, o, random), seasoned(new BatchNorm1d(6, n)), line);
                assertFolded(
                        new ConvTranspose1d(4, 6, o, random),
                        seasoned(new BatchNorm1d(6, n)),
                        line);
                Tensor image = normal(4, dtype, 2, 4, 5, 6);
                assertFolded(new Conv2d(4, 6, o, random), seasoned(new BatchNorm2d(6, n)), image);
                assertFolded(
                        new ConvTranspose2d(4, 6, o, random),
                        seasoned(new BatchNorm2d(6, n)),
                        image);
                Tensor volume = normal(4, dtype, 1, 4, 3, 4, 3);
                assertFolded(new Conv3d(4, 6, o, random), seasoned(new BatchNorm3d(6, n)), volume);
                assertFolded(
                        new ConvTranspose3d(4, 6, o, random),
                        seasoned(new BatchNorm3d(6, n)),
                        volume);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Affine.class)
    void normsWithAndWithoutLearnedParameters(Affine affine) {
        Conv2d conv = new Conv2d(3, 4, THREE.dtype(DType.FLOAT64), RandomSource.of(3));
        Tensor x = normal(4, DType.FLOAT64, 2, 3, 4, 4);
        NormOptions tracking = DOUBLE.affine(affine);
        assertFolded(conv, seasoned(new BatchNorm2d(4, tracking)), x);
        assertFolded(conv, seasoned(new InstanceNorm(4, tracking)), x);
        assertFolded(conv, seasoned(new BatchRenorm2d(4, tracking, RenormSchedule.DEFAULT)), x);
        assertFolded(conv, seasoned(new GhostBatchNorm(2, 4, tracking)), x);
        MABNWindow window = MABNWindow.of(2, 8);
        assertFolded(conv, seasoned(new MABN2d(4, window, DOUBLE.affine(affine))), x);
    }

    @Test
    void frozenStatisticsFoldInTrainingToo() {
        BatchNorm2d norm = seasoned(new BatchNorm2d(4));
        norm.freezeStatistics();
        norm.train();
        Conv2d conv = new Conv2d(3, 4, THREE, RandomSource.of(3));
        assertFolded(conv, norm, normal(4, DType.FLOAT32, 2, 3, 4, 4));
    }

    @Test
    void linearLayers() {
        Linear linear = new Linear(5, 7, true, DType.FLOAT64, RandomSource.of(3));
        BatchNorm1d norm = seasoned(new BatchNorm1d(7, DOUBLE));
        assertFolded(linear, norm, normal(4, DType.FLOAT64, 6, 5));
    }

    @Test
    void theFormulaInNumbers() {
        Linear linear = new Linear(1, 1, true, DType.FLOAT64, RandomSource.of(3));
        linear.weight().assign(Tensor.of(new double[] {3}, 1, 1));
        linear.bias().orElseThrow().assign(Tensor.of(new double[] {5}, 1));
        BatchNorm1d norm = new BatchNorm1d(1, DOUBLE.eps(1));
        norm.weight().orElseThrow().assign(Tensor.of(new double[] {4}, 1));
        norm.bias().orElseThrow().assign(Tensor.of(new double[] {0.5}, 1));
        norm.namedBuffers().get("running_mean").set(Tensor.of(new double[] {2}, 1));
        norm.namedBuffers().get("running_var").set(Tensor.of(new double[] {3}, 1));
        norm.eval();
        Linear folded = assertInstanceOf(Linear.class, Fold.fold(linear, norm));
        assertArrayEquals(new double[] {6}, folded.weight().toDoubles());
        assertArrayEquals(new double[] {6.5}, folded.bias().orElseThrow().toDoubles());
    }

    @Test
    void whatIsNoFixedMapIsRefused() {
        Conv2d conv = new Conv2d(3, 4, THREE, RandomSource.of(3));
        assertTrue(refusal(conv, new BatchNorm2d(4)).contains("is in training mode: call eval()"));
        assertTrue(refusal(conv, new GroupNorm(2, 4)).contains("statistics from each input"));
        assertTrue(refusal(conv, seasoned(new IEBN2d(4))).contains("attention of its own"));
        Norm untracked = new BatchNorm2d(4, NormOptions.DEFAULT.trackRunningStats(false));
        assertTrue(refusal(conv, seasoned(untracked)).contains("keeps no running statistics"));
        assertTrue(refusal(conv, seasoned(new BatchNorm2d(5))).contains("4 output channels"));
    }

    private static String refusal(Foldable layer, Norm norm) {
        return assertThrows(IllegalArgumentException.class, () -> Fold.fold(layer, norm))
                .getMessage();
    }

    // Whole models.

    @ParameterizedTest
    @EnumSource(org.fusegrad.models.Block.Kind.class)
    void everyNormOfAResidualNetworkFolds(org.fusegrad.models.Block.Kind kind) {
        Architecture plan = new Architecture(kind, true, 4, List.of(1, 2));
        ResNet net = seasoned(new ResNet(plan, 3, 5, NormFactory.BATCH, RandomSource.of(2)));
        long norms = count(net, BatchNorm2d.class);
        FoldReport report = Fold.model(net, normal(9, DType.FLOAT32, 2, 3, 16, 16));
        assertEquals(norms, report.folded().size(), report::toString);
        assertEquals(List.of(), report.kept());
        assertEquals(0, count(net, BatchNorm2d.class));
        assertEquals(norms, count(net, IdentityNorm.class));
        assertTrue(report.whole().relative() < 1e-5, report::toString);
        assertTrue(report.largest() < 1e-4, report::toString);
        assertEquals(
                Optional.of("norm1"),
                report.folded().stream()
                        .filter(p -> p.layer().equals("conv1"))
                        .map(FoldReport.Pair::norm)
                        .findFirst());
    }

    private static long count(Module model, Class<?> type) {
        return model.namedModules().values().stream().filter(type::isInstance).count();
    }

    @Test
    void normsThatCannotFoldAreKeptWithAReason() {
        Sequential net = new Sequential(
                conv(),
                new GroupNorm(2, 4),
                new Conv2d(4, 4, THREE, RandomSource.of(4)),
                Layer.relu(),
                seasoned(new BatchNorm2d(4)),
                new Conv2d(4, 4, THREE, RandomSource.of(5)),
                seasoned(new BatchNorm2d(4)));
        net.eval();
        FoldReport report = Fold.model(net, image());
        assertEquals(1, report.folded().size());
        assertEquals("5", report.folded().get(0).layer());
        assertEquals(
                List.of(
                        "1 kept: GroupNorm(2, 4) takes its statistics from each input",
                        "4 kept: its input is not the very result of a convolution or linear"
                                + " layer"),
                report.kept().stream().map(Kept::toString).toList());
    }

    private static Conv2d conv() {
        return new Conv2d(3, 4, THREE, RandomSource.of(3));
    }

    private static Tensor image() {
        return normal(9, DType.FLOAT32, 2, 3, 6, 6);
    }

    /** A convolution and a norm in slots, used as a formula says. */
    private static final class Pair extends Module {
        private final Conv2d conv = conv();
        private final BatchNorm2d norm = seasoned(new BatchNorm2d(4));
        private final UnaryOperator<Tensor> formula;

        Pair(java.util.function.BiFunction<Conv2d, BatchNorm2d, UnaryOperator<Tensor>> formula) {
            slot("conv", Module.class, conv);
            slot("norm", Norm.class, norm);
            this.formula = formula.apply(conv, norm);
        }

        @Override
        public Tensor forward(Tensor x) {
            return formula.apply(x);
        }
    }

    private static String whyKept(
            java.util.function.BiFunction<Conv2d, BatchNorm2d, UnaryOperator<Tensor>> formula) {
        Module model = new Pair(formula).eval();
        FoldReport report = Fold.model(model, image());
        assertEquals(List.of(), report.folded());
        assertEquals(0, report.whole().largest());
        return report.kept().get(0).why();
    }

    @Test
    void anotherUseOfTheResultIsSeenHoweverItIsMade() {
        String elsewhere = "the result of conv is used elsewhere too";
        assertEquals(elsewhere, whyKept((c, n) -> x -> {
            Tensor u = c.forward(x);
            return n.forward(u).add(u);
        }));
        assertEquals(elsewhere, whyKept((c, n) -> x -> {
            Tensor u = c.forward(x);
            return n.forward(u, u, Activation.RELU);
        }));
        assertEquals(elsewhere, whyKept((c, n) -> x -> {
            Tensor u = c.forward(x);
            return n.forward(u).add(u.detach().meanAll());
        }));
        // The very subtraction the norm makes, written out: equal, but another use.
        assertEquals(elsewhere, whyKept((c, n) -> x -> {
            Tensor u = c.forward(x);
            State mean = n.namedBuffers().get("running_mean");
            return n.forward(u, u.sub(mean.read().reshape(1, 4, 1, 1)), Activation.NONE);
        }));
    }

    @Test
    void sharedLayersNormsAndParametersAreSeen() {
        assertEquals(
                "conv is called 2 times, not once",
                whyKept((c, n) -> x -> n.forward(c.forward(x)).add(c.forward(x.neg()))));
        assertEquals(
                "it is called 2 times, not once",
                whyKept((c, n) -> x -> n.forward(n.forward(c.forward(x)))));
        assertEquals("it is called 0 times, not once", whyKept((c, n) -> c::forward));
        assertEquals(
                "its parameters or those of conv are used elsewhere too",
                whyKept((c, n) -> x -> n.forward(c.forward(x)).add(c.weight().sumAll())));
        assertEquals(
                "its parameters or those of conv are used elsewhere too",
                whyKept((c, n) -> x ->
                        n.forward(c.forward(x)).add(n.weight().orElseThrow().sumAll())));
    }

    @Test
    void aConvolutionHeldInAFieldIsKept() {
        Module model = new Module() {
            private final Conv2d conv = child("conv", conv());
            private final BatchNorm2d norm = child("norm", seasoned(new BatchNorm2d(4)));

            @Override
            public Tensor forward(Tensor x) {
                return norm.forward(conv.forward(x));
            }
        };
        String why = Fold.model(model.eval(), image()).kept().get(0).why();
        assertTrue(why.contains("held in a field, not in a slot"), why);
    }

    @Test
    void channelsThatAreNotOnAxisOneAreKept() {
        Linear linear = new Linear(5, 6, true, DType.FLOAT32, RandomSource.of(3));
        Module model = new Sequential(linear, seasoned(new BatchNorm1d(6))).eval();
        String why = Fold.model(model, normal(9, DType.FLOAT32, 2, 6, 5))
                .kept()
                .get(0)
                .why();
        assertEquals("the channels of 0 are not on axis 1", why);
    }

    @Test
    void aModelThatLooksAtValuesIsRefused() {
        Module model = new Pair((c, n) -> x -> {
            Tensor u = c.forward(x);
            return u.toDoubles()[0] > 0 ? n.forward(u) : u;
        });
        assertThrows(IllegalStateException.class, () -> Fold.model(model.eval(), image()));
    }
}
