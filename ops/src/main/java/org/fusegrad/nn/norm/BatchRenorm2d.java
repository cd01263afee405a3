package org.fusegrad.nn.norm;

/** {@link BatchRenorm} of (N, C, H, W). */
public final class BatchRenorm2d extends BatchRenorm {
    /** With {@link BatchRenorm#DEFAULT} and {@link RenormSchedule#DEFAULT}. */
    public BatchRenorm2d(int channels) {
        this(channels, DEFAULT, RenormSchedule.DEFAULT);
    }

    public BatchRenorm2d(int channels, NormOptions options, RenormSchedule schedule) {
        super(channels, options, schedule, 4, 4);
    }
}
