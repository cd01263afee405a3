package org.fusegrad.nn.norm;

/** {@link BatchRenorm} of (N, C) or (N, C, L). */
public final class BatchRenorm1d extends BatchRenorm {
    /** With {@link BatchRenorm#DEFAULT} and {@link RenormSchedule#DEFAULT}. */
    public BatchRenorm1d(int channels) {
        this(channels, DEFAULT, RenormSchedule.DEFAULT);
    }

    public BatchRenorm1d(int channels, NormOptions options, RenormSchedule schedule) {
        super(channels, options, schedule, 2, 3);
    }
}
