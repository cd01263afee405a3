package org.fusegrad.ops;

import static org.fusegrad.ops.Constants.like;
import static org.fusegrad.ops.Constants.replace;

import org.fusegrad.Tensor;

/**
 * Losses of a prediction against a target of the same shape. Classification: {@link CrossEntropy}.
 */
public final class Losses {
    private Losses() {}

    /** Cross entropy of logits (N, C, ...) against class indices (N, ...), averaged. */
    public static Tensor crossEntropy(Tensor logits, Tensor target) {
        return CrossEntropy.DEFAULT.loss(logits, target);
    }

    /** Negative log likelihood of log-probabilities (N, C, ...), averaged. */
    public static Tensor nllLoss(Tensor logProbabilities, Tensor target) {
        return CrossEntropy.DEFAULT.nll(logProbabilities, target);
    }

    /** Squared differences. */
    public static Tensor mse(Tensor x, Tensor target, Reduction reduction) {
        return reduction.apply(difference(x, target).square());
    }

    /** Absolute differences; the slope at 0 is 0. */
    public static Tensor l1(Tensor x, Tensor target, Reduction reduction) {
        return reduction.apply(difference(x, target).abs());
    }

    /**
     * d²/(2 beta) below beta, |d| - beta/2 above (Girshick 2015). PyTorch's default beta is 1.
     *
     * @throws IllegalArgumentException if beta is negative
     */
    public static Tensor smoothL1(Tensor x, Tensor target, double beta, Reduction reduction) {
        requireNotNegative("smoothL1: beta", beta);
        if (beta == 0) {
            return l1(x, target, reduction);
        }
        return reduction.apply(bowl(difference(x, target), beta).div(beta));
    }

    /**
     * d²/2 up to delta, delta (|d| - delta/2) above (Huber 1964). PyTorch's default delta is 1.
     *
     * @throws IllegalArgumentException if delta is negative
     */
    public static Tensor huber(Tensor x, Tensor target, double delta, Reduction reduction) {
        requireNotNegative("huber: delta", delta);
        return reduction.apply(bowl(difference(x, target), delta));
    }

    /** Binary cross entropy of logits against probabilities, without over- or underflow. */
    public static Tensor bceWithLogits(Tensor x, Tensor target, Reduction reduction) {
        Tensor miss = Activations.logSigmoid(x).neg();
        return reduction.apply(target.rsub(1).mul(x).add(miss));
    }

    /**
     * As {@link #bceWithLogits(Tensor, Tensor, Reduction)}, positives counting {@code posWeight}
     * times.
     *
     * @param posWeight broadcasts against x, usually (C)
     */
    public static Tensor bceWithLogits(
            Tensor x, Tensor target, Tensor posWeight, Reduction reduction) {
        Tensor miss = Activations.logSigmoid(x).neg();
        Tensor share = posWeight.sub(1).mul(target).add(1);
        return reduction.apply(target.rsub(1).mul(x).add(share.mul(miss)));
    }

    /**
     * Kullback-Leibler divergence of log-probabilities x from a target distribution, element by
     * element: target (log target - x), 0 where the target is 0.
     *
     * @param logTarget whether the target holds logarithms too
     */
    public static Tensor klDiv(Tensor x, Tensor target, boolean logTarget, Reduction reduction) {
        if (logTarget) {
            return reduction.apply(target.exp().mul(target.sub(x)));
        }
        Tensor none = target.eq(0);
        Tensor own = none.where(like(x, 0), target.mul(replace(none, 1, target).log()));
        return reduction.apply(own.sub(target.mul(x)));
    }

    /** d²/2 up to |d| = width, continued by its tangent; the square never sees a large d. */
    private static Tensor bowl(Tensor d, double width) {
        Tensor size = d.abs();
        Tensor far = size.gt(width);
        Tensor square = replace(far, 0, d).square().mul(0.5);
        return far.where(size.sub(0.5 * width).mul(width), square);
    }

    private static Tensor difference(Tensor x, Tensor target) {
        if (!x.shape().equals(target.shape())) {
            throw new IllegalArgumentException(
                    "loss: prediction " + x.shape() + " and target " + target.shape() + " differ");
        }
        return x.sub(target);
    }

    private static void requireNotNegative(String what, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(what + " must not be negative, got " + value);
        }
    }
}
