package org.fusegrad.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.GradCheck;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.ops.Activations;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.CrossEntropy;
import org.fusegrad.ops.Indexing;
import org.fusegrad.ops.LinearMaps;
import org.fusegrad.ops.Losses;
import org.fusegrad.ops.Padding;
import org.fusegrad.ops.Pooling;
import org.fusegrad.ops.Reduction;
import org.fusegrad.ops.Reductions;
import org.fusegrad.ops.Softmax;
import org.fusegrad.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses, convolutions, pooling, activations and reductions, away from their kinks. */
final class FunctionGradientTest {
    /** A function, its name and its inputs. */
    record Example(String name, TensorFunction function, Tensor... inputs) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Arguments> functions() {
        List<Example> examples = new ArrayList<>();
        losses(examples, Samples.of(11));
        contractions(examples, Samples.of(12));
        pooling(examples, Samples.of(15));
        movements(examples, Samples.of(16));
        activations(examples, Samples.of(13));
        reductions(examples, Samples.of(14));
        return Way.all().stream()
                .flatMap(way -> examples.stream().map(example -> Arguments.of(example, way)));
    }

    private static void movements(List<Example> all, Samples s) {
        Tensor at = Tensor.of(new long[] {0, 0, 2, 1, 1, 1}, 2, 3);
        all.add(new Example(
                "gather with repeats",
                in -> List.of(Indexing.gather(in.get(0), 1, at).square()),
                s.normal(2, 4)));
        all.add(new Example(
                "scatter_add",
                in -> List.of(Indexing.scatterAdd(in.get(0), 0, at, in.get(1)).square()),
                s.normal(3, 4),
                s.normal(2, 3)));
        all.add(new Example(
                "tril",
                in -> List.of(Indexing.tril(in.get(0).mul(in.get(0)), -1)),
                s.normal(2, 3, 3)));
        for (Padding.Mode mode : Padding.Mode.values()) {
            all.add(new Example(
                    "pad " + mode,
                    in -> List.of(Padding.pad(in.get(0), new int[] {2, -1}, new int[] {0, 2}, mode)
                            .square()),
                    s.normal(3, 4)));
        }
    }

    private static void losses(List<Example> all, Samples s) {
        Tensor target = Tensor.of(new long[] {2, 0, -100, 3, 1}, 5);
        Tensor weight = s.uniform(0.5, 2, 4);
        for (Reduction reduction : List.of(Reduction.MEAN, Reduction.SUM, Reduction.NONE)) {
            CrossEntropy smooth = CrossEntropy.DEFAULT.reduction(reduction).labelSmoothing(0.1);
            all.add(new Example(
                    "cross entropy " + reduction,
                    in -> List.of(smooth.loss(in.get(0), target, weight)),
                    s.normal(5, 4)));
        }
        all.add(new Example(
                "nll", in -> List.of(CrossEntropy.DEFAULT.nll(in.get(0), target)), s.normal(5, 4)));
        all.add(new Example(
                "mse",
                in -> List.of(Losses.mse(in.get(0), in.get(1), Reduction.MEAN)),
                s.normal(3, 4),
                s.normal(3, 4)));
        all.add(new Example(
                "bce with logits",
                in -> List.of(Losses.bceWithLogits(in.get(0), in.get(1), Reduction.NONE)),
                s.normal(3, 4),
                s.uniform(0.1, 0.9, 3, 4)));
        all.add(new Example(
                "kl divergence",
                in -> List.of(Losses.klDiv(in.get(0), in.get(1), false, Reduction.SUM)),
                s.normal(3, 4),
                s.uniform(0.1, 0.9, 3, 4)));
        Tensor zeros = Tensor.full(org.fusegrad.type.Shape.of(8), 0, DType.FLOAT64);
        Tensor away = s.awayFrom(0.1, new double[] {-1, 0, 1}, 8);
        all.add(new Example(
                "smooth l1",
                in -> List.of(Losses.smoothL1(in.get(0), zeros, 1, Reduction.NONE)),
                away));
        all.add(new Example(
                "huber", in -> List.of(Losses.huber(in.get(0), zeros, 1, Reduction.MEAN)), away));
        all.add(new Example(
                "softmax", in -> List.of(Softmax.softmax(in.get(0), 1)), s.normal(3, 4)));
        all.add(new Example(
                "log softmax", in -> List.of(Softmax.logSoftmax(in.get(0), 0)), s.normal(3, 4)));
    }

    private static void contractions(List<Example> all, Samples s) {
        Conv.Geometry g =
                new Conv.Geometry(new int[] {2, 1}, new int[] {1, 0}, new int[] {1, 2}, 2);
        all.add(new Example(
                "conv2d",
                in -> List.of(Conv.conv(in.get(0), in.get(1), in.get(2), g)),
                s.normal(2, 2, 4, 5),
                s.normal(4, 1, 3, 2),
                s.normal(4)));
        all.add(new Example(
                "conv transpose 2d",
                in -> List.of(Conv.convTranspose2d(in.get(0), in.get(1), in.get(2), g, 1, 0)),
                s.normal(1, 2, 3, 3),
                s.normal(2, 1, 3, 2),
                s.normal(2)));
        all.add(new Example(
                "linear",
                in -> List.of(LinearMaps.linear(in.get(0), in.get(1), in.get(2))),
                s.normal(2, 3, 4),
                s.normal(2, 4),
                s.normal(2)));
        Tensor index = s.index(5, 2, 3);
        all.add(new Example(
                "embedding",
                in -> List.of(LinearMaps.embedding(in.get(0), index)),
                s.normal(5, 2)));
    }

