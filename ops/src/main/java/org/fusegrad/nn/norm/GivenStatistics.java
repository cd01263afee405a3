package org.fusegrad.nn.norm;

import java.util.Arrays;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;

/**
 * Mean and variance that a batch norm is given instead of taking them from its input. They are
 * leaves: what the loss gains by them is collected, over as many inputs as share them, and handed
 * on to each of these inputs afterwards. So the derivative of the statistics is derived, too.
 */
final class GivenStatistics {
    private final Tensor mean;
    private final Tensor restOfMean;
    private final Tensor variance;
    private final Tensor gainOfMean;
    private final Tensor gainOfVariance;
    private final Fused share = Fused.of("share_of_statistics", this::share);

    GivenStatistics(int channels) {
        mean = zeros(channels);
        restOfMean = zeros(channels);
        variance = zeros(channels);
        gainOfMean = zeros(channels);
        gainOfVariance = zeros(channels);
    }

    private static Tensor zeros(int channels) {
        return Tensor.of(new double[channels], channels);
    }

    void set(Moments all) {
        // The mean as two numbers that float32 can hold, so that it takes away no digits.
        double[] high = Arrays.stream(all.mean()).map(m -> (float) m).toArray();
        double[] low = all.mean().clone();
        Arrays.setAll(low, c -> low[c] - high[c]);
        assign(mean, high);
        assign(restOfMean, low);
        assign(variance, all.variance());
    }

    /** Sets what the loss gains by each mean and variance of {@code count} values. */
    void setGains(double[] byMean, double[] byVariance, long count) {
        assign(gainOfMean, Arrays.stream(byMean).map(g -> g / count).toArray());
        assign(gainOfVariance, Arrays.stream(byVariance).map(g -> g / count).toArray());
    }

    private static void assign(Tensor leaf, double[] values) {
        leaf.assign(Tensor.of(values, values.length));
    }

    void collect(boolean on) {
        mean.requiresGrad(on);
        variance.requiresGrad(on);
    }

    Tensor mean() {
        return mean;
    }

    Tensor variance() {
        return variance;
    }

    /** The formula of a batch norm around these. */
    Tensor standardize(Tensor x, double eps, int[] c) {
        Tensor deviation = variance.reshape(c).add(eps).sqrt().cast(x.dtype());
        return centred(x, c).div(deviation).named("xh");
    }

    private static Tensor fit(Tensor values, Tensor x, int[] c) {
        return values.reshape(c).cast(x.dtype());
    }

    private Tensor centred(Tensor x, int[] c) {
        return x.sub(fit(mean, x, c)).sub(fit(restOfMean, x, c)).named("xc");
    }

    /** A scalar whose derivative by x is what x gains by having moved the statistics. */
    Tensor shareOf(Tensor x) {
        return share.call(x);
    }

    private Tensor share(Tensor stored) {
        Tensor x = stored.cast(stored.dtype().compute());
        int[] c = new int[x.rank()];
        Arrays.fill(c, 1);
        c[1] = x.dim(1);
        Tensor byMean = x.mul(fit(gainOfMean, x, c));
        Tensor byVariance = centred(x, c).square().mul(fit(gainOfVariance, x, c));
        return byMean.add(byVariance).sumAll();
    }
}
