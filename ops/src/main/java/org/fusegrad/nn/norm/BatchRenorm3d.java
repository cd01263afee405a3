package org.fusegrad.nn.norm;

/** {@link BatchRenorm} of (N, C, D, H, W). */
public final class BatchRenorm3d extends BatchRenorm {
    /** With {@link BatchRenorm#DEFAULT} and {@link RenormSchedule#DEFAULT}. */
    public BatchRenorm3d(int channels) {
        this(channels, DEFAULT, RenormSchedule.DEFAULT);
    }

    public BatchRenorm3d(int channels, NormOptions options, RenormSchedule schedule) {
        super(channels, options, schedule, 5, 5);
    }
}
