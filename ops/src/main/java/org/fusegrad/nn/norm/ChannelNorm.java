package org.fusegrad.nn.norm;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.fusegrad.DType;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Init;

/**
 * What layers with one set of parameters, and perhaps running statistics, for each channel share.
 */
public abstract class ChannelNorm extends Norm {
    private final int channels;
    private final Optional<RunningStatistics> running;

    protected ChannelNorm(String name, int channels, NormOptions options) {
        super(name, options, channels);
        this.channels = channels;
        this.running = options.trackRunningStats() ? Optional.of(statistics()) : Optional.empty();
    }

    private RunningStatistics statistics() {
        DType dtype = options().dtype();
        return new RunningStatistics(
                buffer("running_mean", Init.full(0, dtype, channels)),
                buffer("running_var", Init.full(1, dtype, channels)),
                buffer("num_batches_tracked", Tensor.scalar(0, DType.INT64)),
                options());
    }

    public final int channels() {
        return channels;
    }

    /** Whether this forward takes statistics from the input, not from the running ones. */
    protected final boolean usesInputStatistics() {
        return running.isEmpty() || movesStatistics();
    }

    /** The input normalised with running statistics: a fixed affine map of each channel. */
    protected final Tensor withRunningStatistics(Tensor x) {
        int[] c = perChannel(x);
        RunningStatistics r = running.orElseThrow();
        return x.sub(r.mean(c)).div(r.variance(c).add(options().eps()).sqrt()).named("xh");
    }

    @Override
    public ChannelMap channelMap() {
        if (running.isEmpty()) {
            return new ChannelMap.Varying("keeps no running statistics");
        }
        return usesInputStatistics()
                ? new ChannelMap.Varying("is in training mode: call eval() or freezeStatistics()")
                : running.get().map(this);
    }

    /** Lets running statistics, if kept, take in those of a step of training. */
    protected final void track(Tensor mean, Tensor unbiasedVariance) {
        if (movesStatistics()) {
            running.ifPresent(r -> r.update(mean, unbiasedVariance));
        }
    }

    /** The shape (1, C, 1, ...) that broadcasts against x. */
    protected final int[] perChannel(Tensor x) {
        int[] shape = new int[x.rank()];
        Arrays.fill(shape, 1);
        shape[1] = channels;
        return shape;
    }

    /** All axes of x from {@code first} on, but the channels. */
    protected static int[] axesFrom(int first, Tensor x) {
        return IntStream.range(first, x.rank()).filter(i -> i != 1).toArray();
    }

    /** Refuses inputs of another rank or number of channels. */
    protected final void checkChannels(Tensor x, int minRank, int maxRank) {
        if (x.rank() < minRank || x.rank() > maxRank) {
            String ranks = minRank == maxRank ? "" + minRank : minRank + " to " + maxRank;
            throw refusal(
                    x,
                    "it has rank " + x.rank() + ", not " + ranks,
                    "channels are axis 1 after the batch");
        }
        if (x.dim(1) != channels) {
            throw refusal(
                    x,
                    "it has " + x.dim(1) + " channels, not " + channels,
                    "channels are axis 1, and a channels-last tensor needs permuting");
        }
    }

    /** Refuses inputs whose own statistics are wanted but are of single values. */
    protected final void checkCount(Tensor x, int count) {
        if (usesInputStatistics() && x.shape().numel() > 0 && count == 1) {
            throw refusal(
                    x,
                    "each statistic would be of one value, which has no variance",
                    "use a larger batch or image, freezeStatistics() or eval()");
        }
    }

    @Override
    public Map<String, String> conventions() {
        Map<String, String> all = new TreeMap<>(super.conventions());
        if (running.isPresent()) {
            NormOptions o = options();
            all.put("momentum", o.cumulative() ? "cumulative" : Double.toString(o.momentum()));
            all.put("momentum_weighs", "new value");
            all.put("running_var", "unbiased");
        }
        return all;
    }

    @Override
    public String toString() {
        return super.toString() + "(" + channels + ")";
    }
}
