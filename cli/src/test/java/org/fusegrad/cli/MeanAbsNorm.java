package org.fusegrad.cli;

import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;

/** Scales each channel of (N, C, H, W) by its mean absolute value: a norm of another project. */
final class MeanAbsNorm extends Norm {
    private final int channels;
    private final State running;

    MeanAbsNorm(int channels, NormOptions options) {
        super("mean_abs_norm", options, channels);
        this.channels = channels;
        this.running = buffer("running_scale", Tensor.ones(channels).cast(options.dtype()));
    }

    @Override
    protected Tensor normalize(Tensor x) {
        int[] c = {1, channels, 1, 1};
        Tensor scale =
                movesStatistics() ? x.abs().mean(0, 2, 3) : running.read().reshape(c);
        if (movesStatistics()) {
            running.write(running.read().mul(0.9).add(scale.reshape(channels).mul(0.1)));
        }
        return affine(x.div(scale.add(options().eps())).named("xh"), c);
    }

    @Override
    protected void check(Tensor x) {
        if (x.rank() != 4 || x.dim(1) != channels) {
            throw refusal(x, "it is not (N, " + channels + ", H, W)", "permute it");
        }
    }
}
