package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.norm.MABNGroups2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The classification form of MABN against its definition, element by element. */
final class MABNGroupsTest {
    private static final NormOptions DOUBLE = NormOptions.DEFAULT.dtype(DType.FLOAT64);
    private static final int STEPS = 7;
    private static final int CHANNELS = 3;
    private static final int SPACE = 4;
    private static final MABNWindow WINDOW = MABNWindow.of(2, 8).warmup(4).keep(0.6);

    static Stream<Way> ways() {
        return Way.all().stream();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void followsTheDefinitionStepByStep(Way way) {
        way.call(() -> {
            MABNGroups2d norm = layer(WINDOW);
            Reference truth = new Reference(WINDOW, CHANNELS, SPACE);
            Map<String, State> states = norm.namedBuffers();
            for (int t = 1; t <= STEPS; t++) {
                // The scale changes from step to step, so that corrections reach their bounds.
                double scale = t % 3 == 0 ? 40 : 1;
                Tensor x = Tensor.noGrad(() -> Samples.of(scale > 1 ? 5 : 6)
                                .normal(8, CHANNELS, 2, 2)
                                .mul(scale))
                        .requiresGrad(true);
                Tensor dy = Samples.of(70 + t).normal(8, CHANNELS, 2, 2);
                norm.zeroGrad();
                Tensor y = norm.forward(x);
                y.backward(dy);
                truth.step(x.toDoubles(), dy.toDoubles());
                assertArrayEquals(truth.y, y.toDoubles(), 1e-11, "y of step " + t);
                assertArrayEquals(truth.dx, x.grad().toDoubles(), 1e-11, "dx of step " + t);
                assertArrayEquals(truth.dw, gradient(norm.weight().orElseThrow()), 1e-10);
                assertArrayEquals(truth.db, gradient(norm.bias().orElseThrow()), 1e-11);
                assertArrayEquals(truth.runningVar, value(states, "running_var"), 1e-10);
                assertArrayEquals(truth.flat(truth.x2), value(states, "buffer_x2"), 1e-10);
                assertArrayEquals(truth.flat(truth.psi), value(states, "buffer_gz"), 1e-11);
                assertEquals(t, states.get("iters").get().item());
            }
            return null;
        });
    }

    private static double[] gradient(Tensor parameter) {
        return parameter.grad().toDoubles();
    }

    private static double[] value(Map<String, State> states, String name) {
        return states.get(name).get().toDoubles();
    }

    private static MABNGroups2d layer(MABNWindow window) {
        MABNGroups2d norm = new MABNGroups2d(CHANNELS, window, DOUBLE);
        norm.weight().orElseThrow().assign(Tensor.of(new double[] {1.5, -0.5, 0.75}, 3));
        norm.bias().orElseThrow().assign(Tensor.of(new double[] {0.25, 0, -1}, 3));
        return norm;
    }

    /** One group's window is itself, so the declared backward is the derivative. */
    @ParameterizedTest
    @MethodSource("ways")
    void oneGroupIsTheTrueGradient(Way way) {
        way.call(() -> {
            MABNGroups2d norm = layer(MABNWindow.of(4, 4));
            Tensor dy = Samples.of(2).normal(4, CHANNELS, 2, 5);
            for (int t = 1; t < 4; t++) {
                Tensor x = Samples.of(t).normal(4, CHANNELS, 2, 5).requiresGrad(true);
                norm.forward(x).backward(dy);
                Tensor v = Samples.of(t).normal(4, CHANNELS, 2, 5).requiresGrad(true);
                Tensor rms = v.square().mean(0, 2, 3).add(DOUBLE.eps()).sqrt();
                Tensor w = norm.weight().orElseThrow().detach().reshape(1, CHANNELS, 1, 1);
                v.div(rms).mul(w).backward(dy);
                assertArrayEquals(v.grad().toDoubles(), x.grad().toDoubles(), 1e-12);
            }
            return null;
        });
    }

    /** dx is linear in dy, so its adjoint applied to v meets dy as v meets dx. */
    @ParameterizedTest
    @MethodSource("ways")
    void theDeclaredGradientIsDifferentiated(Way way) {
        way.call(() -> {
            MABNGroups2d norm = layer(MABNWindow.of(2, 6));
            Tensor x = Samples.of(6).normal(6, CHANNELS, 3, 3).requiresGrad(true);
            Tensor dy = Samples.of(7).normal(6, CHANNELS, 3, 3).requiresGrad(true);
            Tensor v = Samples.of(8).normal(6, CHANNELS, 3, 3);
            norm.forward(x).backward(dy.detach());
            Map<String, Tensor> second = norm.stateDict();
            // The averaged statistics of the last backward enter dx as a constant.
            Tensor zero = Tensor.zeros(dy.shape().dims()).cast(DType.FLOAT64).requiresGrad(true);
            double constant = dot(dx(norm.forward(x), x, zero), v);
            norm.loadStateDict(second);
            Tensor dx = dx(norm.forward(x), x, dy);
            Tensor ddy =
                    Tensor.grad(List.of(dx), List.of(dy), List.of(v), false).get(0);
            assertEquals(dot(dx, v) - constant, dot(ddy, dy), 1e-10);
            return null;
        });
    }

    private static Tensor dx(Tensor y, Tensor x, Tensor dy) {
        return Tensor.grad(List.of(y), List.of(x), List.of(dy), true).get(0);
    }

    private static double dot(Tensor a, Tensor b) {
        return a.detach().mul(b.detach()).sumAll().item();
    }

    @Test
    void statesMoveOnlyWithTheirOwnPass() {
        MABNGroups2d norm = layer(MABNWindow.of(2, 4));
        Tensor x = Samples.of(3).normal(4, CHANNELS, 2, 2).requiresGrad(true);
        Tensor.noGrad(() -> norm.forward(x));
        assertEquals(0, norm.namedBuffers().get("iters").get().item());
        Tensor y = norm.forward(x);
        double[] none = new double[2 * CHANNELS];
        assertArrayEquals(none, value(norm.namedBuffers(), "buffer_gz"));
        Tensor dy = Samples.of(4).normal(4, CHANNELS, 2, 2);
        y.backward(dy, true, false);
        double[] once = value(norm.namedBuffers(), "buffer_gz");
        y.backward(dy.mul(3), true, false);
        assertArrayEquals(once, value(norm.namedBuffers(), "buffer_gz"));
    }

    @Test
    void refusesABatchOfAnotherSizeInTrainingOnly() {
        MABNGroups2d norm = layer(MABNWindow.of(2, 4));
        Tensor x = Samples.of(3).normal(6, CHANNELS, 2, 2);
        assertThrows(IllegalArgumentException.class, () -> norm.forward(x));
        norm.eval();
        assertEquals(x.shape(), norm.forward(x).shape());
    }

    /** The definition in plain arithmetic, one group and one channel at a time. */
    private static final class Reference {
        private static final double[] WEIGHT = {1.5, -0.5, 0.75};
        private static final double[] BIAS = {0.25, 0, -1};
        private final MABNWindow window;
        private final int groups;
        private final int channels;
        private final int space;
        private int t;
        private final double[] runningVar;
        private double[][] x2;
        private double[][] psi;
        private double[] y;
        private double[] dx;
        private double[] dw;
        private double[] db;

        Reference(MABNWindow window, int channels, int space) {
            this.window = window;
            this.groups = window.size();
            this.channels = channels;
            this.space = space;
            runningVar = new double[] {1, 1, 1};
            x2 = new double[groups][channels];
            psi = new double[groups][channels];
        }

        private int at(int group, int channel, int i) {
            int sample = group * window.batch() + i / space;
            return (sample * channels + channel) * space + i % space;
        }

        void step(double[] x, double[] dy) {
            t++;
            y = new double[x.length];
            dx = new double[x.length];
            dw = new double[channels];
            db = new double[channels];
            double[][] beforeX2 = x2;
            double[][] beforePsi = psi;
            x2 = new double[groups][channels];
            psi = new double[groups][channels];
            for (int c = 0; c < channels; c++) {
                channel(c, x, dy, beforeX2, beforePsi);
            }
        }

        private void channel(int c, double[] x, double[] dy, double[][] oldX2, double[][] oldPsi) {
            int m = window.batch() * space;
            double eps = DOUBLE.eps();
            double meanChi2 = 0;
            for (int k = 0; k < groups; k++) {
                for (int i = 0; i < m; i++) {
                    x2[k][c] += x[at(k, c, i)] * x[at(k, c, i)] / m;
                }
                double chi2 = window(k, c, x2, oldX2);
                meanChi2 += chi2 / groups;
                double s = Math.sqrt(chi2 + eps);
                double ratio = s / Math.sqrt(runningVar[c] + eps);
                double r = t < window.warmup() ? 1 : Math.min(5, Math.max(0.2, ratio));
                for (int i = 0; i < m; i++) {
                    int p = at(k, c, i);
                    double z = x[p] / s;
                    y[p] = WEIGHT[c] * r * z + BIAS[c];
                    psi[k][c] += WEIGHT[c] * r * dy[p] * z / m;
                    dw[c] += dy[p] * r * z;
                    db[c] += dy[p];
                }
                double mean = window(k, c, psi, oldPsi);
                for (int i = 0; i < m; i++) {
                    int p = at(k, c, i);
                    dx[p] = (WEIGHT[c] * r * dy[p] - x[p] / s * mean) / s;
                }
            }
            double keep = window.keep();
            runningVar[c] = t == 1 ? meanChi2 : keep * runningVar[c] + (1 - keep) * meanChi2;
        }

        /** The last G statistics up to that of group k. */
        private double window(int k, int c, double[][] now, double[][] before) {
            if (t == 1) {
                return now[k][c];
            }
            double sum = 0;
            for (int j = 0; j < groups; j++) {
                sum += j <= k ? now[j][c] : before[j][c];
            }
            return sum / groups;
        }

        double[] flat(double[][] rows) {
            return Stream.of(rows).flatMapToDouble(java.util.Arrays::stream).toArray();
        }
    }
}
