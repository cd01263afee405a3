package org.fusegrad.nn.norm;

import java.util.Objects;
import org.fusegrad.type.DType;

/**
 * Settings of a normalization layer; a layer reads those that concern it.
 *
 * @param eps added to the variance; with 0, values that are all equal become NaN
 * @param momentum weight of the new value in running statistics
 * @param cumulative running statistics are the plain average of all steps; momentum does not count
 * @param affine learned parameters
 * @param trackRunningStats keep running statistics for evaluation; without, the input's own are
 *     used
 * @param dtype of parameters and states; half-precision inputs want float32
 */
public record NormOptions(
        double eps,
        double momentum,
        boolean cumulative,
        Affine affine,
        boolean trackRunningStats,
        DType dtype) {
    /** eps 1e-5, momentum 0.1, weight and bias, running statistics, float32. */
    public static final NormOptions DEFAULT =
            new NormOptions(1e-5, 0.1, false, Affine.WEIGHT_AND_BIAS, true, DType.FLOAT32);

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if eps is negative, infinite or NaN, momentum is not within
     *     0..1, or the type is neither float32 nor float64
     */
    public NormOptions {
        if (!(eps >= 0) || Double.isInfinite(eps)) {
            throw new IllegalArgumentException(
                    "normalization: eps must be finite and not negative, got " + eps);
        }
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException("normalization: momentum, the weight of the new"
                    + " value, must be within 0..1, got " + momentum);
        }
        Objects.requireNonNull(affine, "normalization: affine is null; Affine.NONE is none");
        Objects.requireNonNull(dtype, "normalization: the type is null");
        if (!dtype.isFloating() || dtype.isHalf()) {
            throw new IllegalArgumentException(
                    "normalization: parameters are float32 or float64, not " + dtype);
        }
    }

    public NormOptions eps(double value) {
        return new NormOptions(value, momentum, cumulative, affine, trackRunningStats, dtype);
    }

    public NormOptions momentum(double value) {
        return new NormOptions(eps, value, false, affine, trackRunningStats, dtype);
    }

    /** Running statistics as the plain average of all steps. */
    public NormOptions cumulativeAverage() {
        return new NormOptions(eps, momentum, true, affine, trackRunningStats, dtype);
    }

    public NormOptions affine(Affine value) {
        return new NormOptions(eps, momentum, cumulative, value, trackRunningStats, dtype);
    }

    public NormOptions trackRunningStats(boolean value) {
        return new NormOptions(eps, momentum, cumulative, affine, value, dtype);
    }

    public NormOptions dtype(DType value) {
        return new NormOptions(eps, momentum, cumulative, affine, trackRunningStats, value);
    }
}
