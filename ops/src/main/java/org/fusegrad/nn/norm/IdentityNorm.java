package org.fusegrad.nn.norm;

import org.fusegrad.Tensor;

/** No normalization, where a network has a place for one; residual and activation still fuse. */
public final class IdentityNorm extends Norm {
    public IdentityNorm() {
        super("identity", NormOptions.DEFAULT.affine(Affine.NONE));
    }

    @Override
    protected Tensor normalize(Tensor x) {
        return x;
    }

    @Override
    protected void check(Tensor x) {}

    @Override
    public ChannelMap channelMap() {
        return new ChannelMap.Varying("changes nothing");
    }
}
