package org.fusegrad.nn.doctor;

import java.util.List;
import java.util.stream.IntStream;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * Mean and biased variance of each channel of (N, C, ...), in float64.
 *
 * @param values elements behind each
 */
record BatchStatistics(double[] mean, double[] variance, long values) {
    private static final Fused MOMENTS = Fused.ofAll("norm_doctor", in -> {
        Tensor x = in.get(0).cast(DType.FLOAT64);
        int[] axes = IntStream.range(0, x.rank()).filter(i -> i != 1).toArray();
        Tensor mean = x.mean(axes);
        return List.of(mean, x.sub(mean).square().mean(axes));
    });

    static BatchStatistics of(Tensor x) {
        List<Tensor> moments = Tensor.noGrad(() -> MOMENTS.callAll(x.detach()));
        return new BatchStatistics(
                moments.get(0).toDoubles(),
                moments.get(1).toDoubles(),
                x.shape().numel() / Math.max(1, x.dim(1)));
    }

    double[] secondMoment() {
        return IntStream.range(0, mean.length)
                .mapToDouble(c -> variance[c] + mean[c] * mean[c])
                .toArray();
    }
}
