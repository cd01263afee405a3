package org.fusegrad.cli;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.fusegrad.DType;
import org.fusegrad.Tensor;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;

/** RMS norm of images: over channels and space of each sample, with weight and bias per channel. */
final class ImageRmsNorm extends Norm {
    private static final NormOptions OPTIONS =
            RMSNorm.defaults(DType.FLOAT32).eps(1e-5).affine(Affine.WEIGHT_AND_BIAS);

    private final int channels;

    ImageRmsNorm(int channels) {
        super("rms_norm", OPTIONS, channels);
        this.channels = channels;
    }

    @Override
    protected Tensor normalize(Tensor x) {
        Tensor square = x.square().mean(IntStream.range(1, x.rank()).toArray()).named("ms");
        int[] perChannel = new int[x.rank()];
        Arrays.fill(perChannel, 1);
        perChannel[1] = channels;
        return affine(x.div(square.add(options().eps()).sqrt()).named("xh"), perChannel);
    }

    @Override
    protected void check(Tensor x) {
        if (x.rank() < 2 || x.dim(1) != channels) {
            throw refusal(
                    x,
                    "it has not " + channels + " channels on axis 1",
                    "a channels-last tensor needs permuting");
        }
    }
}
