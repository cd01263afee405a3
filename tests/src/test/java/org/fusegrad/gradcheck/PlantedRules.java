package org.fusegrad.gradcheck;

import static org.fusegrad.gradcheck.PlantedBug.rule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;
import org.fusegrad.grad.PlantedRule.Wrong;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.Ints;

/** Wrong rules for single operations, each in a formula around it. */
final class PlantedRules {
    private static final Samples S = Samples.of(41);
    private static final int[] ONE = {1};
    private static final int[] TWO = {2};
    private static final int[] ZERO = {0};

    private PlantedRules() {}

    static List<PlantedBug> all() {
        List<PlantedBug> all = new ArrayList<>();
        functions(all);
        arithmetic(all);
        choices(all);
        movement(all);
        reductions(all);
        contractions(all);
        windows(all);
        return all;
    }

    private static Wrong first(UnaryOperator<Node> change) {
        return (right, y, g) -> {
            List<Node> grads = new ArrayList<>(right);
            grads.set(0, change.apply(grads.get(0)));
            return grads;
        };
    }

    private static Wrong second(UnaryOperator<Node> change) {
        return (right, y, g) -> {
            List<Node> grads = new ArrayList<>(right);
            grads.set(1, change.apply(grads.get(1)));
            return grads;
        };
    }

    private static List<Node> one(Node g) {
        return Arrays.asList(g);
    }

    private static Node x(Node y) {
        return y.input(0);
    }

    /** An operation of positive values among other operations. */
    private static PlantedBug positive(String name, Op op, Wrong wrong, UnaryOperator<Tensor> f) {
        TensorFunction formula =
                TensorFunction.of(x -> f.apply(x.mul(1.25)).mul(x.square()).sin());
        return rule(name, op, wrong, formula, S.uniform(0.4, 1.2, 3, 4));
    }

    private static void functions(List<PlantedBug> all) {
        all.add(positive("sign kept", Op.NEG, (r, y, g) -> one(g), Tensor::neg));
        all.add(positive("factor 2 missing", Op.SQRT, (r, y, g) -> one(g.div(y)), Tensor::sqrt));
        all.add(positive(
                "by x, not y", Op.SQRT, (r, y, g) -> one(g.div(x(y).mul(2))), Tensor::sqrt));
        all.add(positive("wrong sign", Op.RSQRT, first(Node::neg), Tensor::rsqrt));
        all.add(positive(
                "power too low",
                Op.RSQRT,
                (r, y, g) -> one(g.mul(y.mul(y)).mul(-0.5)),
                Tensor::rsqrt));
        all.add(positive("wrong sign", Op.RECIPROCAL, first(Node::neg), Tensor::reciprocal));
        all.add(positive("times x", Op.EXP, (r, y, g) -> one(g.mul(x(y))), Tensor::exp));
        all.add(positive("times y", Op.EXPM1, (r, y, g) -> one(g.mul(y)), Tensor::expm1));
        all.add(positive("by y", Op.LOG, (r, y, g) -> one(g.div(y)), Tensor::log));
        all.add(positive(
                "by x, not 1 + x", Op.LOG1P, (r, y, g) -> one(g.div(x(y))), Tensor::log1p));
        all.add(positive(
                "1 - y", Op.TANH, (r, y, g) -> one(g.mul(y.like(1).sub(y))), Tensor::tanh));
        all.add(positive(
                "y (1 + y)",
                Op.SIGMOID,
                (r, y, g) -> one(g.mul(y.mul(y.add(1)))),
                Tensor::sigmoid));
        all.add(positive("1 / sqrt(pi)", Op.ERF, (r, y, g) -> one(r.get(0).mul(0.5)), Tensor::erf));
        all.add(positive(
                "one part in a hundred thousand", Op.ERF, first(g -> g.mul(1.00001)), Tensor::erf));
        all.add(positive("wrong sign", Op.COS, first(Node::neg), Tensor::cos));
        all.add(positive(
                "1 - x^2",
                Op.ATAN,
                (r, y, g) -> one(g.div(y.like(1).sub(x(y).mul(x(y))))),
                Tensor::atan));
        all.add(positive("itself", Op.SIN, (r, y, g) -> one(g.mul(y)), Tensor::exp));
    }

