package org.fusegrad.nn.norm;

import java.util.Arrays;
import java.util.List;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * Count, mean and sum of squared deviations of the channels of some values, in float64; those of
 * parts are combined without cancellation (Chan, Golub and LeVeque 1979).
 */
record Moments(long count, double[] mean, double[] squares) {
    private static final Fused OF = Fused.ofAll("moments", in -> {
        Tensor x = in.get(0).cast(DType.FLOAT64);
        int[] axes = ChannelNorm.axesFrom(0, x);
        Tensor mean = x.mean(axes);
        return List.of(mean, x.sub(mean).square().sum(axes));
    });

    static Moments none(int channels) {
        return new Moments(0, new double[channels], new double[channels]);
    }

    /** Of the channels, axis 1, of some values. */
    static Moments of(Tensor x) {
        List<Tensor> both = OF.callAll(x.detach());
        long count = x.shape().numel() / Math.max(1, x.dim(1));
        return new Moments(count, both.get(0).toDoubles(), both.get(1).toDoubles());
    }

    Moments and(Moments other) {
        if (other.count == 0) {
            return this;
        }
        long n = count + other.count;
        double share = (double) other.count / n;
        double[] m = new double[mean.length];
        double[] s = new double[mean.length];
        for (int c = 0; c < m.length; c++) {
            double apart = other.mean[c] - mean[c];
            m[c] = mean[c] + apart * share;
            s[c] = squares[c] + other.squares[c] + apart * apart * count * share;
        }
        return new Moments(n, m, s);
    }

    /** The mean of the squared deviations. */
    double[] variance() {
        return Arrays.stream(squares).map(s -> s / count).toArray();
    }
}