    private static void pooling(List<Example> all, Samples s) {
        all.add(new Example(
                "max pool",
                in -> List.of(Primitives.maxPool(
                        in.get(0).mul(in.get(0)),
                        new int[] {2, 2},
                        new int[] {2, 1},
                        new int[2],
                        new int[] {1, 1},
                        true)),
                s.distinct(0.05, 1, 2, 5, 4).add(20)));
        all.add(new Example(
                "average pool",
                in -> List.of(Primitives.avgPool(
                        in.get(0).exp(),
                        new int[] {3, 2},
                        new int[] {2, 2},
                        new int[] {1, 1},
                        true,
                        false,
                        0)),
                s.normal(1, 2, 5, 4)));
        all.add(new Example(
                "dilated average pool",
                in -> List.of(Pooling.avgPool(
                        in.get(0).exp(),
                        new Pooling.Windows(
                                new int[] {2, 2},
                                new int[] {1, 2},
                                new int[] {1, 0},
                                new int[] {2, 3},
                                true),
                        true,
                        0)),
                s.normal(1, 2, 5, 4)));
        all.add(new Example(
                "adaptive average pool",
                in -> List.of(Pooling.adaptiveAvgPool2d(in.get(0).exp(), 2, 3)),
                s.normal(1, 2, 5, 4)));
    }

    private static void activations(List<Example> all, Samples s) {
        double[] knots = {-6, -3, -1, -0.5, 0, 0.5, 1, 3, 6};
        Tensor x = s.awayFrom(0.05, knots, 3, 5);
        activation(all, "relu", Activations::relu, x);
        activation(all, "leaky relu", t -> Activations.leakyRelu(t, 0.1), x);
        activation(all, "elu", t -> Activations.elu(t, 1.3), x);
        activation(all, "selu", Activations::selu, x);
        activation(all, "celu", t -> Activations.celu(t, 0.7), x);
        activation(all, "gelu", Activations::gelu, x);
        activation(all, "gelu tanh", Activations::geluTanh, x);
        activation(all, "silu", Activations::silu, x);
        activation(all, "mish", Activations::mish, x);
        activation(all, "softplus", t -> Activations.softplus(t, 2, 20), x);
        activation(all, "softsign", Activations::softsign, x);
        activation(all, "log sigmoid", Activations::logSigmoid, x);
        activation(all, "hardsigmoid", Activations::hardsigmoid, x);
        activation(all, "hardswish", Activations::hardswish, x);
        activation(all, "hardtanh", t -> Activations.hardtanh(t, -1, 1), x);
        activation(all, "clamp", t -> Activations.clamp(t, -0.5, 1), x);
        activation(all, "tanhshrink", Activations::tanhshrink, x);
        activation(all, "softshrink", t -> Activations.softshrink(t, 0.5), x);
        activation(all, "hardshrink", t -> Activations.hardshrink(t, 0.5), x);
        activation(all, "glu", t -> Activations.glu(t, 0), s.normal(4, 3));
        all.add(new Example(
                "prelu",
                in -> List.of(Activations.prelu(in.get(0), in.get(1))),
                s.awayFrom(0.05, knots, 2, 3, 2),
                s.uniform(0.1, 0.5, 3)));
    }

    private static void activation(
            List<Example> all, String name, java.util.function.UnaryOperator<Tensor> f, Tensor x) {
        all.add(new Example(name, TensorFunction.of(f), x));
    }

    private static void reductions(List<Example> all, Samples s) {
        activation(all, "unbiased variance", t -> Reductions.var(t, 1, 0, 2), s.normal(2, 3, 2));
        activation(all, "standard deviation", t -> Reductions.std(t, 1, 1), s.normal(3, 4));
        activation(all, "norm", t -> Reductions.norm(t, 1), s.normal(3, 4));
        activation(
                all,
                "3-norm",
                t -> Reductions.pNorm(t, 3, 1),
                s.awayFrom(0.1, new double[] {0}, 3, 4));
        activation(all, "log sum exp", t -> Reductions.logSumExp(t, 0), s.normal(3, 4));
        activation(
                all,
                "product with zeros",
                t -> t.mul(Tensor.of(new double[] {1, 0, 1, 1, 1, 1}, 2, 3)).prod(1),
                s.normal(2, 3));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("functions")
    void agreesWithFiniteDifferences(Example example, Way way) {
        TensorFunction f = Way.traced("function", example.function());
        way.call(() -> GradCheck.of(f).inputs(example.inputs()).order(2).check());
    }
}
