package org.fusegrad.bench.jmh;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A norm in libtorch as its users write it: one call where there is one, else operation by
 * operation as published.
 *
 * @param parameters in the order in which our layer holds them
 */
record TorchNorm(UnaryOperator<Tensor> forward, List<Tensor> parameters) {
    static final double EPS = 1e-5;

    private static final double MOMENTUM = 0.1;
    private static final TensorOptional ABSENT = new TensorOptional();

    static TorchNorm of(String norm, int channels, boolean half) {
        Tensor w = filled(1, channels).set_requires_grad(true);
        Tensor b = filled(0, channels).set_requires_grad(true);
        TensorOptional weight = new TensorOptional(w);
        TensorOptional bias = new TensorOptional(b);
        long[] last = {channels};
        return switch (norm) {
            case "in" -> new TorchNorm(TorchNorm::instanceNorm, List.of());
            case "gn:32" ->
                new TorchNorm(
                        x -> torch.group_norm(x, 32, weight, bias, EPS, false), List.of(w, b));
            case "ln" ->
                new TorchNorm(
                        x -> torch.layer_norm(x, last, weight, bias, EPS, false), List.of(w, b));
            case "rms" -> {
                // Its own kernel wants the weight in the type of the input.
                Tensor typed = half ? w.detach().to(torch.ScalarType.BFloat16) : w;
                TensorOptional own = new TensorOptional(typed.set_requires_grad(true));
                DoubleOptional eps = new DoubleOptional(EPS);
                yield new TorchNorm(x -> torch.rms_norm(x, last, own, eps), List.of(typed));
            }
            case "iebn" -> instanceEnhanced(channels, w, b);
            default -> new TorchNorm(batchNorm(channels, weight, bias), List.of(w, b));
        };
    }

    private static Tensor instanceNorm(Tensor x) {
        return torch.instance_norm(x, ABSENT, ABSENT, ABSENT, ABSENT, true, MOMENTUM, EPS, false);
    }

    private static UnaryOperator<Tensor> batchNorm(
            int channels, TensorOptional weight, TensorOptional bias) {
        TensorOptional mean = new TensorOptional(filled(0, channels));
        TensorOptional variance = new TensorOptional(filled(1, channels));
        return x -> torch.batch_norm(x, weight, bias, mean, variance, true, MOMENTUM, EPS, false);
    }

    /** Liang et al., AAAI 2020: the weight scaled by an attention taken of the raw input. */
    private static TorchNorm instanceEnhanced(int channels, Tensor w, Tensor b) {
        Tensor readjustWeight = filled(0, channels).set_requires_grad(true);
        Tensor readjustBias = filled(-1, channels).set_requires_grad(true);
        UnaryOperator<Tensor> standardize = batchNorm(channels, ABSENT, ABSENT);
        long[] c = {1, channels, 1, 1};
        UnaryOperator<Tensor> forward = x -> {
            Tensor pooled = x.mean(new long[] {2, 3}, true, new ScalarTypeOptional());
            Tensor attention =
                    pooled.mul(readjustWeight.view(c)).add(readjustBias.view(c)).sigmoid();
            Tensor scaled = standardize.apply(x).mul(attention);
            return scaled.mul(w.view(c)).add(b.view(c));
        };
        return new TorchNorm(forward, List.of(w, b, readjustWeight, readjustBias));
    }

    /** A float32 tensor of n equal values. */
    static Tensor filled(float value, int n) {
        float[] v = new float[n];
        Arrays.fill(v, value);
        return tensor(v, n);
    }

    /** A float32 tensor with a copy of these values. */
    static Tensor tensor(float[] values, int... shape) {
        long[] sizes = Arrays.stream(shape).asLongStream().toArray();
        try (FloatPointer p = new FloatPointer(values)) {
            return torch.from_blob(p, sizes).clone();
        }
    }

    /** The values, compared in float64. */
    static double[] values(Tensor t) {
        float[] v = new float[Math.toIntExact(t.numel())];
        t.detach().to(torch.ScalarType.Float).contiguous().data_ptr_float().get(v);
        double[] wide = new double[v.length];
        Arrays.setAll(wide, i -> v[i]);
        return wide;
    }
}
