package org.fusegrad.nn.norm;

import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * Moving average batch normalization as its authors trained classifiers (Yan et al., ICLR 2020):
 * the batch of (N, C, H, W) is cut into G consecutive groups of v samples, as if each were a small
 * batch of its own. Group k divides by the mean of the last G second moments up to its own: those
 * of groups 0 to k of this step and of groups k + 1 to G - 1 of the step before. The
 * <em>declared</em> backward averages its statistic over the same window of this and the last
 * backward.
 *
 * <p>At step 1, and with one group at every step, groups use their own statistic; then the declared
 * backward is the true gradient with the correction {@code r} held constant. The running second
 * moment takes in the mean over the groups, starting there at step 1.
 */
public final class MABNGroups2d extends MovingAverageNorm {
    /** With {@link NormOptions#DEFAULT}. */
    public MABNGroups2d(int channels, MABNWindow window) {
        this(channels, window, NormOptions.DEFAULT);
    }

    /**
     * A layer for training batches of {@code window.realBatch()} samples in groups of {@code
     * window.batch()}.
     */
    public MABNGroups2d(int channels, MABNWindow window, NormOptions options) {
        super("mabn_groups", channels, window, options);
    }

    @Override
    Tensor train(Tensor x, Tensor t) {
        int groups = window.size();
        Tensor grouped = x.reshape(groups, window.batch(), channels, x.dim(2), x.dim(3));
        int[] axes = {1, 3, 4};
        Tensor first = t.le(1);

        Tensor x2 = grouped.square().mean(axes);
        Tensor chi2 = first.where(x2, windows(bufferX2, x2)).detach().named("chi2");
        Tensor y = normalized(
                grouped,
                axes,
                t.ge(window.warmup()),
                chi2,
                psi -> first.where(psi, windows(bufferGz, psi)));
        Tensor mean = perChannel(chi2.mean(0));
        keep(first.where(mean, runningVar.read()), mean);
        return y.reshape(x.shape().dims());
    }

    @Override
    boolean usesOwn(double step) {
        return step <= 1;
    }

    /**
     * The mean over the window that ends at each group. From one group to the next the window gains
     * a statistic of this step and loses that of the same group in the step before.
     */
    private Tensor windows(State before, Tensor now) {
        Tensor current = now.reshape(window.size(), channels);
        Tensor last = before.read().cast(DType.FLOAT64);
        before.write(current);
        Tensor sums = current.cast(DType.FLOAT64).sub(last).cumsum(0).add(last.sum(0));
        Tensor means = sums.div(window.size()).cast(now.dtype());
        return means.reshape(now.shape().dims());
    }

    @Override
    protected void check(Tensor x) {
        super.check(x);
        if (movesStatistics() && !isEmpty(x) && x.dim(0) != window.realBatch()) {
            throw refusal(
                    x,
                    "in training its groups make up a batch of " + window.realBatch(),
                    "drop the last, smaller batch");
        }
    }
}
