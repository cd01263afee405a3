package org.fusegrad.nn.norm;

/** {@link BatchNorm} of (N, C, H, W). */
public final class BatchNorm2d extends BatchNorm {
    /** With {@link NormOptions#DEFAULT}. */
    public BatchNorm2d(int channels) {
        this(channels, NormOptions.DEFAULT);
    }

    public BatchNorm2d(int channels, NormOptions options) {
        super(channels, options, 4, 4);
    }
}
