package org.fusegrad.nn.surgery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fusegrad.Tensor;
import org.fusegrad.models.ResNet;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.Convolution;
import org.fusegrad.nn.Init;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.WeightTransform;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.FrozenAffine;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

class NormSwapTest {
    private static final Tensor SAMPLE = Init.normal(RandomSource.of(9), DType.FLOAT32, 4, 1, 8, 8);

    private static ResNet network() {
        return FoldTest.seasoned(ResNet.small(1, 10, 8, NormFactory.BATCH, RandomSource.of(2)));
    }

    private static double rounding(Difference d) {
        return d.largest() / d.scale() * 0x1p24;
    }

    @Test
    void aFrozenAffineIsEqualToRounding() {
        ResNet net = network();
        SwapReport report = NormSwap.toFrozenAffine().apply(net, SAMPLE);
        assertEquals(9, report.swapped().size(), report::toString);
        assertEquals(List.of(), report.kept());
        // Three roundings for each of up to seven norms on a path, grown by the weights between.
        assertTrue(rounding(report.whole()) < 100, report::toString);
        report.swapped().forEach(s -> assertTrue(rounding(s.difference()) < 100, s::toString));
        assertTrue(report.largest() > 0);
    }

    @Test
    void aSingleFrozenAffineIsWithinItsThreeRoundings() {
        BatchNorm2d norm = FoldTest.seasoned(new BatchNorm2d(3));
        Module net = new Sequential(norm);
        Tensor x = Init.normal(RandomSource.of(4), DType.FLOAT32, 8, 3, 4, 4);
        Difference d = NormSwap.toFrozenAffine().apply(net.eval(), x).whole();
        // Scale, shift and their sum on one side; four steps on the other.
        assertTrue(rounding(d) <= 8, d::toString);
    }

    @Test
    void aFrozenAffineIsTheSameInTrainingAndFolds() {
        ResNet net = network();
        NormSwap.toFrozenAffine().apply(net, SAMPLE);
        Tensor evaluated = Tensor.noGrad(() -> net.forward(SAMPLE));
        net.train();
        Tensor trained = Tensor.noGrad(() -> net.forward(SAMPLE));
        assertArrayEquals(evaluated.toFloats(), trained.toFloats());
        FoldReport folded = Fold.model(net, SAMPLE);
        assertEquals(9, folded.folded().size());
        assertTrue(folded.whole().relative() < 1e-5, folded::toString);
    }

    @Test
    void groupNormsTakeOverLearnedParametersAndModes() {
        ResNet net = network();
        net.train();
        net.namedModules().get("layer2").eval();
        Norm old = (Norm) net.namedModules().get("layer1.0.norm1");
        SwapReport report = NormSwap.toGroupNorm(4).apply(net, SAMPLE);
        GroupNorm now = assertInstanceOf(GroupNorm.class, net.namedModules().get("layer1.0.norm1"));
        assertArrayEquals(
                old.weight().orElseThrow().toFloats(),
                now.weight().orElseThrow().toFloats());
        assertArrayEquals(
                old.bias().orElseThrow().toFloats(), now.bias().orElseThrow().toFloats());
        assertTrue(now.isTraining());
        assertFalse(net.namedModules().get("layer2.0.norm1").isTraining());
        assertTrue(report.whole().largest() > 1e-3, "another norm, other results");
        assertTrue(
                report.swapped()
                        .get(0)
                        .toString()
                        .startsWith("norm1: BatchNorm2d(8) became GroupNorm(4, 8): largest "),
                report::toString);
    }

    @Test
    void movingAveragesStartFromTheSecondMomentAndCentreTheConvolution() {
        ResNet net = network();
        BatchNorm2d old = (BatchNorm2d) net.namedModules().get("norm1");
        Convolution conv = (Convolution) net.namedModules().get("conv1");
        double[] mean = old.namedBuffers().get("running_mean").get().toDoubles();
        double[] variance = old.namedBuffers().get("running_var").get().toDoubles();
        SwapReport report = NormSwap.toMovingAverage(MABNWindow.of(2, 8)).apply(net, SAMPLE);
        assertEquals(9, report.swapped().size(), report::toString);
        MABN2d now = assertInstanceOf(MABN2d.class, net.namedModules().get("norm1"));
        double[] moment = now.namedBuffers().get("running_var").get().toDoubles();
        for (int c = 0; c < moment.length; c++) {
            double wanted = variance[c] + mean[c] * mean[c];
            assertEquals(wanted, moment[c], 1e-6 * wanted);
        }
        Convolution centred = (Convolution) net.namedModules().get("conv1");
        assertEquals(WeightTransform.CENTRALIZED, centred.options().weights());
        assertArrayEquals(conv.weight().toFloats(), centred.weight().toFloats());
    }

    @Test
    void aMovingAverageOfCentredDataGivesTheSameResults() {
        ConvOptions options = ConvOptions.kernel(3).padding(1);
        Conv2d conv = new Conv2d(2, 3, options, RandomSource.of(1));
        conv.weight().assign(conv.weight().sub(conv.weight().mean(1, 2, 3)).detach());
        BatchNorm2d norm = FoldTest.seasoned(new BatchNorm2d(3));
        norm.namedBuffers().get("running_mean").set(Tensor.zeros(3));
        Module net = new Sequential(conv, norm).eval();
        Tensor x = Init.normal(RandomSource.of(4), DType.FLOAT32, 2, 2, 5, 5);
        Difference d =
                NormSwap.toMovingAverage(MABNWindow.of(2, 8)).apply(net, x).whole();
        assertTrue(d.relative() < 1e-6, d::toString);
    }

    @Test
    void whatCannotBeSwappedIsKeptWithAReason() {
        ConvOptions options = ConvOptions.kernel(1);
        RandomSource random = RandomSource.of(1);
        Sequential net = new Sequential(
                new BatchNorm2d(1),
                new Conv2d(1, 6, options, random),
                new BatchNorm2d(6),
                new IEBN2d(6),
                new BatchNorm2d(6, NormOptions.DEFAULT.trackRunningStats(false)),
                new GroupNorm(2, 6));
        SwapReport report = NormSwap.toGroupNorm(4).apply(net, SAMPLE);
        assertEquals(List.of(), report.swapped());
        assertEquals(0, report.whole().largest());
        assertEquals(
                List.of(
                        "0 kept: GroupNorm: 1 channels are not divisible into 4 groups",
                        "2 kept: GroupNorm: 6 channels are not divisible into 4 groups",
                        "3 kept: IEBN2d(6) scales each sample by an attention of its own",
                        "4 kept: BatchNorm2d(6) keeps no running statistics",
                        "5 kept: GroupNorm(2, 6) is no batch norm"),
                report.kept().stream().map(Kept::toString).toList());
        SwapReport moving = NormSwap.toMovingAverage(MABNWindow.of(2, 4)).apply(net, SAMPLE);
        assertTrue(moving.kept().get(0).why().contains("not the very result of a convolution"));
        assertTrue(moving.kept().get(1).why().contains("a filter of one value"), moving::toString);
        assertTrue(net.isTraining());
        assertInstanceOf(BatchNorm2d.class, net.namedModules().get("2"));
    }

    @Test
    void aFrozenAffineHasNothingToLearn() {
        FrozenAffine affine = FoldTest.frozen(new double[] {2, 3}, new double[] {1, -1});
        assertEquals(List.of(), affine.parameters());
        Tensor y = affine.forward(Tensor.ones(1, 2, 1, 1));
        assertArrayEquals(new float[] {3, 2}, y.toFloats());
    }
}
