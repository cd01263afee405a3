package org.fusegrad.nn.norm;

/** {@link BatchNorm} of (N, C, D, H, W). */
public final class BatchNorm3d extends BatchNorm {
    /** With {@link NormOptions#DEFAULT}. */
    public BatchNorm3d(int channels) {
        this(channels, NormOptions.DEFAULT);
    }

    public BatchNorm3d(int channels, NormOptions options) {
        super(channels, options, 5, 5);
    }
}
