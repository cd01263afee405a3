package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where float32 normalization loses digits: means large against the deviation, constant inputs,
 * numbers whose squares overflow. The truth is a float64 evaluation of the same float32 inputs.
 */
final class NormAccuracyTest {
    private static final int[] SHAPE = {4, 6, 9, 10};
    private static final double EPS = 1e-5;

    /** Layers whose result does not change when all inputs are moved. */
    private static final Map<String, Supplier<Norm>> CENTRING = new LinkedHashMap<>();

    private static final Map<String, Supplier<Norm>> ALL = new LinkedHashMap<>();

    static {
        CENTRING.put("BatchNorm2d", () -> new BatchNorm2d(6));
        CENTRING.put("GroupNorm", () -> new GroupNorm(2, 6));
        CENTRING.put("LayerNorm", () -> new LayerNorm(6, 9, 10));
        CENTRING.put("InstanceNorm", () -> new InstanceNorm(6, NormOptions.DEFAULT));
        CENTRING.put("IEBN2d", () -> new IEBN2d(6));
        ALL.putAll(CENTRING);
        ALL.put("RMSNorm", () -> new RMSNorm(6, 9, 10));
        ALL.put("MABN2d", () -> new MABN2d(6, MABNWindow.of(4, 8)));
    }

    private static List<Way> fusedWays() {
        return Way.all().stream().filter(Way::fused).toList();
    }

    private static List<Arguments> pairs(List<Way> ways, Map<String, Supplier<Norm>> layers) {
        return ways.stream()
                .flatMap(w -> layers.keySet().stream().map(n -> Arguments.of(w, n)))
                .toList();
    }

    static List<Arguments> centringFused() {
        return pairs(fusedWays(), CENTRING);
    }

    static List<Arguments> allFused() {
        return pairs(fusedWays(), ALL);
    }

    private static Tensor samples(double mean, double deviation) {
        return Samples.of(3)
                .normal(SHAPE)
                .mul(deviation)
                .add(mean)
                .cast(DType.FLOAT32)
                .detach();
    }

    /** The elements a statistic of the layer is taken over have the same number. */
    private static int statistic(Norm norm, int n, int c) {
        if (norm instanceof LayerNorm) {
            return n;
        } else if (norm instanceof GroupNorm) {
            return 2 * n + c / 3;
        }
        return norm instanceof InstanceNorm ? 6 * n + c : c;
    }

    private static double[] normalised(Norm norm, double[] x) {
        int space = SHAPE[2] * SHAPE[3];
        int[] set = new int[x.length];
        Arrays.setAll(set, i -> statistic(norm, i / space / 6, i / space % 6));
        double[] mean = means(x, set);
        double[] squares = new double[x.length];
        Arrays.setAll(squares, i -> (x[i] - mean[set[i]]) * (x[i] - mean[set[i]]));
        double[] var = means(squares, set);
        double attention = norm instanceof IEBN2d ? 1 / (1 + Math.E) : 1;
        double[] y = new double[x.length];
        Arrays.setAll(y, i -> (x[i] - mean[set[i]]) / Math.sqrt(var[set[i]] + EPS) * attention);
        return y;
    }

    private static double[] means(double[] x, int[] set) {
        double[] sums = new double[24];
        int[] counts = new int[24];
        for (int i = 0; i < x.length; i++) {
            sums[set[i]] += x[i];
            counts[set[i]]++;
        }
        Arrays.setAll(sums, k -> sums[k] / counts[k]);
        return sums;
    }

    private static void assertAccurate(
            Way way, String layer, double mean, double deviation, double tolerance) {
        Norm norm = CENTRING.get(layer).get();
        Tensor x = samples(mean, deviation);
        double[] got = way.call(() -> norm.forward(x).toDoubles());
        double[] truth = normalised(norm, x.toDoubles());
        for (int i = 0; i < got.length; i++) {
            assertEquals(truth[i], got[i], tolerance, layer + " element " + i);
        }
    }

    @ParameterizedTest
    @MethodSource("centringFused")
    void largeMeanSmallDeviation(Way way, String layer) {
        assertAccurate(way, layer, 1000, 1e-3, 3e-7);
        assertAccurate(way, layer, 1e4, 0.1, 3e-7);
        assertAccurate(way, layer, -1e4, 0.1, 3e-7);
        // Here x - mean is not exact: one rounding more.
        assertAccurate(way, layer, 0.5, 1, 4e-7);
        assertAccurate(way, layer, 3, 1, 4e-7);
    }

    @ParameterizedTest
    @MethodSource("centringFused")
    void constantInputsYieldTheBias(Way way, String layer) {
        Samples s = Samples.of(8);
        for (double k : new double[] {0, 0.1, -3, 1e4 / 3, 1e30, 3e38, 1e-40, 1.4e-45}) {
            Norm norm = CENTRING.get(layer).get();
            norm.parameters()
                    .forEach(p -> p.assign(s.normal(p.shape().dims()).cast(DType.FLOAT32)));
            Tensor x = Tensor.full(samples(0, 1).shape(), k, DType.FLOAT32).requiresGrad(true);
            Tensor y = way.call(() -> {
                Tensor out = norm.forward(x);
                out.backward(samples(0, 1));
                return out;
            });
            int[] perElement =
                    layer.equals("LayerNorm") ? new int[] {1, 6, 9, 10} : new int[] {1, 6, 1, 1};
            double[] bias =
                    norm.bias().orElseThrow().reshape(perElement).expand(SHAPE).toDoubles();
            double[] got = y.toDoubles();
            for (int i = 0; i < got.length; i++) {
                assertEquals(bias[i], got[i] + 0.0, 0, layer + " of " + k);
            }
            assertFinite(x.grad());
            norm.parameters().forEach(p -> assertFinite(p.grad()));
        }
    }

    private static void assertFinite(Tensor t) {
        assertTrue(Arrays.stream(t.toDoubles()).allMatch(Double::isFinite), t::toString);
    }

    private static void assertFiniteBothWays(Way way, Norm norm, Tensor x) {
        Tensor leaf = x.detach().requiresGrad(true);
        Tensor y = way.call(() -> {
            Tensor out = norm.forward(leaf);
            out.backward(samples(0, 1).cast(x.dtype()));
            return out;
        });
        assertFinite(y);
        assertFinite(leaf.grad());
        norm.parameters().forEach(p -> assertFinite(p.grad()));
    }

    @ParameterizedTest
    @MethodSource("allFused")
    void squaresThatOverflow(Way way, String layer) {
        assertFiniteBothWays(way, ALL.get(layer).get(), samples(0, 1e30));
        assertFiniteBothWays(way, ALL.get(layer).get(), samples(1e30, 1e25));
        Tensor halves = samples(0, 300);
        assertFiniteBothWays(way, ALL.get(layer).get(), halves.cast(DType.FLOAT16));
        assertFiniteBothWays(way, ALL.get(layer).get(), halves.cast(DType.BFLOAT16));
    }
}
