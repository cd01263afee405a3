package org.fusegrad.nn.norm;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;

/**
 * Group normalization (Wu and He 2018): the channels of (N, C, spatial...) are cut into contiguous
 * groups, and each group of each sample is centred and scaled by its own mean and variance. Weight
 * and bias are per channel. With as many groups as channels it is {@link InstanceNorm}, and like
 * that it refuses statistics of single values, in training and in evaluation.
 */
public final class GroupNorm extends Norm {
    private final int groups;
    private final int channels;

    /** With {@link NormOptions#DEFAULT}; the paper's number of groups is 32. */
    public GroupNorm(int groups, int channels) {
        this(groups, channels, NormOptions.DEFAULT);
    }

    /**
     * Of these, eps, affine and dtype matter.
     *
     * @throws IllegalArgumentException if there are no channels or groups, or the channels are not
     *     divisible by the groups
     */
    public GroupNorm(int groups, int channels, NormOptions options) {
        super("group_norm", options, channels);
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException("GroupNorm: " + channels
                    + " channels are not divisible into " + groups + " groups");
        }
        this.groups = groups;
        this.channels = channels;
    }

    @Override
    protected Tensor normalize(Tensor x) {
        if (isEmpty(x)) {
            return affine(x, perChannel(x.rank()));
        }
        int[] grouped = IntStream.concat(
                        IntStream.of(x.dim(0), groups, channels / groups),
                        Arrays.stream(x.shape().dims()).skip(2))
                .toArray();
        int[] axes = IntStream.range(2, grouped.length).toArray();
        Tensor g = x.reshape(grouped);
        Tensor mean = g.mean(axes).named("mean");
        Tensor centred = g.sub(mean).named("xc");
        Tensor var = centred.square().mean(axes).named("var");
        Tensor xh = centred.div(var.add(options().eps()).sqrt()).named("xh");
        int[] perChannel = grouped.clone();
        perChannel[0] = 1;
        Arrays.fill(perChannel, 3, perChannel.length, 1);
        return affine(xh, perChannel).reshape(x.shape().dims());
    }

    private int[] perChannel(int rank) {
        int[] shape = new int[rank];
        Arrays.fill(shape, 1);
        shape[1] = channels;
        return shape;
    }

    @Override
    protected void check(Tensor x) {
        if (x.rank() < 2 || x.dim(1) != channels) {
            throw refusal(
                    x,
                    "it has not " + channels + " channels on axis 1",
                    "a channels-last tensor needs permuting");
        }
        int statistics = Math.max(1, x.dim(0) * groups);
        requireSeveral(x, x.shape().numel() / statistics, "fewer groups or a larger image");
    }

    @Override
    public String toString() {
        return "GroupNorm(" + groups + ", " + channels + ")";
    }
}
