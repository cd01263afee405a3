package org.fusegrad.nn.norm;

import org.fusegrad.nn.WeightTransform;

/** Makes the norm of a network for a number of channels. */
@FunctionalInterface
public interface NormFactory {
    /** Batch normalization of images, with PyTorch's defaults. */
    NormFactory BATCH = BatchNorm2d::new;

    /** No normalization. */
    NormFactory NONE = channels -> new IdentityNorm();

    Norm make(int channels);

    /** What the convolutions before these norms do to their weights. */
    default WeightTransform weights() {
        return WeightTransform.NONE;
    }

    /** The same norms, after convolutions that do this to their weights. */
    default NormFactory after(WeightTransform transform) {
        NormFactory norms = this;
        return new NormFactory() {
            @Override
            public Norm make(int channels) {
                return norms.make(channels);
            }

            @Override
            public WeightTransform weights() {
                return transform;
            }
        };
    }

    /** Moving average batch normalization of images, after convolutions of centralized weights. */
    static NormFactory movingAverage(MABNWindow window) {
        NormFactory norms = channels -> new MABN2d(channels, window);
        return norms.after(WeightTransform.CENTRALIZED);
    }
}
