package org.fusegrad.nn.norm;

import java.util.Map;
import java.util.TreeMap;
import org.fusegrad.State;
import org.fusegrad.Tensor;

/**
 * Batch renormalization (Ioffe 2017): batch normalization whose training output is brought near to
 * what evaluation will yield. With the deviation s of the batch and the running values before the
 * step,
 *
 * <pre>
 * r = clip(s / running_std, 1 / rmax, rmax)
 * d = clip((mean - running_mean) / running_std, -dmax, dmax)
 * y = ((x - mean) / s * r + d) * weight + bias
 * </pre>
 *
 * <p>No gradient flows through r and d. Where nothing is clipped this is the formula of evaluation;
 * with rmax 1 and dmax 0 it is batch normalization. The running values are averages of mean and
 * standard deviation, eps inside its root; the counter of steps is the step of the schedule.
 */
public abstract class BatchRenorm extends ChannelNorm {
    /** As other norms, with the paper's momentum of 0.01. */
    public static final NormOptions DEFAULT = NormOptions.DEFAULT.momentum(0.01);

    private final RenormSchedule schedule;
    private final int minRank;
    private final int maxRank;

    BatchRenorm(
            int channels, NormOptions options, RenormSchedule schedule, int minRank, int maxRank) {
        super("batch_renorm", channels, options, "running_std");
        if (!options.trackRunningStats()) {
            throw new IllegalArgumentException(
                    this + " corrects by running statistics; leave trackRunningStats on");
        }
        this.schedule = schedule;
        this.minRank = minRank;
        this.maxRank = maxRank;
    }

    @Override
    protected Tensor normalize(Tensor x) {
        Tensor xh = usesInputStatistics() ? renormalize(x) : withRunningStatistics(x);
        return affine(xh, perChannel(x));
    }

    private Tensor renormalize(Tensor x) {
        if (isEmpty(x)) {
            return x;
        }
        int[] axes = axesFrom(0, x);
        Tensor mean = x.mean(axes).named("mean");
        Tensor centred = x.sub(mean).named("xc");
        Tensor s = centred.square().mean(axes).add(options().eps()).sqrt().named("s");

        Tensor running = runningDeviation(x);
        Tensor rmax = schedule.rmax(step(), options().dtype());
        Tensor dmax = schedule.dmax(step(), options().dtype());
        Tensor scale = s.div(running);
        Tensor r = scale.maximum(rmax.reciprocal()).minimum(rmax).detach().named("r");
        Tensor shift = mean.sub(runningMean(x)).div(running);
        Tensor d = shift.maximum(dmax.neg()).minimum(dmax).detach().named("d");
        Observer.publish(Observables.CORRECTION, () -> r);
        Observer.publish(Observables.SHIFT, () -> d);
        Observer.publish(
                Observables.CLIPPED,
                () -> r.ne(scale).or(d.ne(shift)).cast(options().dtype()));
        track(mean, s);
        return centred.div(s).named("xh").mul(r).add(d);
    }

    @Override
    final Tensor runningDeviation(Tensor x) {
        return runningSpread(x);
    }

    @Override
    protected final double[] deviations(State spread) {
        return spread.get().toDoubles();
    }

    public final RenormSchedule schedule() {
        return schedule;
    }

    @Override
    protected final void check(Tensor x) {
        checkChannels(x, minRank, maxRank);
        checkCount(x, count(x), "a larger batch or image");
    }

    @Override
    public Map<String, String> conventions() {
        Map<String, String> all = new TreeMap<>(super.conventions());
        all.remove("running_var");
        all.put("running_std", "biased, eps inside the root");
        return all;
    }
}
