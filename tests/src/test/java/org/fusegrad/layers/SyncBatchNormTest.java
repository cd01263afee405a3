package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.dist.Collective;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.norm.BatchNorm;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchNorm3d;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.SyncBatchNorm;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.ops.Activation;
import org.fusegrad.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The law of synchronised batch norm: replicas compute the bits of one on the whole batch. */
final class SyncBatchNormTest {
    private static final int[][] CUTS = {
        {7}, {3, 4}, {1, 6}, {7, 0}, {0, 7}, {2, 2, 3}, {0, 1, 6}, {1, 3, 0, 3}, {4, 1, 1, 1}
    };

    static Stream<Way> ways() {
        return Way.all().stream().filter(Way::fused);
    }

    /** What a step leaves behind: outputs, gradients, states. */
    private record Step(Tensor y, Tensor dx, Tensor dr, List<float[]> whole) {}

    private static Step step(Norm norm, Tensor x, Tensor residual, Tensor dy) {
        Tensor in = leaf(x);
        Tensor other = residual == null ? null : leaf(residual);
        Tensor y = other == null
                ? norm.forward(in, Activation.RELU)
                : norm.forward(in, other, Activation.SILU);
        y.backward(dy);
        List<float[]> whole = new ArrayList<>();
        norm.parameters().forEach(p -> whole.add(p.grad().toFloats()));
        norm.buffers().forEach(s -> whole.add(s.get().cast(DType.FLOAT32).toFloats()));
        return new Step(y, in.grad(), other == null ? in.grad() : other.grad(), whole);
    }

    private static Tensor leaf(Tensor t) {
        return Tensor.ofValue(t.value()).requiresGrad(true);
    }

    private static Tensor random(int seed, double mean, int... shape) {
        return Samples.of(seed).normal(shape).mul(3).add(mean).cast(DType.FLOAT32);
    }

    private static <N extends Norm> N fill(N norm) {
        norm.parameters()
                .forEach(p -> p.assign(
                        Samples.of(4).uniform(0.5, 1.5, p.shape().dims()).cast(p.dtype())));
        return norm;
    }

    private static BatchNorm plain(int rank, int channels) {
        return switch (rank) {
            case 2, 3 -> fill(new BatchNorm1d(channels));
            case 4 -> fill(new BatchNorm2d(channels));
            default -> fill(new BatchNorm3d(channels));
        };
    }

    private static Tensor rows(Tensor t, int[] cut, int rank) {
        int from = IntStream.of(cut).limit(rank).sum();
        return t.slice(0, from, from + cut[rank]);
    }

