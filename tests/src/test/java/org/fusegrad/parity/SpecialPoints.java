package org.fusegrad.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.ops.Activations;
import org.fusegrad.ops.Pooling;
import org.fusegrad.ops.Reductions;
import org.fusegrad.ops.Softmax;

/** Functions at zeros, ties, NaN, infinities, and the ends of their domains. */
final class SpecialPoints {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    private static final double[] EVERYWHERE = {0, 1, -1, 0.5, -2, 3, INF, -INF, NAN};

    private final List<SpecialPoint> points = new ArrayList<>();

    private SpecialPoints() {}

    static List<SpecialPoint> all() {
        SpecialPoints table = new SpecialPoints();
        table.functions();
        table.pairs();
        table.powers();
        table.choices();
        table.activations();
        table.products();
        table.extrema();
        table.norms();
        table.moments();
        table.softmaxes();
        return table.points;
    }

    private void unary(
            String name,
            UnaryOperator<Tensor> own,
            UnaryOperator<org.bytedeco.pytorch.Tensor> peer,
            double... more) {
        SpecialFunction f = vector(name, own, peer);
        for (double x : EVERYWHERE) {
            at(f, new double[] {x});
        }
        for (double x : more) {
            at(f, new double[] {x});
        }
    }

    private static SpecialFunction vector(
            String name,
            UnaryOperator<Tensor> own,
            UnaryOperator<org.bytedeco.pytorch.Tensor> peer) {
        return new SpecialFunction(name, TensorFunction.of(own), in -> peer.apply(in.get(0)));
    }

    private static SpecialFunction two(
            String name,
            BinaryOperator<Tensor> own,
            BinaryOperator<org.bytedeco.pytorch.Tensor> peer) {
        return new SpecialFunction(
                name, TensorFunction.of2(own), in -> peer.apply(in.get(0), in.get(1)));
    }

    private void at(SpecialFunction f, double[]... inputs) {
        points.add(new SpecialPoint(f, inputs));
    }

    private void binary(SpecialFunction f, double[][] pairs) {
        for (double[] pair : pairs) {
            at(f, new double[] {pair[0]}, new double[] {pair[1]});
        }
    }

    private static double[] v(double... values) {
        return values;
    }

    private void functions() {
        unary("neg", Tensor::neg, t -> t.neg());
        unary("abs", Tensor::abs, t -> t.abs());
        unary("sign", Tensor::sign, t -> t.sign());
        unary("floor", Tensor::floor, t -> t.floor());
        unary("ceil", Tensor::ceil, t -> t.ceil());
        unary("round", Tensor::round, t -> t.round());
        unary("sqrt", Tensor::sqrt, t -> t.sqrt());
        unary("rsqrt", Tensor::rsqrt, t -> t.rsqrt());
        unary("reciprocal", Tensor::reciprocal, t -> t.reciprocal());
        unary("exp", Tensor::exp, t -> t.exp(), 800, -800);
        unary("expm1", Tensor::expm1, t -> t.expm1(), 800, -800);
        unary("log", Tensor::log, t -> t.log());
        unary("log1p", Tensor::log1p, t -> t.log1p());
        unary("tanh", Tensor::tanh, t -> t.tanh(), 30);
        unary("sigmoid", Tensor::sigmoid, t -> t.sigmoid(), 50, -800);
        unary("erf", Tensor::erf, t -> t.erf(), 30);
        unary("sin", Tensor::sin, t -> t.sin());
        unary("cos", Tensor::cos, t -> t.cos());
        unary("atan", Tensor::atan, t -> t.atan(), 1e200);
        unary("square", Tensor::square, t -> t.square());
        unary("cumsum", x -> x.cumsum(0), t -> t.cumsum(0));
    }

    private void pairs() {
        double[][] pairs = {
            {0, 0},
            {0, 1},
            {1, 0},
            {-1, 0},
            {2, 2},
            {1, 2},
            {NAN, 1},
            {1, NAN},
            {NAN, NAN},
            {INF, INF},
            {INF, -INF},
            {1, INF},
            {INF, 1},
            {0, INF},
            {INF, 0},
            {0, NAN}
        };
        binary(two("add", Tensor::add, (a, b) -> a.add(b)), pairs);
        binary(two("sub", Tensor::sub, (a, b) -> a.sub(b)), pairs);
        binary(two("mul", Tensor::mul, (a, b) -> a.mul(b)), pairs);
        binary(two("div", Tensor::div, (a, b) -> a.div(b)), pairs);
        binary(two("maximum", Tensor::maximum, (a, b) -> a.maximum(b)), pairs);
        binary(two("minimum", Tensor::minimum, (a, b) -> a.minimum(b)), pairs);
        SpecialFunction length = two(
                "sqrt(a * a + b * b)",
                (a, b) -> a.square().add(b.square()).sqrt(),
                (a, b) -> a.square().add(b.square()).sqrt());
        binary(length, new double[][] {{3, 4}, {0, 1}, {0, 0}});
    }

