package org.fusegrad.nn.norm;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Init;
import org.fusegrad.type.DType;

/**
 * The base of layers with parameters, and perhaps running statistics, for each channel.
 */
public abstract class ChannelNorm extends Norm {
    private final int channels;
    private final Optional<RunningStatistics> running;

    protected ChannelNorm(String name, int channels, NormOptions options) {
        this(name, channels, options, "running_var");
    }

    /** With another running statistic than the variance; see {@link #runningDeviation}. */
    ChannelNorm(String name, int channels, NormOptions options, String spread) {
        super(name, options, channels);
        this.channels = channels;
        this.running =
                options.trackRunningStats() ? Optional.of(statistics(spread)) : Optional.empty();
    }

    private RunningStatistics statistics(String spread) {
        DType dtype = options().dtype();
        return new RunningStatistics(
                buffer("running_mean", Init.full(0, dtype, channels)),
                buffer(spread, Init.full(1, dtype, channels)),
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
        return x.sub(runningMean(x)).div(runningDeviation(x)).named("xh");
    }

    /** (1, C, 1, ...), before this step. */
    final Tensor runningMean(Tensor x) {
        return running.orElseThrow().mean(perChannel(x));
    }

    /** The running variance, or what is kept in its place; (1, C, 1, ...), before this step. */
    final Tensor runningSpread(Tensor x) {
        return running.orElseThrow().spread(perChannel(x));
    }

    /** What centred values are divided by; (1, C, 1, ...), before this step. */
    Tensor runningDeviation(Tensor x) {
        return runningSpread(x).add(options().eps()).sqrt();
    }

    @Override
    public final RunningValues running() {
        return running.map(r -> r.values(this)).orElse(RunningValues.NONE);
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

    /** The step of training this is, from 1 on. */
    final Tensor step() {
        return running.orElseThrow().steps().add(1);
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

    /** Values of a channel, over batch and space. */
    protected final int count(Tensor x) {
        return x.shape().numel() / Math.max(1, channels);
    }

    /**
     * Refuses inputs whose own statistics are wanted but are of single values.
     *
     * @param more what would have more values, for the message
     */
    protected final void checkCount(Tensor x, int count, String more) {
        if (usesInputStatistics()) {
            requireSeveral(x, count, more);
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