    /** Replicas step together, each after a pause of its own. */
    private static void assertSameBits(int[] cut, int steps, boolean residual, int... shape) {
        Replicas replicas = Replicas.of(cut.length);
        BatchNorm plain = plain(shape.length, shape[1]);
        List<SyncBatchNorm> norms = replicas.run(r -> fill(new SyncBatchNorm(shape[1], r)));
        Random random = new Random(cut.length);
        for (int t = 0; t < steps; t++) {
            Tensor x = random(t, 100, shape);
            Tensor other = residual ? random(20 + t, 0, shape) : null;
            Tensor dy = random(40 + t, 0.5, shape);
            plain.zeroGrad();
            Step expected = step(plain, x, other, dy);
            int[] pauses = random.ints(cut.length, 0, 12).toArray();
            List<Step> got = replicas.run(r -> {
                pause(pauses[r.rank()]);
                norms.get(r.rank()).zeroGrad();
                return step(
                        norms.get(r.rank()),
                        rows(x, cut, r.rank()),
                        residual ? rows(other, cut, r.rank()) : null,
                        rows(dy, cut, r.rank()));
            });
            for (int r = 0; r < cut.length; r++) {
                String where = Arrays.toString(cut) + " step " + t + " replica " + r;
                Step s = got.get(r);
                assertArrayEquals(
                        rows(expected.y, cut, r).toFloats(), s.y.toFloats(), "y " + where);
                assertArrayEquals(
                        rows(expected.dx, cut, r).toFloats(), s.dx.toFloats(), "dx " + where);
                assertArrayEquals(
                        rows(expected.dr, cut, r).toFloats(), s.dr.toFloats(), "dr " + where);
                for (int i = 0; i < s.whole.size(); i++) {
                    assertArrayEquals(expected.whole.get(i), s.whole.get(i), i + " of " + where);
                }
            }
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void anyCutGivesTheBitsOfTheWhole(Way way) {
        way.call(() -> {
            for (int[] cut : CUTS) {
                assertSameBits(cut, 2, false, 7, 5, 9, 13);
                assertSameBits(cut, 1, true, 7, 3, 3, 4);
            }
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("ways")
    void ofEveryRank(Way way) {
        way.call(() -> {
            for (int[] cut : new int[][] {{3, 4}, {0, 1, 6}}) {
                assertSameBits(cut, 2, false, 7, 5);
                // Rows of more than a block of a sum.
                assertSameBits(cut, 1, true, 7, 3, 80, 70);
                assertSameBits(cut, 2, false, 7, 2, 31);
                assertSameBits(cut, 2, true, 7, 3, 4, 3, 5);
            }
            return null;
        });
    }

    /** With channels last or one channel the whole batch is summed in other blocks. */
    @ParameterizedTest
    @MethodSource("ways")
    void oneChannelIsRightToRounding(Way way) {
        way.call(() -> {
            Replicas replicas = Replicas.of(2);
            Tensor x = random(1, 100, 6, 1, 11, 3);
            float[] expected = new BatchNorm2d(1).forward(x).toFloats();
            List<Tensor> got = replicas.run(r ->
                    new SyncBatchNorm(1, r).forward(rows(x, new int[] {2, 4}, r.rank())));
            float[] all = Tensor.concat(0, got.get(0), got.get(1)).toFloats();
            assertArrayEquals(expected, all, 1e-6f);
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("ways")
    void gradientsOfGradientsAreThoseOfTheWhole(Way way) {
        way.call(() -> {
            int[] cut = {2, 0, 3};
            Tensor x = random(1, 2, 5, 3, 4, 4);
            Tensor v = random(3, 0, 5, 3, 4, 4);
            float[] expected = second(plain(4, 3), x, v).toFloats();
            Replicas replicas = Replicas.of(3);
            List<Tensor> got = replicas.run(r -> second(
                    fill(new SyncBatchNorm(3, r)), rows(x, cut, r.rank()), rows(v, cut, r.rank())));
            assertArrayEquals(
                    expected, Tensor.concat(0, got.toArray(Tensor[]::new)).toFloats());
            return null;
        });
    }

    private static Tensor second(Norm norm, Tensor x, Tensor v) {
        Tensor in = leaf(x);
        Tensor y = norm.forward(in, Activation.TANH);
        Tensor dx = Tensor.grad(List.of(y), List.of(in), List.of(v), true).get(0);
        return Tensor.grad(List.of(dx), List.of(in), List.of(v), false).get(0);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void evaluationExchangesNothing(Way way) {
        way.call(() -> {
            SyncBatchNorm norm = fill(new SyncBatchNorm(3, new Absent()));
            norm.eval();
            Tensor x = random(1, 2, 5, 3, 4, 4);
            Norm plain = plain(4, 3);
            plain.eval();
            assertArrayEquals(plain.forward(x).toFloats(), norm.forward(x).toFloats());
            norm.train();
            norm.freezeStatistics();
            assertArrayEquals(plain.forward(x).toFloats(), norm.forward(x).toFloats());
            return null;
        });
    }

    /** One of two, where the other never comes. */
    private static final class Absent implements Collective {
        @Override
        public int rank() {
            return 0;
        }

        @Override
        public int size() {
            return 2;
        }

        @Override
        public List<org.fusegrad.run.Value> gather(String what, org.fusegrad.run.Value part) {
            throw new AssertionError("asked for " + what);
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void refusesOneSampleInAll(Way way) {
        way.call(() -> {
            Tensor x = random(1, 2, 1, 3, 4, 4);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> Replicas.of(2)
                            .run(r -> new SyncBatchNorm(3, r)
                                    .forward(rows(x, new int[] {1, 0}, r.rank()))));
            assertTrue(e.getMessage().contains("one sample between them"), e.getMessage());
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aloneItIsBatchNorm(Way way) {
        way.call(() -> {
            NormOptions options = NormOptions.DEFAULT;
            SyncBatchNorm norm = fill(new SyncBatchNorm(3, Collective.alone(), options));
            Tensor x = random(1, 2, 5, 3, 4, 4);
            assertArrayEquals(plain(4, 3).forward(x).toFloats(), norm.forward(x).toFloats());
            assertEquals(1, norm.namedBuffers().get("num_batches_tracked").get().item());
            return null;
        });
    }
}
