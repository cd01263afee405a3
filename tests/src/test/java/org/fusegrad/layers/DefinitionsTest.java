package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.Conv1d;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.Conv3d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.ConvTranspose1d;
import org.fusegrad.nn.ConvTranspose2d;
import org.fusegrad.nn.ConvTranspose3d;
import org.fusegrad.nn.Convolution;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.WeightTransform;
import org.fusegrad.nn.norm.BatchRenorm1d;
import org.fusegrad.nn.norm.GhostBatchNorm;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RenormSchedule;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers against loops over doubles that say what the papers do, backwards derived by hand. */
final class DefinitionsTest {
    private static final double EPS = 1e-5;
    private static final int[] COLUMN = {12, 1};

    static Stream<Arguments> ways() {
        return Way.all().stream()
                .flatMap(way -> Stream.of(DType.FLOAT32, DType.FLOAT64)
                        .map(dtype -> Arguments.of(dtype, way)));
    }

    /** Sums of a dozen values of order 1 to 10. */
    private static double tolerance(DType dtype) {
        return dtype == DType.FLOAT32 ? 2e-5 : 1e-13;
    }

    private static void set(Norm norm, String state, double value) {
        DType dtype = norm.options().dtype();
        norm.namedBuffers().get(state).set(Tensor.full(Shape.of(1), value, dtype));
    }

    private static double state(Norm norm, String name) {
        return norm.namedBuffers().get(name).get().toDoubles()[0];
    }

