package org.fusegrad.nn.norm;

/**
 * The windows over which moving average batch normalization takes its averages.
 *
 * @param batch samples that share one statistic: a batch of {@link MABN2d}, a group of
 *     {@link MABNGroups2d}
 * @param realBatch samples of the batch to be simulated, a multiple of it
 * @param keep weight of the old running variance
 * @param warmup first step past the warm-up
 * @param clip bound of the correction, from 1 / clip to clip
 * @param clipFrom last step without correction, if after the warm-up; {@link MABN2d} only
 */
public record MABNWindow(
        int batch, int realBatch, double keep, int warmup, double clip, int clipFrom) {
    /** Keep 0.98, warm-up 100, correction within 1/5 to 5 after step 1000. */
    public static MABNWindow of(int batch, int realBatch) {
        return new MABNWindow(batch, realBatch, 0.98, 100, 5, 1000);
    }

    public MABNWindow {
        if (batch < 1 || realBatch < batch || realBatch % batch != 0) {
            throw new IllegalArgumentException("MABN: the simulated batch of " + realBatch
                    + " must be a multiple of the real one of " + batch);
        }
        if (!(keep >= 0 && keep <= 1)) {
            throw new IllegalArgumentException(
                    "MABN: keep, the weight of the old value, must be within 0..1, got " + keep);
        }
        if (!(clip >= 1) || Double.isInfinite(clip)) {
            throw new IllegalArgumentException(
                    "MABN: clip, the bound of the correction, must be finite and at least 1, got "
                            + clip);
        }
        if (warmup < 0 || clipFrom < 0) {
            throw new IllegalArgumentException("MABN: steps must not be negative, got warmup "
                    + warmup + " and clipFrom " + clipFrom);
        }
    }

    public MABNWindow keep(double value) {
        return new MABNWindow(batch, realBatch, value, warmup, clip, clipFrom);
    }

    public MABNWindow warmup(int value) {
        return new MABNWindow(batch, realBatch, keep, value, clip, clipFrom);
    }

    public MABNWindow clipFrom(int value) {
        return new MABNWindow(batch, realBatch, keep, warmup, clip, value);
    }

    /** Statistics in the window. */
    public int size() {
        return realBatch / batch;
    }
}
