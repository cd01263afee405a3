package org.fusegrad.conformance.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.Reductions;

/**
 * Normalizations. ONNX's momentum weighs the old running value, and its running variance is the
 * population's.
 */
final class OnnxNorms {
    private OnnxNorms() {}

    static void register(Map<String, OnnxOp> table) {
        table.put("BatchNormalization", OnnxNorms::batch);
        table.put("InstanceNormalization", OnnxOp.of(c -> {
            Tensor x = c.x();
            int[] axes = IntStream.range(2, x.rank()).toArray();
            Tensor xh = standardized(x, c.attrs().number("epsilon", 1e-5), axes);
            return perChannel(xh, x, c.in(1), c.in(2));
        }));
        table.put("GroupNormalization", OnnxOp.of(OnnxNorms::group));
        table.put("LayerNormalization", OnnxNorms::layer);
        table.put("RMSNormalization", OnnxOp.of(c -> {
            Tensor x = c.x();
            int[] axes = trailing(x, c.attrs().integer("axis", -1));
            Tensor square = x.square().mean(axes);
            return x.div(square.add(c.attrs().number("epsilon", 1e-5)).sqrt()).mul(c.in(1));
        }));
        table.put("MeanVarianceNormalization", OnnxOp.of(c -> {
            Tensor centred = c.x().sub(c.x().mean(c.attrs().ints("axes", 0, 2, 3)));
            Tensor var = centred.square().mean(c.attrs().ints("axes", 0, 2, 3));
            return centred.div(var.sqrt().add(1e-9));
        }));
        table.put("LpNormalization", OnnxOp.of(c -> {
            Tensor norm = Reductions.pNorm(
                    c.x(), c.attrs().integer("p", 2), c.attrs().integer("axis", -1));
            Tensor zero = Tensor.scalar(0, c.x().dtype());
            return norm.eq(0).where(zero, c.x().div(norm));
        }));
    }

    private static Tensor standardized(Tensor x, double eps, int... axes) {
        Tensor centred = x.sub(x.mean(axes));
        return centred.div(centred.square().mean(axes).add(eps).sqrt());
    }

    private static Tensor perChannel(Tensor xh, Tensor x, Tensor scale, Tensor bias) {
        return xh.mul(Conv.perChannel(scale, x)).add(Conv.perChannel(bias, x));
    }

    private static int[] trailing(Tensor x, int axis) {
        return IntStream.range(x.shape().axis(axis), x.rank()).toArray();
    }

    private static List<Tensor> batch(OnnxCall c) {
        Tensor x = c.x();
        double eps = c.attrs().number("epsilon", 1e-5);
        if (!c.attrs().flag("training_mode", false)) {
            Tensor mean = Conv.perChannel(c.in(3), x);
            Tensor var = Conv.perChannel(c.in(4), x);
            Tensor xh = x.sub(mean).div(var.add(eps).sqrt());
            return List.of(perChannel(xh, x, c.in(1), c.in(2)));
        }
        int[] axes = IntStream.range(0, x.rank()).filter(i -> i != 1).toArray();
        Tensor mean = x.mean(axes);
        Tensor var = x.sub(mean).square().mean(axes);
        Tensor xh = x.sub(mean).div(var.add(eps).sqrt());
        double old = c.attrs().number("momentum", 0.9);
        return List.of(
                perChannel(xh, x, c.in(1), c.in(2)),
                c.in(3).mul(old).add(mean.reshape(-1).mul(1 - old)),
                c.in(4).mul(old).add(var.reshape(-1).mul(1 - old)));
    }

    /** Before version 21 scale and bias were per group. */
    private static Tensor group(OnnxCall c) {
        Tensor x = c.x();
        int groups = c.attrs().integer("num_groups", 1);
        int size = x.dim(1) / groups;
        int[] grouped = IntStream.concat(
                        IntStream.of(x.dim(0), groups, size),
                        Arrays.stream(x.shape().dims()).skip(2))
                .toArray();
        int[] axes = IntStream.range(2, grouped.length).toArray();
        Tensor xh = standardized(x.reshape(grouped), c.attrs().number("epsilon", 1e-5), axes)
                .reshape(x.shape().dims());
        boolean perGroup = c.opset() < 21;
        Tensor scale = perGroup ? repeated(c.in(1), size) : c.in(1);
        Tensor bias = perGroup ? repeated(c.in(2), size) : c.in(2);
        return perChannel(xh, x, scale, bias);
    }

    private static Tensor repeated(Tensor perGroup, int size) {
        int groups = perGroup.dim(0);
        return perGroup.reshape(groups, 1).expand(groups, size).reshape(groups * size);
    }

    private static List<Tensor> layer(OnnxCall c) {
        Tensor x = c.x();
        int[] axes = trailing(x, c.attrs().integer("axis", -1));
        Tensor mean = x.mean(axes);
        Tensor centred = x.sub(mean);
        Tensor scale = centred.square()
                .mean(axes)
                .add(c.attrs().number("epsilon", 1e-5))
                .rsqrt();
        Tensor y = centred.mul(scale).mul(c.in(1));
        return List.of(c.has(2) ? y.add(c.in(2)) : y, mean, scale);
    }
}