    private static void arithmetic(List<PlantedBug> all) {
        Tensor a = S.uniform(0.5, 1.5, 3, 4);
        Tensor b = S.uniform(0.5, 1.5, 4);
        TensorFunction sub = TensorFunction.of2((p, q) -> p.exp().sub(q.sin()));
        all.add(rule("sign of the second", Op.SUB, (r, y, g) -> List.of(g, g), sub, a, b));
        all.add(rule("second forgotten", Op.SUB, second(g -> null), sub, a, b));
        TensorFunction add = TensorFunction.of2((p, q) -> p.exp().add(q.sin()));
        all.add(rule("second forgotten", Op.ADD, second(g -> null), add, a, b));
        TensorFunction mul = TensorFunction.of2((p, q) -> p.exp().mul(q.sin()));
        all.add(rule(
                "operands confused",
                Op.MUL,
                (r, y, g) -> List.of(g.mul(y.input(0)), g.mul(y.input(1))),
                mul,
                a,
                b));
        all.add(rule("product rule halved", Op.MUL, second(g -> null), mul, a, b));
        TensorFunction div = TensorFunction.of2((p, q) -> p.exp().div(q.sin()));
        all.add(rule(
                "multiplies",
                Op.DIV,
                (r, y, g) -> List.of(g.mul(y.input(1)), r.get(1)),
                div,
                a,
                b));
        all.add(rule("sign of the second", Op.DIV, second(Node::neg), div, a, b));
        all.add(rule(
                "square missing",
                Op.DIV,
                (r, y, g) -> List.of(r.get(0), g.mul(y).neg()),
                div,
                a,
                b));
        TensorFunction pow = TensorFunction.of2((p, q) -> p.exp().pow(q.sin()));
        all.add(rule(
                "exponent not lowered",
                Op.POW,
                (r, y, g) -> List.of(g.mul(y.input(1).mul(y)), r.get(1)),
                pow,
                a,
                b));
        all.add(rule(
                "logarithm missing", Op.POW, (r, y, g) -> List.of(r.get(0), g.mul(y)), pow, a, b));
    }

    private static void choices(List<PlantedBug> all) {
        Tensor a = S.normal(3, 4);
        Tensor b = S.normal(3, 4);
        TensorFunction max = TensorFunction.of2((p, q) -> p.maximum(q.mul(1.5)).sin());
        all.add(rule(
                "the loser takes it",
                Op.MAXIMUM,
                (r, y, g) -> List.of(r.get(1), r.get(0)),
                max,
                a,
                b));
        all.add(rule("both take it", Op.MAXIMUM, (r, y, g) -> List.of(g, g), max, a, b));
        all.add(rule(
                "as the larger",
                Op.MINIMUM,
                (r, y, g) -> List.of(r.get(1), r.get(0)),
                TensorFunction.of2((p, q) -> p.minimum(q.mul(1.5)).sin()),
                a,
                b));
        TensorFunction where =
                TensorFunction.of2((p, q) -> p.gt(0).where(p.sin(), q.exp()).mul(q));
        all.add(rule(
                "branches confused",
                Op.WHERE,
                (r, y, g) -> PlantedBug.grads(null, r.get(2), r.get(1)),
                where,
                a,
                b));
        all.add(rule(
                "condition ignored",
                Op.WHERE,
                (r, y, g) -> PlantedBug.grads(null, g, g),
                where,
                a,
                b));
        all.add(rule(
                "slope 1 everywhere",
                Op.ABS,
                (r, y, g) -> one(g),
                TensorFunction.of(x -> x.abs().exp()),
                a));
    }

    private static void movement(List<PlantedBug> all) {
        Tensor x = S.normal(2, 3, 4);
        all.add(rule(
                "mean instead of sum",
                Op.EXPAND,
                first(g -> g.mul(0.2)),
                TensorFunction.of(t -> t.sin().expand(5, 2, 3, 4).square()),
                x));
        all.add(rule(
                "order not inverted",
                Op.PERMUTE,
                (r, y, g) -> one(g.permute(1, 2, 0)),
                TensorFunction.of(t -> t.sin().permute(1, 2, 0).exp()),
                S.normal(3, 3, 3)));
        all.add(rule(
                "transposes",
                Op.RESHAPE,
                (r, y, g) -> one(g.permute(1, 0)),
                TensorFunction.of(t -> t.sin().reshape(3, 2).exp()),
                S.normal(2, 3)));
        all.add(rule(
                "off by one",
                Op.SLICE,
                (r, y, g) -> one(Node.of(
                        Op.PAD, new Attrs.Padding(Ints.of(0), Ints.of(3), Ints.of(0), 0), g)),
                TensorFunction.of(t -> t.sin().slice(0, 1, 4).exp()),
                S.normal(6)));
        all.add(rule(
                "off by one",
                Op.PAD,
                (r, y, g) -> one(
                        Node.of(Op.SLICE, new Attrs.Range(Ints.of(0), Ints.of(4), Ints.of(1)), g)),
                TensorFunction.of(t -> t.sin().pad(ONE, TWO, 0.5).exp()),
                S.normal(4)));
        all.add(rule(
                "parts exchanged",
                Op.CONCAT,
                (r, y, g) -> List.of(r.get(1), r.get(0)),
                TensorFunction.of2((p, q) -> Tensor.concat(0, p.sin(), q.exp()).square()),
                S.normal(3),
                S.normal(3)));
        all.add(rule(
                "not turned back",
                Op.FLIP,
                (r, y, g) -> one(g),
                TensorFunction.of(t -> t.sin().flip(0, 2).exp()),
                x));
    }

