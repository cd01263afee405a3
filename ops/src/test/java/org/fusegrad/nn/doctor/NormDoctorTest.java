package org.fusegrad.nn.doctor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.models.ResNet;
import org.fusegrad.nn.CrossEntropyLoss;
import org.fusegrad.nn.Init;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchRenorm2d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNGroups2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RenormSchedule;
import org.fusegrad.optim.SGD;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormDoctorTest {
    private static final NormOptions DOUBLE = NormOptions.DEFAULT.dtype(DType.FLOAT64);
    private static final int N = 3;
    private static final int C = 2;
    private static final int SPACE = 6;
    private static final int M = N * SPACE;

    private static Tensor normal(int seed, int... shape) {
        return Init.normal(RandomSource.of(seed), DType.FLOAT64, shape);
    }

    private static Tensor input(int seed) {
        return normal(seed, N, C, 2, 3).mul(1.5).add(0.75);
    }

    private static <T extends Norm> T weighted(T norm) {
        norm.weight().ifPresent(w -> w.assign(normal(70, C).add(1)));
        norm.bias().ifPresent(b -> b.assign(normal(71, C)));
        return norm;
    }

    /** The gradient of {@code <y, dy>} by y is dy. */
    private static void step(Module model, Tensor x, Tensor dy) {
        model.forward(x).mul(dy).sumAll().backward();
    }

    /** The mean over batch and space of a product of two arrays (N, C, H, W), by channel. */
    private static double[] mean(double[] a, double[] b) {
        double[] sum = new double[C];
        for (int i = 0; i < a.length; i++) {
            sum[i / SPACE % C] += a[i] * b[i] / M;
        }
        return sum;
    }

    private static double[] each(int n, IntToDouble f) {
        double[] all = new double[n];
        Arrays.setAll(all, f::at);
        return all;
    }

    private interface IntToDouble {
        double at(int i);
    }

    private static final double[] ONES = each(M * C, i -> 1);
    private static final IntUnaryOperator CHANNEL = i -> i / SPACE % C;

    private static List<NormSample> watched(Module model, Runnable training) {
        List<NormSample> samples = new ArrayList<>();
        try (NormDoctor doctor = NormDoctor.watch(model, samples::add)) {
            assertEquals(1, doctor.norms());
            training.run();
        }
        return samples;
    }

    private static void assertClose(double[] wanted, double[] found) {
        assertArrayEquals(wanted, found, 1e-12, () -> Arrays.toString(found));
    }

    // Against plain sums in double.

    @Test
    void theFourStatisticsOfBatchNorm() {
        BatchNorm2d norm = weighted(new BatchNorm2d(C, DOUBLE));
        norm.namedBuffers().get("running_mean").set(normal(5, C));
        norm.namedBuffers().get("running_var").set(normal(6, C).square());
        double[] running = norm.namedBuffers().get("running_mean").get().toDoubles();
        double[] spread = norm.namedBuffers().get("running_var").get().toDoubles();
        Tensor x = input(1);
        Tensor dy = normal(2, N, C, 2, 3);
        NormSample s = watched(norm, () -> step(norm, x, dy)).get(0);

        double[] v = x.toDoubles();
        double[] mean = mean(v, ONES);
        double[] centred = each(v.length, i -> v[i] - mean[CHANNEL.applyAsInt(i)]);
        double[] variance = mean(centred, centred);
        double[] deviation = each(C, c -> Math.sqrt(variance[c] + 1e-5));
        double[] w = norm.weight().orElseThrow().toDoubles();
        double[] up = dy.toDoubles();
        double[] g = each(v.length, i -> up[i] * w[CHANNEL.applyAsInt(i)]);
        double[] xh = each(v.length, i -> centred[i] / deviation[CHANNEL.applyAsInt(i)]);

        assertEquals(1, s.step());
        assertEquals("", s.layer());
        assertEquals("BatchNorm2d", s.norm());
        assertEquals(M, s.values());
        assertClose(mean, s.mean());
        assertClose(variance, s.variance());
        assertClose(deviation, s.deviation());
        assertClose(mean(g, ONES), s.gradient());
        assertClose(mean(g, xh), s.psi());
        assertClose(running, s.moving().mean());
        double[] runningDeviation = each(C, c -> Math.sqrt(spread[c] + 1e-5));
        assertClose(runningDeviation, s.moving().deviation());

        assertEquals((Math.abs(mean[0]) + Math.abs(mean[1])) / 2, NormFigure.MEAN.of(s), 1e-12);
        assertEquals(
                Math.max(
                        Math.abs(mean[0]) / Math.sqrt(variance[0]),
                        Math.abs(mean[1]) / Math.sqrt(variance[1])),
                NormFigure.CANCELLATION.of(s),
                1e-12);
        assertEquals(
                (Math.abs(mean[0] - running[0]) / runningDeviation[0]
                                + Math.abs(mean[1] - running[1]) / runningDeviation[1])
                        / 2,
                NormFigure.MEAN_GAP.of(s),
                1e-12);
        assertTrue(Double.isNaN(NormFigure.CORRECTION.of(s)));
        assertTrue(Double.isNaN(NormFigure.CLIPPED.of(s)));
    }

    @Test
    void psiOfAnAttentiveNormIncludesItsAttention() {
        IEBN2d norm = weighted(new IEBN2d(C, DOUBLE));
        Tensor x = input(1);
        Tensor dy = normal(2, N, C, 2, 3);
        NormSample s = watched(norm, () -> step(norm, x, dy)).get(0);
        // At the start the attention is sigmoid(-1) everywhere.
        double attention = 1 / (1 + Math.E);
        double[] w = norm.weight().orElseThrow().toDoubles();
        double[] up = dy.toDoubles();
        double[] v = x.toDoubles();
        double[] g = each(v.length, i -> up[i] * w[CHANNEL.applyAsInt(i)] * attention);
        double[] xh = each(
                v.length,
                i -> (v[i] - s.mean()[CHANNEL.applyAsInt(i)])
                        / s.deviation()[CHANNEL.applyAsInt(i)]);
        assertClose(mean(g, xh), s.psi());
        assertEquals(0, s.gradient().length, "the bias stands outside the attention");
    }

    @Test
    void movingAverageWithRingsCorrectionAndClipping() {
        MABNWindow window = new MABNWindow(3, 6, 0.9, 2, 1.1, 2);
        MABN2d norm = weighted(new MABN2d(C, window, DOUBLE));
        int steps = 6;
        Tensor dy = normal(2, N, C, 2, 3);
        List<NormSample> samples = watched(norm, () -> {
            for (int t = 1; t <= steps; t++) {
                step(norm, input(t).mul(t), dy);
            }
        });
        assertEquals(steps, samples.size());

        double[] running = each(C, c -> 1);
        double[] lastX2 = new double[C];
        double[] lastPsi = new double[C];
        double[] w = norm.weight().orElseThrow().toDoubles();
        double[] up = dy.toDoubles();
        for (int t = 1; t <= steps; t++) {
            NormSample s = samples.get(t - 1);
            double[] v = input(t).mul(t).toDoubles();
            double[] x2 = mean(v, v);
            boolean own = t <= 2;
            double[] before = lastX2;
            double[] chi2 = each(C, c -> own ? x2[c] : (x2[c] + before[c]) / 2);
            double[] rv = running;
            double[] free = each(C, c -> Math.sqrt((chi2[c] + 1e-5) / (rv[c] + 1e-5)));
            double[] r = each(C, c -> own ? 1 : Math.max(1 / 1.1, Math.min(1.1, free[c])));
            double clipped = own
                    ? 0
                    : Arrays.stream(free).filter(f -> f > 1.1 || f < 1 / 1.1).count() / (double) C;
            double[] z = each(v.length, i -> v[i] / Math.sqrt(chi2[CHANNEL.applyAsInt(i)] + 1e-5));
            double[] g = each(
                    v.length, i -> up[i] * w[CHANNEL.applyAsInt(i)] * r[CHANNEL.applyAsInt(i)]);
            double[] psi = mean(g, z);
            double[] psiBefore = lastPsi;
            double[] psiWindow = each(C, c -> own ? psi[c] : (psi[c] + psiBefore[c]) / 2);

            assertEquals(t, s.step());
            assertClose(chi2, s.moving().window());
            assertClose(r, s.moving().correction());
            assertEquals(clipped, s.moving().clipped());
            assertClose(mean(g, ONES), s.gradient());
            assertClose(psi, s.psi());
            assertClose(psiWindow, s.moving().psiWindow());
            assertClose(each(C, c -> Math.sqrt(x2[c] + 1e-5)), s.deviation());
            running = each(C, c -> 0.9 * rv[c] + 0.1 * chi2[c]);
            lastX2 = x2;
            lastPsi = psi;
        }
        assertTrue(samples.stream().anyMatch(s -> s.moving().clipped() > 0), "never clipped");
        assertTrue(NormFigure.WINDOW_GAP.of(samples.get(5)) > 1);
        assertEquals(1, NormFigure.WINDOW_GAP.of(samples.get(0)), 1e-4);
        assertTrue(NormFigure.PSI_WINDOW_GAP.of(samples.get(5)) > 0);
    }

    /** Each sample is a group, whose window ends at it and begins in the step before. */
    @Test
    void movingAverageOfGroups() {
        MABNWindow window = new MABNWindow(1, N, 0.9, 2, 1.1, 2);
        MABNGroups2d norm = weighted(new MABNGroups2d(C, window, DOUBLE));
        Tensor dy = normal(2, N, C, 2, 3);
        int steps = 3;
        List<NormSample> samples = watched(norm, () -> {
            for (int t = 1; t <= steps; t++) {
                step(norm, input(t).mul(t), dy);
            }
        });
        double[] running = new double[0];
        double[] last = new double[N * C];
        for (int t = 1; t <= steps; t++) {
            double[] v = input(t).mul(t).toDoubles();
            double[] x2 = new double[N * C];
            for (int i = 0; i < v.length; i++) {
                x2[i / SPACE] += v[i] * v[i] / SPACE;
            }
            double[] chi2 = t == 1 ? x2 : windows(x2, last);
            double[] mean = each(C, c -> (chi2[c] + chi2[C + c] + chi2[2 * C + c]) / N);
            double[] rv = t == 1 ? each(C, c -> 1) : running;
            double[] free = each(N * C, i -> Math.sqrt((chi2[i] + 1e-5) / (rv[i % C] + 1e-5)));
            boolean corrects = t >= 2;
            double[] r = each(N * C, i -> corrects ? Math.max(1 / 1.1, Math.min(1.1, free[i])) : 1);
            double[] z = each(v.length, i -> v[i] / Math.sqrt(chi2[i / SPACE] + 1e-5));
            double[] w = norm.weight().orElseThrow().toDoubles();
            double[] up = dy.toDoubles();
            double[] g = each(v.length, i -> up[i] * w[i / SPACE % C] * r[i / SPACE]);

            NormSample s = samples.get(t - 1);
            assertClose(mean, s.moving().window());
            assertClose(
                    each(C, c -> (r[c] + r[C + c] + r[2 * C + c]) / N),
                    s.moving().correction());
            assertEquals(
                    IntStream.range(0, N * C)
                                    .filter(i -> corrects && r[i] != free[i])
                                    .count()
                            / (double) (N * C),
                    s.moving().clipped(),
                    1e-15);
            assertClose(mean(g, z), s.psi());
            // The window of the last group is that of this step's groups.
            assertClose(mean(g, z), s.moving().psiWindow());
            boolean uniform = IntStream.range(C, N * C).allMatch(i -> r[i] == r[i - C]);
            assertClose(uniform ? mean(g, ONES) : new double[0], s.gradient());
            double[] before = running;
            running = each(C, c -> before.length == 0 ? mean[c] : 0.9 * before[c] + 0.1 * mean[c]);
            last = x2;
        }
        assertTrue(samples.stream().anyMatch(s -> s.moving().clipped() > 0), "never clipped");
    }

    private static double[] windows(double[] now, double[] before) {
        return each(N * C, i -> {
            double sum = 0;
            for (int group = 0; group < N; group++) {
                sum += (group <= i / C ? now : before)[group * C + i % C];
            }
            return sum / N;
        });
    }

    @Test
    void batchRenormalizationWithItsCorrections() {
        RenormSchedule schedule = RenormSchedule.constant(1.2, 0.3);
        BatchRenorm2d norm = weighted(new BatchRenorm2d(C, DOUBLE.momentum(0.2), schedule));
        Tensor dy = normal(2, N, C, 2, 3);
        double[] w = norm.weight().orElseThrow().toDoubles();
        double[] up = dy.toDoubles();
        double[] runningMean = each(C, c -> 0);
        double[] runningDeviation = each(C, c -> 1);
        List<NormSample> samples = watched(norm, () -> {
            for (int t = 1; t <= 3; t++) {
                step(norm, input(t), dy);
            }
        });
        for (int t = 1; t <= 3; t++) {
            NormSample s = samples.get(t - 1);
            double[] v = input(t).toDoubles();
            double[] mean = mean(v, ONES);
            double[] centred = each(v.length, i -> v[i] - mean[CHANNEL.applyAsInt(i)]);
            double[] own = each(C, c -> Math.sqrt(mean(centred, centred)[c] + 1e-5));
            double[] rm = runningMean;
            double[] rs = runningDeviation;
            double[] free = each(C, c -> own[c] / rs[c]);
            double[] away = each(C, c -> (mean[c] - rm[c]) / rs[c]);
            double[] r = each(C, c -> Math.max(1 / 1.2, Math.min(1.2, free[c])));
            double[] d = each(C, c -> Math.max(-0.3, Math.min(0.3, away[c])));
            double[] g = each(v.length, i -> {
                int c = CHANNEL.applyAsInt(i);
                return up[i] * w[c] * r[c];
            });
            double[] xh = each(v.length, i -> centred[i] / own[CHANNEL.applyAsInt(i)]);
            double clipped = (r[0] == free[0] && d[0] == away[0] ? 0 : 0.5)
                    + (r[1] == free[1] && d[1] == away[1] ? 0 : 0.5);
            assertClose(rm, s.moving().mean());
            assertClose(rs, s.moving().deviation());
            assertClose(r, s.moving().correction());
            assertClose(d, s.moving().shift());
            assertEquals(clipped, s.moving().clipped());
            assertClose(mean(g, ONES), s.gradient());
            assertClose(mean(g, xh), s.psi());
            runningMean = each(C, c -> 0.8 * rm[c] + 0.2 * mean[c]);
            runningDeviation = each(C, c -> 0.8 * rs[c] + 0.2 * own[c]);
        }
        assertTrue(samples.stream().anyMatch(s -> s.moving().clipped() > 0), "never clipped");
    }

    @Test
    void frozenStatisticsAreNotCorrected() {
        BatchRenorm2d norm = weighted(new BatchRenorm2d(C, DOUBLE, RenormSchedule.constant(3, 1)));
        norm.freezeStatistics();
        Tensor x = input(1);
        Tensor dy = normal(2, N, C, 2, 3);
        NormSample s = watched(norm, () -> step(norm, x, dy)).get(0);
        assertEquals(0, s.moving().correction().length);
        double[] w = norm.weight().orElseThrow().toDoubles();
        double[] up = dy.toDoubles();
        double[] g = each(up.length, i -> up[i] * w[CHANNEL.applyAsInt(i)]);
        assertClose(mean(g, x.toDoubles()), s.psi());
    }

    // What is told and what is not.

    @Test
    void onlyTrainingStepsCount() {
        BatchNorm2d norm = new BatchNorm2d(C, DOUBLE);
        List<NormSample> samples = watched(norm, () -> {
            Tensor.noGrad(() -> norm.forward(input(1)));
            norm.eval();
            norm.forward(input(1));
            norm.train();
            step(norm, input(1), normal(2, N, C, 2, 3));
        });
        assertEquals(1, samples.size());
        step(norm, input(1), normal(2, N, C, 2, 3));
        assertEquals(1, samples.size(), "detached");
    }

    @Test
    void whatDoesNotFollowFromParametersIsLeftOut() {
        Tensor dy = normal(2, N, C, 2, 3);
        NormOptions bare = DOUBLE.affine(Affine.NONE);
        BatchNorm2d plain = new BatchNorm2d(C, bare);
        Tensor x = input(1).requiresGrad(true);
        NormSample none = watched(plain, () -> step(plain, x, dy)).get(0);
        assertEquals(0, none.psi().length + none.gradient().length);
        assertEquals(C, none.mean().length);
        BatchNorm2d weight = new BatchNorm2d(C, DOUBLE.affine(Affine.WEIGHT));
        NormSample one = watched(weight, () -> step(weight, x, dy)).get(0);
        assertEquals(C, one.psi().length);
        assertEquals(0, one.gradient().length);
        assertEquals(0, one.moving().correction().length);
    }

    @Test
    void forwardsThatShareABackwardHaveNoGradientOfTheirOwn() {
        GroupNorm norm = new GroupNorm(1, C, DOUBLE);
        Tensor dy = normal(2, N, C, 2, 3);
        List<NormSample> samples = watched(norm, () -> {
            Tensor both = norm.forward(input(1)).add(norm.forward(input(2)));
            both.mul(dy).sumAll().backward();
            step(norm, input(3), dy);
        });
        assertEquals(3, samples.size());
        assertEquals(0, samples.get(0).psi().length);
        assertEquals(0, samples.get(1).psi().length);
        assertEquals(C, samples.get(2).psi().length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bn", "mabn"})
    void trainingGoesOnWithTheSameBits(String name) {
        NormFactory norms = name.equals("bn")
                ? NormFactory.BATCH
                : NormFactory.movingAverage(new MABNWindow(4, 8, 0.9, 2, 2, 3));
        Map<String, Tensor> alone = trained(norms, false);
        Map<String, Tensor> watched = trained(norms, true);
        assertEquals(alone.keySet(), watched.keySet());
        alone.forEach((path, value) ->
                assertArrayEquals(value.toDoubles(), watched.get(path).toDoubles(), path));
    }

    private static Map<String, Tensor> trained(NormFactory norms, boolean watch) {
        ResNet net = ResNet.small(1, 4, 4, norms, RandomSource.of(2));
        SGD optimizer = new SGD(net.parameters(), 0.05, SGD.Options.DEFAULT.momentum(0.9));
        List<NormSample> samples = new ArrayList<>();
        NormDoctor doctor = watch ? NormDoctor.watch(net, samples::add) : null;
        for (int t = 0; t < 6; t++) {
            Tensor x = Init.normal(RandomSource.of(t), DType.FLOAT32, 4, 1, 8, 8);
            Tensor labels = Tensor.of(new long[] {0, 1, 2, 3}, 4);
            new CrossEntropyLoss().call(net.forward(x), labels).backward();
            optimizer.step();
            optimizer.zeroGrad();
        }
        if (watch) {
            doctor.close();
            assertEquals(6 * doctor.norms(), samples.size());
            assertTrue(samples.stream().allMatch(s -> s.psi().length == s.mean().length));
        }
        return net.stateDict();
    }

    @Test
    void theTableHasALineForEachStepAndEmptyCells() {
        BatchNorm2d norm = new BatchNorm2d(C, DOUBLE);
        StringWriter text = new StringWriter();
        NormCsv csv = new NormCsv(text);
        List<NormSample> samples = new ArrayList<>();
        try (NormDoctor doctor = NormDoctor.watch(new Sequential(norm), s -> {
            samples.add(s);
            csv.accept(s);
        })) {
            step(norm, input(1), normal(2, N, C, 2, 3));
            step(norm, input(2), normal(2, N, C, 2, 3));
        }
        List<String[]> lines =
                text.toString().lines().map(l -> l.split(",", -1)).toList();
        assertEquals(3, lines.size());
        List<String> heading = List.of(lines.get(0));
        assertEquals(List.of("step", "layer", "norm", "values"), heading.subList(0, 4));
        for (int i = 1; i <= 2; i++) {
            String[] cells = lines.get(i);
            assertEquals(heading.size(), cells.length);
            assertEquals("" + i, cells[0]);
            assertEquals("0", cells[1]);
            assertEquals("18", cells[3]);
            double variance = Double.parseDouble(cells[heading.indexOf("variance")]);
            assertEquals(NormFigure.VARIANCE.of(samples.get(i - 1)), variance);
            assertEquals("", cells[heading.indexOf("clipped")]);
        }
    }
}
