package org.fusegrad.modes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.modes.Kind.Ranked;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every layer, rank and option against plain loops: values, gradients, running statistics. */
final class OptionsTest {
    private static final int STEPS = 3;

    record Case(Ranked ranked, Affine affine, boolean tracked, boolean cumulative) {
        NormOptions options() {
            NormOptions o = NormOptions.DEFAULT
                    .dtype(DType.FLOAT64)
                    .affine(affine)
                    .momentum(0.3)
                    .trackRunningStats(tracked);
            return cumulative ? o.cumulativeAverage() : o;
        }
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (Ranked ranked : Kind.all()) {
            for (Affine affine : Affine.values()) {
                cases.add(new Case(ranked, affine, false, false));
                if (ranked.keeps()) {
                    cases.add(new Case(ranked, affine, true, false));
                    cases.add(new Case(ranked, affine, true, true));
                }
            }
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void asByPlainLoops(Case c) {
        for (Way way : Way.all()) {
            if (way.fused()) {
                way.call(() -> {
                    check(c);
                    return null;
                });
            }
        }
    }

    private static void check(Case c) {
        Norm norm = c.ranked().layer(c.options());
        Samples s = Samples.of(5);
        norm.parameters().forEach(p -> p.assign(s.uniform(0.5, 1.5, p.shape().dims())));
        int[] shape = c.ranked().shape();
        double[] runningMean = new double[Kind.CHANNELS];
        double[] runningVar = new double[Kind.CHANNELS];
        Arrays.fill(runningVar, 1);
        for (int t = 1; t <= STEPS; t++) {
            Tensor x = s.normal(shape).add(t).detach().requiresGrad(true);
            Tensor dy = s.normal(shape);
            Oracle.Step expected = expected(c, norm, x, dy);
            norm.zeroGrad();
            Tensor y = norm.forward(x);
            y.backward(dy);
            assertClose(expected.y(), y);
            assertClose(expected.dx(), x.grad());
            norm.weight().ifPresent(w -> assertClose(expected.dw(), w.grad()));
            norm.bias().ifPresent(b -> assertClose(expected.db(), b.grad()));
            double a = c.cumulative() ? 1.0 / t : 0.3;
            move(runningMean, expected.mean(), 1, a);
            move(runningVar, expected.variance(), unbiased(expected.count()), a);
        }
        assertEquals(c.tracked() && c.ranked().keeps(), norm.keepsStatistics());
        if (norm.keepsStatistics()) {
            assertClose(runningMean, norm.namedBuffers().get("running_mean").get());
            assertClose(runningVar, norm.namedBuffers().get("running_var").get());
            assertEquals(
                    STEPS, norm.namedBuffers().get("num_batches_tracked").get().item());
        }
        evaluation(c, norm, runningMean, runningVar, s.normal(shape));
    }

    /** Without running statistics, evaluation is training; with them, a fixed map. */
    private static void evaluation(Case c, Norm norm, double[] mean, double[] var, Tensor x) {
        norm.eval();
        double[] expected = expected(c, norm, x, x).y();
        if (norm.keepsStatistics()) {
            Tensor ones = Tensor.full(x.shape(), 1, DType.FLOAT64);
            double[] w = norm.weight().map(Tensor::toDoubles).orElse(ones.toDoubles());
            double[] b = norm.bias().map(Tensor::toDoubles).orElse(new double[expected.length]);
            double[] in = x.toDoubles();
            Arrays.setAll(expected, i -> {
                int p = c.ranked().oracle().parameter().applyAsInt(i);
                return (in[i] - mean[p]) / Math.sqrt(var[p] + 1e-5) * w[p] + b[p];
            });
        }
        assertClose(expected, norm.forward(x));
    }

    private static Oracle.Step expected(Case c, Norm norm, Tensor x, Tensor dy) {
        double[] ones = new double[x.shape().numel()];
        Arrays.fill(ones, 1);
        double[] w = norm.weight().map(Tensor::toDoubles).orElse(ones);
        double[] b = norm.bias().map(Tensor::toDoubles).orElse(new double[ones.length]);
        double eps = norm.options().eps();
        return c.ranked().oracle().step(x.toDoubles(), dy.toDoubles(), w, b, eps);
    }

    private static double unbiased(int count) {
        return count / (count - 1.0);
    }

    /** Sets are numbered (sample, channel) or (channel): the mean over samples moves. */
    private static void move(double[] running, double[] sets, double factor, double a) {
        for (int ch = 0; ch < running.length; ch++) {
            double sum = 0;
            int n = 0;
            for (int set = ch; set < sets.length; set += running.length) {
                sum += sets[set];
                n++;
            }
            running[ch] = (1 - a) * running[ch] + a * factor * sum / Math.max(1, n);
        }
    }

    private static void assertClose(double[] expected, Tensor actual) {
        assertArrayEquals(expected, actual.toDoubles(), 1e-11);
    }
}
