package org.fusegrad.nn.surgery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.Init;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.ChannelMap;
import org.fusegrad.nn.norm.Freeze;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

/** What was frozen before surgery is frozen after it, modes and types too. */
class FrozenSurgeryTest {
    private static final MABNWindow WINDOW = MABNWindow.of(2, 4);

    private static Tensor sample(DType dtype) {
        return Init.normal(RandomSource.of(9), dtype, 4, 2, 5, 5);
    }

    /** A convolution and a norm, twice, the first frozen as asked. */
    private static Module network(DType dtype, boolean statistics, boolean affine) {
        ConvOptions o = ConvOptions.kernel(3).padding(1).dtype(dtype);
        RandomSource random = RandomSource.of(1);
        Module net = FoldTest.seasoned(new Sequential(
                new Conv2d(2, 4, o, random),
                new BatchNorm2d(4, NormOptions.DEFAULT.dtype(dtype)),
                new Conv2d(4, 4, o, random),
                new BatchNorm2d(4, NormOptions.DEFAULT.dtype(dtype))));
        net.train();
        if (statistics) {
            Freeze.statistics(net, (path, norm) -> path.equals("1"));
        }
        if (affine) {
            Freeze.affine(net, (path, norm) -> path.equals("1"));
        }
        return net;
    }

    private static Map<String, Boolean> switches(Module net) {
        Map<String, Boolean> all = new TreeMap<>();
        net.namedParameters().forEach((path, p) -> all.put(path, p.requiresGrad()));
        return all;
    }

    @Test
    void bothSwitchesAreTakenOver() {
        NormSwap[] swaps = {
            NormSwap.toGroupNorm(2), NormSwap.toFrozenAffine(), NormSwap.toMovingAverage(WINDOW)
        };
        for (NormSwap swap : swaps) {
            for (int which = 0; which < 4; which++) {
                boolean statistics = (which & 1) > 0;
                boolean affine = (which & 2) > 0;
                for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
                    Module net = network(dtype, statistics, affine);
                    net.namedModules().get("3").eval();
                    Map<String, Boolean> before = switches(net);
                    SwapReport report = swap.apply(net, sample(dtype));
                    assertEquals(2, report.swapped().size(), report::toString);
                    Norm first = (Norm) net.namedModules().get("1");
                    Norm second = (Norm) net.namedModules().get("3");
                    assertEquals(
                            statistics && first.keepsStatistics(), first.hasFrozenStatistics());
                    assertFalse(second.hasFrozenStatistics());
                    assertTrue(first.isTraining());
                    assertFalse(second.isTraining());
                    assertEquals(dtype, first.options().dtype());
                    switches(net).forEach((path, on) -> assertEquals(before.get(path), on, path));
                    assertEquals(affine && first.weight().isPresent(), first.hasFrozenAffine());
                }
            }
        }
    }

    /** A parameter by itself, and the convolution that is made anew. */
    @Test
    void singleParametersAreTakenOver() {
        Module net = network(DType.FLOAT32, false, false);
        for (String frozen : List.of("0.bias", "1.weight", "2.weight", "3.bias")) {
            net.namedParameters().get(frozen).requiresGrad(false);
        }
        net.namedModules().get("2").eval();
        Map<String, Boolean> before = switches(net);
        NormSwap.toMovingAverage(WINDOW).apply(net, sample(DType.FLOAT32));
        assertEquals(before, switches(net));
        assertFalse(net.namedModules().get("2").isTraining());
        assertTrue(net.namedModules().get("0").isTraining());
    }

    /** Frozen statistics do not move after the swap, and it is evaluated as such. */
    @Test
    void frozenStatisticsStayWhereTheyAre() {
        Module net = network(DType.FLOAT32, true, false);
        NormSwap.toMovingAverage(WINDOW).apply(net, sample(DType.FLOAT32));
        net.train();
        MABN2d norm = (MABN2d) net.namedModules().get("1");
        double[] before = norm.namedBuffers().get("running_var").get().toDoubles();
        net.forward(sample(DType.FLOAT32)).square().sumAll().backward();
        assertArrayEquals(before, norm.namedBuffers().get("running_var").get().toDoubles());
        assertEquals(0, norm.namedBuffers().get("iters").get().item());
        assertTrue(norm.channelMap() instanceof ChannelMap.Fixed);
        assertEquals(
                1,
                Freeze.listing(net).stream().filter(Freeze.Frozen::statistics).count());
    }

    @Test
    void foldingKeepsSwitchesAndModes() {
        for (int which = 0; which < 8; which++) {
            boolean weight = (which & 1) > 0;
            boolean bias = (which & 2) > 0;
            boolean shift = (which & 4) > 0;
            Conv2d conv = new Conv2d(2, 4, ConvOptions.kernel(3), RandomSource.of(1));
            Linear linear = new Linear(3, 4, true, DType.FLOAT32, RandomSource.of(2));
            for (Module layer : List.of(conv, linear)) {
                Norm norm = layer == conv ? new BatchNorm2d(4) : new BatchNorm1d(4);
                FoldTest.seasoned(norm);
                norm.eval();
                layer.train(shift);
                layer.namedParameters().get("weight").requiresGrad(weight);
                layer.namedParameters().get("bias").requiresGrad(bias);
                norm.bias().orElseThrow().requiresGrad(shift);
                Module folded = Fold.fold((org.fusegrad.nn.Foldable) layer, norm);
                assertEquals(
                        Map.of("weight", weight, "bias", bias || shift),
                        switches(folded),
                        "" + which);
                assertEquals(shift, folded.isTraining());
            }
        }
    }

    /** A layer without bias gets one that trains only if the norm had one that did. */
    @Test
    void aBiasThatIsNewComesFromTheNorm() {
        ConvOptions o = ConvOptions.kernel(1).bias(false);
        for (Affine affine : Affine.values()) {
            BatchNorm2d norm =
                    FoldTest.seasoned(new BatchNorm2d(4, NormOptions.DEFAULT.affine(affine)));
            norm.eval();
            Module folded = Fold.fold(new Conv2d(2, 4, o, RandomSource.of(1)), norm);
            assertEquals(affine == Affine.WEIGHT_AND_BIAS, switches(folded).get("bias"));
            norm.freezeAffine();
            Module frozen = Fold.fold(new Conv2d(2, 4, o, RandomSource.of(1)), norm);
            assertFalse(switches(frozen).get("bias"));
        }
    }

    /** Group norms of single values fail on the sample: the model is as it was. */
    @Test
    void aSwapThatFailsChangesNothing() {
        Module net = new Sequential(
                new Conv2d(2, 4, ConvOptions.kernel(5), RandomSource.of(1)), new BatchNorm2d(4));
        net.train();
        Module before = net.namedModules().get("1");
        String fault = assertThrows(
                        IllegalArgumentException.class,
                        () -> NormSwap.toGroupNorm(4).apply(net, sample(DType.FLOAT32)))
                .getMessage();
        assertTrue(fault.startsWith("1: GroupNorm(4, 4)"), fault);
        assertSame(before, net.namedModules().get("1"));
        assertTrue(before.isTraining() && net.isTraining());
    }
}