    private static double mean(double[] v) {
        return IntStream.range(0, v.length).mapToDouble(i -> v[i]).average().orElseThrow();
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    private static double deviation(double[] x, double mean) {
        double[] centred =
                IntStream.range(0, x.length).mapToDouble(i -> x[i] - mean).toArray();
        return Math.sqrt(dot(centred, centred) / x.length + EPS);
    }

    /** Of one channel; weight 1.25, running mean 0.75 and deviation 0.5 before the step. */
    private static void renormStep(RenormSchedule schedule, double r, double d, DType dtype) {
        NormOptions options = NormOptions.DEFAULT.dtype(dtype).momentum(0.01);
        BatchRenorm1d norm = new BatchRenorm1d(1, options, schedule);
        set(norm, "running_mean", 0.75);
        set(norm, "running_std", 0.5);
        Tensor w = norm.weight().orElseThrow();
        w.assign(w.detach().mul(1.25));
        Tensor x = Samples.of(5).normal(COLUMN).cast(dtype).detach().requiresGrad(true);
        Tensor dy = Samples.of(6).normal(COLUMN).cast(dtype).detach();
        Tensor y = norm.forward(x);
        y.backward(dy);

        double[] in = x.toDoubles();
        double[] g = dy.toDoubles();
        double mu = mean(in);
        double s = deviation(in, mu);
        double scale = Double.isNaN(r) ? s / 0.5 : r;
        double shift = Double.isNaN(d) ? (mu - 0.75) / 0.5 : d;
        double[] xh = IntStream.range(0, 12).mapToDouble(i -> (in[i] - mu) / s).toArray();
        double[] expected = new double[12];
        double[] dx = new double[12];
        double dw = 0;
        for (int i = 0; i < 12; i++) {
            expected[i] = 1.25 * (xh[i] * scale + shift);
            dw += g[i] * (xh[i] * scale + shift);
            dx[i] = 1.25 * scale / s * (g[i] - mean(g) - xh[i] * dot(g, xh) / 12);
        }
        double tolerance = tolerance(dtype);
        assertArrayEquals(expected, y.toDoubles(), tolerance, "y");
        assertArrayEquals(dx, x.grad().toDoubles(), tolerance, "dx");
        assertArrayEquals(new double[] {dw}, w.grad().toDoubles(), tolerance, "dweight");
        assertArrayEquals(
                new double[] {0.99 * 0.75 + 0.01 * mu, 0.99 * 0.5 + 0.01 * s, 1},
                new double[] {
                    state(norm, "running_mean"),
                    state(norm, "running_std"),
                    state(norm, "num_batches_tracked")
                },
                tolerance,
                "states");
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("ways")
    void batchRenormalization(DType dtype, Way way) {
        way.call(() -> {
            renormStep(RenormSchedule.constant(1e3, 1e3), Double.NaN, Double.NaN, dtype);
            renormStep(RenormSchedule.constant(1.1, 0.1), 1.1, -0.1, dtype);
            renormStep(RenormSchedule.constant(1.1, 1e3), 1.1, Double.NaN, dtype);
            // The first of two steps on the way from 1 to 1.2, and of four from 0 to 0.4.
            renormStep(new RenormSchedule(0, 1.2, 2, 0.4, 4), 1.1, -0.1, dtype);
            return null;
        });
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("ways")
    void ghostBatches(DType dtype, Way way) {
        way.call(() -> {
            GhostBatchNorm norm =
                    new GhostBatchNorm(4, 1, NormOptions.DEFAULT.dtype(dtype).momentum(0.25));
            Tensor x = Samples.of(7).normal(COLUMN).cast(dtype).detach().requiresGrad(true);
            Tensor dy = Samples.of(8).normal(COLUMN).cast(dtype).detach();
            Tensor y = norm.forward(x);
            y.backward(dy);
            double[] expected = new double[12];
            double[] dx = new double[12];
            double runningMean = 0;
            double runningVar = 1;
            for (int from = 0; from < 12; from += 4) {
                int first = from;
                double[] in = slice(x, first);
                double[] g = slice(dy, first);
                double mu = mean(in);
                double s = deviation(in, mu);
                double[] xh =
                        IntStream.range(0, 4).mapToDouble(i -> (in[i] - mu) / s).toArray();
                for (int i = 0; i < 4; i++) {
                    expected[first + i] = xh[i];
                    dx[first + i] = (g[i] - mean(g) - xh[i] * dot(g, xh) / 4) / s;
                }
                runningMean = 0.75 * runningMean + 0.25 * mu;
                runningVar = 0.75 * runningVar + 0.25 * (s * s - EPS) * 4 / 3;
            }
            double tolerance = tolerance(dtype);
            assertArrayEquals(expected, y.toDoubles(), tolerance, "y");
            assertArrayEquals(dx, x.grad().toDoubles(), tolerance, "dx");
            assertArrayEquals(
                    new double[] {runningMean, runningVar, 3},
                    new double[] {
                        state(norm, "running_mean"),
                        state(norm, "running_var"),
                        state(norm, "num_batches_tracked")
                    },
                    tolerance,
                    "states");
            return null;
        });
    }

    private static double[] slice(Tensor t, int from) {
        return IntStream.range(from, from + 4)
                .mapToDouble(i -> t.toDoubles()[i])
                .toArray();
    }

    // Convolutions of transformed weights.

    /** Every form, of two groups, with the axis of its filters and their number in the weight. */
    private static List<Convolution> convolutions(ConvOptions o, int axes) {
        RandomSource random = RandomSource.of(3);
        return switch (axes) {
            case 1 -> List.of(new Conv1d(4, 6, o, random), new ConvTranspose1d(4, 6, o, random));
            case 2 -> List.of(new Conv2d(4, 6, o, random), new ConvTranspose2d(4, 6, o, random));
            default -> List.of(new Conv3d(4, 6, o, random), new ConvTranspose3d(4, 6, o, random));
        };
    }

    static Stream<Arguments> transforms() {
        return ways().flatMap(way -> Stream.of(
                        WeightTransform.CENTRALIZED, WeightTransform.STANDARDIZED)
                .flatMap(transform -> IntStream.rangeClosed(1, 3)
                        .mapToObj(axes ->
                                Arguments.of(transform, axes, way.get()[0], way.get()[1]))));
    }

    @ParameterizedTest(name = "{0} over {1} axes, {2} on {3}")
    @MethodSource("transforms")
    void transformedWeights(WeightTransform transform, int axes, DType dtype, Way way) {
        way.call(() -> {
            ConvOptions plain = ConvOptions.kernel(3).groups(2).padding(1).dtype(dtype);
            List<Convolution> transformed = convolutions(plain.weights(transform), axes);
            List<Convolution> reference = convolutions(plain, axes);
            for (int i = 0; i < 2; i++) {
                compare(transform, transformed.get(i), reference.get(i), axes, dtype);
            }
            return null;
        });
    }

    private static void compare(
            WeightTransform transform, Convolution conv, Convolution plain, int axes, DType dtype) {
        Tensor w = plain.weight();
        double[] raw = w.toDoubles();
        int[][] filters = filters(w.shape(), conv.isTransposed());
        double[] used = raw.clone();
        for (int[] filter : filters) {
            transform(transform, raw, used, filter);
        }
        w.assign(Tensor.of(used, w.shape().dims()).cast(dtype));
        int[] shape = IntStream.concat(
                        IntStream.of(2, 4), IntStream.generate(() -> 4).limit(axes))
                .toArray();
        Tensor x = Samples.of(9).normal(shape).cast(dtype).detach();
        Tensor y = conv.forward(x);
        Tensor expected = plain.forward(x);
        Tensor dy = Samples.of(10).normal(y.shape().dims()).cast(dtype).detach();
        y.backward(dy);
        expected.backward(dy);
        double tolerance = 20 * tolerance(dtype);
        assertArrayEquals(expected.toDoubles(), y.toDoubles(), tolerance, conv + " y");
        double[] dw = w.grad().toDoubles();
        for (int[] filter : filters) {
            gradient(transform, raw, dw, filter);
        }
        // Gradients of weights are sums over all positions, divided by deviations of about 0.2.
        double size = dtype == DType.FLOAT32 ? 5e-3 : 1e-10;
        assertArrayEquals(dw, conv.weight().grad().toDoubles(), size, conv + " dweight");
    }

    /** The indices of the values of each filter. */
    private static int[][] filters(Shape w, boolean transposed) {
        int kernel = w.numel() / w.dim(0) / w.dim(1);
        int inner = w.dim(1);
        if (!transposed) {
            return IntStream.range(0, w.dim(0))
                    .mapToObj(o -> IntStream.range(0, inner * kernel)
                            .map(i -> o * inner * kernel + i)
                            .toArray())
                    .toArray(int[][]::new);
        }
        int rows = w.dim(0) / 2;
        return IntStream.range(0, 2 * inner)
                .mapToObj(o -> IntStream.range(0, rows * kernel)
                        .map(i -> ((o / inner * rows + i / kernel) * inner + o % inner) * kernel
                                + i % kernel)
                        .toArray())
                .toArray(int[][]::new);
    }

    private static double[] pick(double[] all, int[] at) {
        return IntStream.of(at).mapToDouble(i -> all[i]).toArray();
    }

    private static void transform(WeightTransform t, double[] raw, double[] into, int[] filter) {
        double[] w = pick(raw, filter);
        double m = mean(w);
        double sum = 0;
        for (double v : w) {
            sum += (v - m) * (v - m);
        }
        double scale =
                t == WeightTransform.CENTRALIZED ? 1 : 1 / (Math.sqrt(sum / (w.length - 1)) + 1e-5);
        for (int i : filter) {
            into[i] = (raw[i] - m) * scale;
        }
    }

    /** From the gradient of the used weight to that of the parameter, in place. */
    private static void gradient(WeightTransform t, double[] raw, double[] dw, int[] filter) {
        double[] w = pick(raw, filter);
        double[] g = pick(dw, filter);
        double m = mean(w);
        double[] c = IntStream.range(0, w.length).mapToDouble(i -> w[i] - m).toArray();
        double s = Math.sqrt(dot(c, c) / (w.length - 1));
        for (int i = 0; i < filter.length; i++) {
            double centred = g[i] - mean(g);
            double along = c[i] * dot(g, c) / ((s + 1e-5) * (s + 1e-5) * s * (w.length - 1));
            dw[filter[i]] =
                    t == WeightTransform.CENTRALIZED ? centred : centred / (s + 1e-5) - along;
        }
    }
}
