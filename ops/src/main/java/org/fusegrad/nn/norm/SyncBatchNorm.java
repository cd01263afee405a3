package org.fusegrad.nn.norm;

import java.util.List;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.dist.Collective;
import org.fusegrad.dist.Shards;
import org.fusegrad.graph.BatchShard;

/**
 * {@link BatchNorm} over a batch that replicas share, of (N, C) or (N, C, spatial...) with 1 to 3
 * spatial axes: every replica normalises its own samples with the statistics of all. Replicas may
 * hold different numbers of samples, or none. Their images must be of one size: what they hold is
 * compared first, and all refuse alike before anything moves.
 *
 * <p>What they exchange are the float64 sums of each sample, taken about a common pivot, and each
 * adds those of all in order of the samples; in the derived backward likewise. With a batch in
 * row-major order and more than one channel, results, gradients and running statistics are
 * therefore those of {@link BatchNorm} on the whole batch to the last bit, however it is cut. With
 * channels last or one channel they are right to rounding. Without spatial axes a sample is its own
 * sum, so the samples themselves are exchanged.
 *
 * <p>Weight, bias and running statistics must start equal on all replicas; their gradients are
 * those of the whole batch, the same on every replica, and not to be added up again. In evaluation
 * or while frozen nothing is exchanged.
 */
public final class SyncBatchNorm extends BatchNorm {
    private final Collective among;

    /** With {@link NormOptions#DEFAULT}. */
    public SyncBatchNorm(int channels, Collective among) {
        this(channels, among, NormOptions.DEFAULT);
    }

    /**
     * The layer of one replica.
     *
     * @param among the replicas; {@link Collective#alone} makes this a plain batch norm
     */
    public SyncBatchNorm(int channels, Collective among, NormOptions options) {
        super("sync_batch_norm", channels, options, 2, 5);
        this.among = among;
    }

    @Override
    public boolean isShared() {
        return among.size() > 1 && usesInputStatistics();
    }

    @Override
    List<Tensor> call(Fused formula, Tensor... arguments) {
        if (!isShared()) {
            return super.call(formula, arguments);
        }
        Tensor x = arguments[0];
        String samples = "samples of " + formula.name() + " " + path();
        BatchShard share = Shards.of(among, samples.strip(), x.dtype(), x.shape());
        if (share.total() == 0) {
            return super.call(formula, arguments);
        }
        if (share.total() == 1) {
            throw refusal(
                    x,
                    "the replicas have one sample between them, which leaves nothing to share",
                    "use a larger batch, freezeStatistics() or eval()");
        }
        return formula.callShared(share, mode(), arguments);
    }

    @Override
    boolean takesBatchStatistics() {
        return !isShared() && super.takesBatchStatistics();
    }

    @Override
    protected void check(Tensor x) {
        if (isShared()) {
            checkChannels(x, 2, 5);
        } else {
            super.check(x);
        }
    }
}