    private void powers() {
        for (double p : new double[] {-1, 0, 0.5, 1, 1.5, 2, 3, INF}) {
            unary("pow(x, " + p + ")", x -> x.pow(p), t -> t.pow(s(p)));
        }
        binary(two("pow", Tensor::pow, (a, b) -> a.pow(b)), new double[][] {
            {0, 0},
            {0, 1},
            {0, 2},
            {0, 3},
            {0, -1},
            {0, 0.5},
            {2, 0},
            {2, 1},
            {2, 3},
            {1, 0},
            {-2, 0},
            {-2, 1},
            {-2, 2},
            {-2, 3},
            {-2, 0.5},
            {-1, -1},
            {INF, 0},
            {INF, 1},
            {INF, -1},
            {-INF, 2},
            {NAN, 0},
            {0, NAN},
            {1, NAN},
            {NAN, 1},
            {2, INF},
            {0.5, INF},
            {0.5, -INF}
        });
    }

    private void choices() {
        unary(
                "where(x > 0, sqrt(x), x)",
                x -> x.gt(0).where(x.sqrt(), x),
                t -> torch.where(t.gt(s(0)), t.sqrt(), t));
        unary(
                "where(x > 0, log(x), x)",
                x -> x.gt(0).where(x.log(), x),
                t -> torch.where(t.gt(s(0)), t.log(), t));
        unary(
                "where(x = x, x, 1)",
                x -> x.eq(x).where(x, Tensor.scalar(1, x.dtype())),
                t -> torch.where(t.eq(t), t, s(1)));
        unary("clamp(x, -1, 3)", x -> Activations.clamp(x, -1, 3), t -> t.clamp(opt(-1), opt(3)));
        unary("max(x, 0)", x -> x.maximum(0), t -> t.maximum(torch.zeros_like(t)));
        unary("relu", Tensor::relu, t -> t.relu());
    }

    private static ScalarOptional opt(double v) {
        return new ScalarOptional(new Scalar(v));
    }

    private void activations() {
        unary("leaky_relu", x -> Activations.leakyRelu(x, 0.1), t -> torch.leaky_relu(t, s(0.1)));
        unary("elu", x -> Activations.elu(x, 1), t -> torch.elu(t), -800);
        unary("selu", Activations::selu, t -> torch.selu(t));
        unary("celu", x -> Activations.celu(x, 2), t -> torch.celu(t, s(2)));
        unary("gelu", Activations::gelu, t -> torch.gelu(t), 40, -40);
        unary("gelu_tanh", Activations::geluTanh, t -> torch.gelu(t, "tanh"), 40, -40);
        unary("silu", Activations::silu, t -> torch.silu(t), 800, -800);
        unary("mish", Activations::mish, t -> torch.mish(t), 800, -800);
        unary("softplus", Activations::softplus, t -> torch.softplus(t), 21, 800, -800);
        unary("softsign", Activations::softsign, t -> t.div(t.abs().add(s(1))));
        unary("log_sigmoid", Activations::logSigmoid, t -> torch.log_sigmoid(t), 800, -800);
        unary("hardsigmoid", Activations::hardsigmoid, t -> torch.hardsigmoid(t), -3);
        unary("hardswish", Activations::hardswish, t -> torch.hardswish(t), -3);
        unary("hardtanh", x -> Activations.hardtanh(x, -1, 1), t -> torch.hardtanh(t));
        unary("relu6", Activations::relu6, t -> torch.relu6(t), 6);
        unary(
                "threshold",
                x -> Activations.threshold(x, 1, 7),
                t -> torch.threshold(t, s(1), s(7)));
        unary("tanhshrink", Activations::tanhshrink, t -> t.sub(t.tanh()));
        unary("hardshrink", x -> Activations.hardshrink(x, 0.5), t -> torch.hardshrink(t, s(0.5)));
        unary("softshrink", x -> Activations.softshrink(x, 0.5), t -> torch.softshrink(t, s(0.5)));
        SpecialFunction prelu = two("prelu", Activations::prelu, torch::prelu);
        binary(prelu, new double[][] {{0, 0.2}, {-1, 0}, {-INF, 0.2}, {NAN, 0.2}, {2, NAN}});
        SpecialFunction glu = vector("glu", x -> Activations.glu(x, 0), t -> torch.glu(t, 0));
        at(glu, v(1, 0));
        at(glu, v(1, INF));
        at(glu, v(1, -INF));
        at(glu, v(INF, -800));
    }

    private static Scalar s(double v) {
        return new Scalar(v);
    }

