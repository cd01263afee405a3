package org.fusegrad.nn.norm;

import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * The limits within which batch renormalization may correct a batch, by the number of the training
 * step, from 1. Until {@code start} it does not (scale 1, shift 0, plain batch normalization); from
 * there the bounds grow along straight lines.
 *
 * @param start last step without correction
 * @param rmax final bound of the scale, which lies within 1 / rmax to rmax
 * @param rmaxAt step at which it is reached
 * @param dmax final bound of the shift, which lies within -dmax to dmax
 * @param dmaxAt step at which it is reached
 */
public record RenormSchedule(int start, double rmax, int rmaxAt, double dmax, int dmaxAt) {
    /** The paper's: from step 5,000, to 3 at 40,000 and to 5 at 25,000. */
    public static final RenormSchedule DEFAULT = new RenormSchedule(5_000, 3, 40_000, 5, 25_000);

    public RenormSchedule {
        if (start < 0 || rmaxAt < start || dmaxAt < start || !within(rmax, 1) || !within(dmax, 0)) {
            throw new IllegalArgumentException("batch renormalization: the bounds " + rmax + " at "
                    + rmaxAt + " and " + dmax + " at " + dmaxAt + " must be finite, at least 1"
                    + " and 0, and reached no earlier than step " + start
                    + ", which is not negative");
        }
    }

    private static boolean within(double bound, double least) {
        return bound >= least && !Double.isInfinite(bound);
    }

    /** The same bounds from the first step on. */
    public static RenormSchedule constant(double rmax, double dmax) {
        return new RenormSchedule(0, rmax, 0, dmax, 0);
    }

    /** The bound of the scale at a step, an integer scalar. */
    public Tensor rmax(Tensor step, DType dtype) {
        return reached(step, rmaxAt).mul(rmax - 1).add(1).cast(dtype);
    }

    /** The bound of the shift at a step, an integer scalar. */
    public Tensor dmax(Tensor step, DType dtype) {
        return reached(step, dmaxAt).mul(dmax).cast(dtype);
    }

    /** Share of the way from the start to a step, within 0 to 1. */
    private Tensor reached(Tensor step, int at) {
        Tensor past = step.cast(DType.FLOAT64).sub(start);
        return past.div(Math.max(1, at - start)).maximum(0).minimum(1);
    }
}
