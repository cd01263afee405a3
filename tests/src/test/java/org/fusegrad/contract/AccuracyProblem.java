package org.fusegrad.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.graph.NumericContract;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.LinearMaps;
import org.fusegrad.ops.Softmax;
import org.fusegrad.type.DType;

/**
 * A float32 operation on random operands beside its float64 truth and what its errors may be.
 *
 * <p>The magnitude of an element is what it would be if nothing in its sums cancelled. In a
 * contraction, errors of the additions add up like steps of a random walk, so the roundings of that
 * magnitude which are allowed are the root of the longest chain of additions. Other sums have 32
 * chains and totals in float64: a small constant is enough for what they are part of.
 *
 * @param operands float32 leaves
 * @param ours the operation
 * @param exact the same, written for float64 operands
 * @param magnitudes of the result and of each operand's gradient, from the float64 operands and a
 *     gradient of the result
 * @param roundings of those magnitudes that are allowed, in the same order
 */
record AccuracyProblem(
        List<Tensor> operands,
        Function ours,
        Function exact,
        Magnitudes magnitudes,
        List<Double> roundings) {
    /** Roundings where no chain is longer than that of a lane. */
    private static final double FEW = 3;

    /** A function of several tensors. */
    @FunctionalInterface
    interface Function {
        Tensor of(List<Tensor> operands);
    }

    /** The sums of absolute values behind a result and the gradients of its operands. */
    @FunctionalInterface
    interface Magnitudes {
        List<Tensor> of(List<Tensor> operands, Tensor upstream);
    }

    static AccuracyProblem batchNorm(Random r, Samples s) {
        int c = 1 + r.nextInt(5);
        Tensor x = data(r, s, 1 + r.nextInt(3), c, 2 + r.nextInt(60));
        return norm(new BatchNorm1d(c), x, s, new Sets(x.shape().dims(), 0, 2), 1, c, 1);
    }

    static AccuracyProblem batchNormOfFewValues(Random r, Samples s) {
        int c = 1 + r.nextInt(9);
        Tensor x = data(r, s, 2 + r.nextInt(7), c);
        return norm(new BatchNorm1d(c), x, s, new Sets(x.shape().dims(), 0), 1, c);
    }

    static AccuracyProblem layerNorm(Random r, Samples s) {
        int n = 2 + r.nextInt(300);
        Tensor x = data(r, s, 1 + r.nextInt(8), n);
        return norm(new LayerNorm(n), x, s, new Sets(x.shape().dims(), 1), 1, n);
    }

    static AccuracyProblem groupNorm(Random r, Samples s) {
        int groups = 1 + r.nextInt(4);
        int c = groups * (1 + r.nextInt(4));
        Tensor x = data(r, s, 1 + r.nextInt(3), c, 3 + r.nextInt(40));
        Sets sets = new Sets(new int[] {x.dim(0), groups, -1}, 2);
        return norm(new GroupNorm(groups, c), x, s, sets, 1, c, 1);
    }

    static AccuracyProblem instanceNorm(Random r, Samples s) {
        int c = 1 + r.nextInt(4);
        Tensor x = data(r, s, 1 + r.nextInt(3), c, 3 + r.nextInt(60));
        Norm norm = new InstanceNorm(c, InstanceNorm.DEFAULT.affine(Affine.WEIGHT_AND_BIAS));
        return norm(norm, x, s, new Sets(x.shape().dims(), 2), 1, c, 1);
    }

    static AccuracyProblem rmsNorm(Random r, Samples s) {
        int n = 2 + r.nextInt(300);
        Tensor x = data(r, s, 1 + r.nextInt(8), n);
        double eps = RMSNorm.defaults(DType.FLOAT32).eps();
        UnaryOperator<Tensor> scaled = t -> t.div(root(t, eps, 1));
        Magnitudes magnitudes = (in, dy) -> {
            Tensor z = scaled.apply(in.get(0)).abs();
            Tensor g = in.get(1).abs().mul(dy);
            Tensor gx = g.add(z.mul(g.mul(z).mean(1))).div(root(in.get(0), eps, 1));
            return List.of(z.mul(in.get(1).abs()), gx, dy.mul(z).sum(0).reshape(n));
        };
        return norm(new RMSNorm(n), x, s, in -> scaled.apply(in.get(0)).mul(in.get(1)), magnitudes);
    }

    static AccuracyProblem softmax(Random r, Samples s) {
        Fused f = Fused.of("softmax", x -> Softmax.softmax(x, 1));
        return new AccuracyProblem(
                List.of(data(r, s, 1 + r.nextInt(4), 2 + r.nextInt(40))),
                in -> f.call(in.get(0)),
                in -> shares(in.get(0)),
                (in, dy) -> {
                    Tensor p = shares(in.get(0)).mul(reach(in.get(0)));
                    return List.of(p, p.mul(dy.add(shares(in.get(0)).mul(dy).sum(1))));
                },
                List.of(FEW, FEW));
    }

    static AccuracyProblem logSoftmax(Random r, Samples s) {
        Fused f = Fused.of("log_softmax", x -> Softmax.logSoftmax(x, 1));
        return new AccuracyProblem(
                List.of(data(r, s, 1 + r.nextInt(4), 2 + r.nextInt(40))),
                in -> f.call(in.get(0)),
                in -> in.get(0).sub(in.get(0).exp().sum(1).log()),
                (in, dy) -> {
                    Tensor reach = reach(in.get(0));
                    Tensor p = shares(in.get(0)).mul(reach);
                    return List.of(reach.expand(dy.shape()), dy.add(p.mul(dy.sum(1))));
                },
                List.of(FEW, FEW));
    }

    static AccuracyProblem convolution(Random r, Samples s) {
        int from = 1 + r.nextInt(64);
        int to = 1 + r.nextInt(16);
        int k = 1 + r.nextInt(3);
        Tensor x = leaf(s.normal(2, from, 4 + r.nextInt(8), 4 + r.nextInt(8)));
        List<Tensor> operands = List.of(x, leaf(s.normal(to, from, k, k)), leaf(s.normal(to)));
        Conv.Geometry g = Conv.Geometry.of(2, 1, k / 2);
        Function conv = in -> Conv.conv(in.get(0), in.get(1), in.get(2), g);
        int positions = conv.of(operands).shape().numel() / to;
        return contraction(operands, conv, from * k * k, to * k * k, positions);
    }

    /** Of the shapes that minimal filtering computes; its errors keep to the direct form's bound. */
    static AccuracyProblem filtering(Random r, Samples s) {
        int from = 32 + r.nextInt(r.nextInt(10) == 0 ? 400 : 64);
        int to = 32 + r.nextInt(16);
        Tensor x = leaf(s.normal(1, from, 5 + r.nextInt(4), 5 + r.nextInt(4)));
        List<Tensor> operands = List.of(x, leaf(s.normal(to, from, 3, 3)));
        Conv.Geometry g = Conv.Geometry.of(2, 1, 1);
        Function conv = in -> Conv.conv(in.get(0), in.get(1), null, g);
        int positions = conv.of(operands).shape().numel() / to;
        return contraction(operands, conv, from * 9, to * 9, positions);
    }

    static AccuracyProblem linear(Random r, Samples s) {
        int n = 2 + r.nextInt(1000);
        int rows = 1 + r.nextInt(20);
        List<Tensor> operands = List.of(leaf(s.normal(rows, n)), leaf(s.normal(7, n)));
        return contraction(operands, in -> LinearMaps.linear(in.get(0), in.get(1)), n, 7, rows);
    }

    /** Products and sums only, which are their own magnitude on absolute operands. */
    private static AccuracyProblem contraction(List<Tensor> operands, Function f, int... depths) {
        List<Double> roundings = new ArrayList<>();
        for (int depth : depths) {
            roundings.add(1 + Math.sqrt(NumericContract.longestChain(depth)));
        }
        // A bias has a plain sum as its gradient.
        if (operands.size() > depths.length - 1) {
            roundings.add(FEW);
        }
        Magnitudes magnitudes = (in, dy) -> {
            List<Tensor> absolute =
                    in.stream().map(t -> t.abs().detach().requiresGrad(true)).toList();
            return resultAndGradients(f, absolute, dy);
        };
        return new AccuracyProblem(operands, f, f, magnitudes, roundings);
    }

    /**
     * Sets of values with a mean and a deviation each.
     *
     * @param view the shape in which they lie along axes
     */
    private record Sets(int[] view, int... axes) {}

    private static AccuracyProblem norm(Norm norm, Tensor x, Samples s, Sets sets, int... per) {
        double eps = norm.options().eps();
        UnaryOperator<Tensor> deviation = t -> {
            Tensor v = t.reshape(sets.view);
            return root(v.sub(v.mean(sets.axes)), eps, sets.axes);
        };
        UnaryOperator<Tensor> normalised = t -> {
            Tensor v = t.reshape(sets.view);
            return v.sub(v.mean(sets.axes))
                    .div(deviation.apply(t))
                    .reshape(t.shape().dims());
        };
        Function exact = in -> normalised
                .apply(in.get(0))
                .mul(in.get(1).reshape(per))
                .add(in.get(2).reshape(per));
        Magnitudes magnitudes = (in, dy) -> {
            // A value and the mean, in deviations: near the mean they cancel.
            Tensor xh = normalised.apply(in.get(0)).abs().add(1).detach();
            List<Tensor> affine = List.of(
                    in.get(1).abs().detach().requiresGrad(true),
                    in.get(2).abs().detach().requiresGrad(true));
            List<Tensor> all = new ArrayList<>(resultAndGradients(
                    p -> xh.mul(p.get(0).reshape(per)).add(p.get(1).reshape(per)), affine, dy));
            Tensor g = in.get(1).abs().reshape(per).mul(dy).reshape(sets.view);
            Tensor v = xh.reshape(sets.view);
            Tensor gx = g.add(g.mean(sets.axes)).add(v.mul(g.mul(v).mean(sets.axes)));
            all.add(1, gx.div(deviation.apply(in.get(0))).reshape(dy.shape().dims()));
            return all;
        };
        return norm(norm, x, s, exact, magnitudes);
    }

    private static AccuracyProblem norm(
            Norm norm, Tensor x, Samples s, Function exact, Magnitudes magnitudes) {
        norm.parameters().forEach(p -> p.assign(s.normal(p.shape().dims()).cast(DType.FLOAT32)));
        List<Tensor> operands = new ArrayList<>(List.of(x));
        operands.addAll(norm.parameters());
        return new AccuracyProblem(
                operands,
                in -> norm.forward(in.get(0), Activation.NONE),
                exact,
                magnitudes,
                List.of(FEW, FEW, FEW, FEW));
    }

    private static Tensor root(Tensor t, double eps, int... axes) {
        return t.square().mean(axes).add(eps).sqrt();
    }

    private static Tensor shares(Tensor x) {
        Tensor e = x.exp();
        return e.div(e.sum(1));
    }

    /** How far exponents reach: an argument's rounding is that of its power's relative error. */
    private static Tensor reach(Tensor x) {
        return x.max(1).sub(x.min(1)).add(1);
    }

    /** Of some mean, mostly small against the deviation. */
    private static Tensor data(Random r, Samples s, int... shape) {
        double mean = r.nextInt(3) == 0 ? 3 * r.nextGaussian() : 0;
        return leaf(s.normal(shape).mul(0.5 + r.nextDouble()).add(mean));
    }

    private static Tensor leaf(Tensor t) {
        return t.cast(DType.FLOAT32).detach().requiresGrad(true);
    }

    /** The result and the gradient of each operand. */
    static List<Tensor> resultAndGradients(Function f, List<Tensor> operands, Tensor upstream) {
        Tensor y = f.of(operands);
        List<Tensor> all = new ArrayList<>(List.of(y));
        all.addAll(Tensor.grad(List.of(y), operands, List.of(upstream), false));
        return all;
    }
}