    private void products() {
        SpecialFunction prod = vector("prod", x -> x.prod(), t -> t.prod());
        for (double[] x : new double[][] {
            v(2, 3, 4),
            v(0, 2, 3),
            v(2, 0, 3),
            v(0, 0, 3),
            v(0, 2, 0),
            v(0, 0, 0),
            v(-0.0, 2, 3),
            v(0),
            v(0, 0),
            v(0, 0, 0, 2),
            v(5, 0, 0, 2),
            v(1e-200, 1e-200, 3),
            v(NAN, 2, 3),
            v(INF, 2, 3)
        }) {
            at(prod, x);
        }
        double[] rows = v(0, 2, 3, 0, 0, 5);
        at(
                vector(
                        "prod along rows",
                        x -> x.reshape(2, 3).prod(1),
                        t -> t.reshape(2, 3).prod(1)),
                rows);
        at(
                vector(
                        "prod along columns",
                        x -> x.reshape(2, 3).prod(0),
                        t -> t.reshape(2, 3).prod(0)),
                rows);
        at(
                vector(
                        "prod of a cube over two axes",
                        x -> x.reshape(2, 2, 2).prod(0, 2),
                        t -> t.reshape(2, 2, 2)
                                .prod(2, true, new ScalarTypeOptional())
                                .prod(0)),
                v(0, 2, 3, 4, 5, 0, 0, 7));
        at(
                vector(
                        "prod of no factors",
                        x -> x.slice(0, 0, 0).prod(),
                        t -> t.slice(
                                        0,
                                        new org.bytedeco.pytorch.LongOptional(0),
                                        new org.bytedeco.pytorch.LongOptional(0),
                                        1)
                                .prod()),
                v(1, 2));
    }

    private void extrema() {
        SpecialFunction max = vector("max", x -> x.max(), t -> t.max());
        SpecialFunction min = vector("min", x -> x.min(), t -> t.min());
        for (SpecialFunction f : List.of(max, min)) {
            at(f, v(1, 3, 2));
            at(f, v(3, 3, 1));
            at(f, v(1, NAN, 3));
            at(f, v(NAN, NAN, 3));
            at(f, v(NAN));
            at(f, v(INF, INF, 0));
            at(f, v(-INF, -INF));
            at(f, v(0, -0.0));
        }
        at(
                vector(
                        "max of rows",
                        x -> x.reshape(2, 3).max(1),
                        t -> torch.stack(
                                new org.bytedeco.pytorch.TensorVector(
                                        t.slice(
                                                        0,
                                                        new org.bytedeco.pytorch.LongOptional(0),
                                                        new org.bytedeco.pytorch.LongOptional(3),
                                                        1)
                                                .max(),
                                        t.slice(
                                                        0,
                                                        new org.bytedeco.pytorch.LongOptional(3),
                                                        new org.bytedeco.pytorch.LongOptional(6),
                                                        1)
                                                .max()),
                                0)),
                v(1, NAN, 3, 4, 4, 0));
        SpecialFunction pool = vector(
                "max_pool2d",
                x -> Pooling.maxPool2d(x.reshape(1, 1, 2, 4), 2, 2, 0).reshape(2),
                t -> torch.max_pool2d(t.reshape(1, 1, 2, 4), 2, 2).reshape(2));
        at(pool, v(1, 1, NAN, 3, 0, 1, 4, 4));
        at(pool, v(NAN, NAN, -INF, -INF, 1, 2, -INF, -INF));
    }

    private void norms() {
        for (double p : new double[] {-1, 0, 0.5, 1, 1.5, 2, 2.5, 3, INF, -INF}) {
            SpecialFunction norm =
                    vector("norm p=" + p, x -> Reductions.pNorm(x, p), t -> t.norm(opt(p)));
            at(norm, v(3, -4));
            at(norm, v(0, 3));
            at(norm, v(0, 0));
            at(norm, v(0));
            at(norm, v(2, -2, 0));
            at(norm, v(NAN, 1));
            at(norm, v(INF, 1));
        }
    }

    private void moments() {
        for (int correction : new int[] {0, 1}) {
            SpecialFunction var = vector(
                    "var correction " + correction,
                    x -> Reductions.var(x, correction),
                    t -> torch.var(t, new LongArrayRefOptional(), opt(correction), false));
            SpecialFunction std = vector(
                    "std correction " + correction,
                    x -> Reductions.std(x, correction),
                    t -> torch.std(t, new LongArrayRefOptional(), opt(correction), false));
            for (SpecialFunction f : List.of(var, std)) {
                at(f, v(1, 2, 4));
                at(f, v(3, 3, 3));
                at(f, v(3));
                at(f, v(1, NAN));
                at(f, v(1, INF));
            }
        }
        SpecialFunction mean = vector("mean", x -> x.mean(), t -> t.mean());
        at(mean, v(1, NAN));
        at(mean, v(INF, -INF));
        SpecialFunction sum = vector("sum", x -> x.sum(), t -> t.sum());
        at(sum, v(1, NAN));
        at(sum, v(INF, -INF));
    }

    private void softmaxes() {
        double[][] rows = {
            v(1, 2),
            v(-INF, -INF),
            v(-INF, 0),
            v(INF, 0),
            v(INF, INF),
            v(NAN, 0),
            v(800, -800),
            v(5)
        };
        for (SpecialFunction f : List.of(
                vector("softmax", x -> Softmax.softmax(x, 0), t -> t.softmax(0)),
                vector("log_softmax", x -> Softmax.logSoftmax(x, 0), t -> t.log_softmax(0)),
                vector("logsumexp", x -> Reductions.logSumExp(x), t -> t.logsumexp(0)))) {
            for (double[] row : rows) {
                at(f, row);
            }
        }
    }
}
