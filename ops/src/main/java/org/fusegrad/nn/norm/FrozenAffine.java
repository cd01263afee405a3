package org.fusegrad.nn.norm;

import java.util.Arrays;
import org.fusegrad.State;
import org.fusegrad.Tensor;

/**
 * A scale and a shift of each channel of (N, C, ...) that nothing moves: what a batch norm comes
 * down to once its statistics and its learned parameters are settled, in training too.
 */
public final class FrozenAffine extends Norm {
    private final State scale;
    private final State shift;

    /**
     * With these values, rounded to the type of the options; of those nothing else matters.
     *
     * @param map of as many channels as the layer has
     */
    public FrozenAffine(ChannelMap.Fixed map, NormOptions options) {
        super("frozen_affine", options.affine(Affine.NONE));
        scale = buffer("scale", rounded(map.scale()));
        shift = buffer("shift", rounded(map.shift()));
    }

    private Tensor rounded(double[] values) {
        return Tensor.of(values, values.length).cast(options().dtype());
    }

    @Override
    protected Tensor normalize(Tensor x) {
        int[] c = new int[x.rank()];
        Arrays.fill(c, 1);
        c[1] = channels();
        return x.mul(scale.read().reshape(c)).add(shift.read().reshape(c));
    }

    private int channels() {
        return scale.get().dim(0);
    }

    @Override
    public ChannelMap channelMap() {
        return new ChannelMap.Fixed(scale.get().toDoubles(), shift.get().toDoubles());
    }

    @Override
    protected void check(Tensor x) {
        if (x.rank() < 2 || x.dim(1) != channels()) {
            throw refusal(x, "it has not " + channels() + " channels on axis 1", "permute it");
        }
    }

    @Override
    public String toString() {
        return super.toString() + "(" + channels() + ")";
    }
}