    private static void reductions(List<PlantedBug> all) {
        Tensor x = S.distinct(0.3, 3, 4);
        TensorFunction norm = TensorFunction.of(t -> {
            Tensor centred = t.sub(t.mean(0));
            return centred.div(centred.square().mean(0).add(1e-5).sqrt());
        });
        all.add(rule("halved", Op.SUM, first(g -> g.mul(0.5)), norm, x));
        all.add(rule("mean path dropped", Op.SUM, first(g -> null), norm, x));
        all.add(rule(
                "everyone takes it",
                Op.MAX,
                (r, y, g) -> one(g.expand(x(y).shape())),
                TensorFunction.of(t -> t.sin().max(1).exp()),
                x));
        all.add(rule(
                "spread like a mean",
                Op.MIN,
                (r, y, g) -> one(g.mul(0.25).expand(x(y).shape())),
                TensorFunction.of(t -> t.sin().min(1).exp()),
                x));
        all.add(rule(
                "own factor kept",
                Op.PROD,
                (r, y, g) -> one(g.mul(y).expand(x(y).shape())),
                TensorFunction.of(t -> t.sin().prod(1)),
                S.uniform(0.5, 1.5, 3, 4)));
        all.add(rule(
                "not reversed",
                Op.CUMSUM,
                (r, y, g) -> one(Node.of(Op.CUMSUM, y.attrs(), g)),
                TensorFunction.of(t -> t.sin().cumsum(1).exp()),
                S.normal(3, 4)));
        Tensor index = Tensor.of(new long[] {2, 0, 1, 1}, 2, 2);
        all.add(rule(
                "one position off",
                Op.GATHER,
                (r, y, g) -> PlantedBug.grads(
                        Node.of(Op.FLIP, new Attrs.Axes(Ints.of(1)), r.get(0)), null),
                TensorFunction.of(t -> t.sin().gather(1, index).exp()),
                S.normal(2, 3)));
        all.add(rule(
                "not gathered back",
                Op.SCATTER_ADD,
                (r, y, g) -> PlantedBug.grads(r.get(0).mul(0), null),
                TensorFunction.of(t -> t.sin().scatterAdd(1, index, 3).exp()),
                S.normal(2, 2)));
    }

    private static void contractions(List<PlantedBug> all) {
        TensorFunction matmul =
                TensorFunction.of2((p, q) -> p.sin().matmul(q.exp()).tanh());
        Tensor a = S.normal(3, 3);
        Tensor b = S.normal(3, 3);
        all.add(rule(
                "not transposed",
                Op.MATMUL,
                (r, y, g) -> List.of(g.matmul(y.input(1)), r.get(1)),
                matmul,
                a,
                b));
        all.add(rule(
                "factors exchanged",
                Op.MATMUL,
                (r, y, g) -> List.of(r.get(0), g.matmul(y.input(0).transpose())),
                matmul,
                a,
                b));
        TensorFunction conv = TensorFunction.of2(
                (p, q) -> Primitives.conv(p.sin(), q.exp(), ONE, ONE, ONE, 1).tanh());
        Tensor x = S.normal(2, 2, 6);
        Tensor w = S.normal(3, 2, 3);
        all.add(rule("kernel not turned", Op.CONV, first(PlantedRules::flipLast), conv, x, w));
        all.add(rule("weight halved", Op.CONV, second(g -> g.mul(0.5)), conv, x, w));
        for (Op op : List.of(Op.CONV_INPUT, Op.CONV_WEIGHT)) {
            all.add(rule("second order halved", op, first(g -> g.mul(0.5)), conv, x, w)
                    .with(c -> c.order(2)));
        }
    }

    private static Node flipLast(Node g) {
        return Node.of(Op.FLIP, new Attrs.Axes(Ints.of(g.shape().rank() - 1)), g);
    }

    private static void windows(List<PlantedBug> all) {
        Tensor x = S.distinct(0.1, 2, 2, 6);
        TensorFunction max = TensorFunction.of(
                t -> Primitives.maxPool(t.mul(0.5), TWO, TWO, ZERO, ONE, false).tanh());
        all.add(rule(
                "as the mean's",
                Op.MAX_POOL,
                (r, y, g) -> one(Node.of(Op.AVG_POOL_ADJOINT, y.attrs(), g)),
                max,
                x));
        all.add(rule("second order forgotten", Op.MAX_POOL_SCATTER, first(g -> null), max, x)
                .with(c -> c.order(2)));
        TensorFunction mean = TensorFunction.of(t ->
                Primitives.avgPool(t.mul(0.5), TWO, TWO, ZERO, false, true, 0).tanh());
        all.add(rule("not divided", Op.AVG_POOL, first(g -> g.mul(2)), mean, x));
        all.add(rule("second order doubled", Op.AVG_POOL_ADJOINT, first(g -> g.mul(2)), mean, x)
                .with(c -> c.order(2)));
    }
}
