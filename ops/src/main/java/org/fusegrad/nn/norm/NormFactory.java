package org.fusegrad.nn.norm;

/** Makes the norm of a network for a number of channels. */
@FunctionalInterface
public interface NormFactory {
    /** Batch normalization of images, with PyTorch's defaults. */
    NormFactory BATCH = BatchNorm2d::new;

    /** No normalization. */
    NormFactory NONE = channels -> new IdentityNorm();

    Norm make(int channels);
}
