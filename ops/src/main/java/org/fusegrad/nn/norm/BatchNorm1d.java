package org.fusegrad.nn.norm;

/** {@link BatchNorm} of (N, C) or (N, C, L). */
public final class BatchNorm1d extends BatchNorm {
    /** With {@link NormOptions#DEFAULT}. */
    public BatchNorm1d(int channels) {
        this(channels, NormOptions.DEFAULT);
    }

    public BatchNorm1d(int channels, NormOptions options) {
        super(channels, options, 2, 3);
    }
}
