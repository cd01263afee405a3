package org.fusegrad.ops;

import static org.fusegrad.ops.Constants.like;
import static org.fusegrad.ops.Constants.replace;

import org.fusegrad.Tensor;

/**
 * Losses of a prediction against a target of the same shape; neither is broadcast against the
 * other. Predictions are floating; targets are of their type, or integers or truth values.
 * Classification: {@link CrossEntropy}.
 *
 * <p>Each throws {@link IllegalArgumentException} if shapes or types do not fit. Of no elements the
 * sum is 0 and the mean NaN, as in PyTorch.
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
        return reduction.apply(difference("mse", x, target).square());
    }

    /** Absolute differences; the slope at 0 is 0. */
    public static Tensor l1(Tensor x, Tensor target, Reduction reduction) {
        return reduction.apply(difference("l1", x, target).abs());
    }

    /**
     * d²/(2 beta) below beta, |d| - beta/2 above (Girshick 2015). PyTorch's default beta is 1.
     *
     * @throws IllegalArgumentException if beta is negative or not finite
     */
    public static Tensor smoothL1(Tensor x, Tensor target, double beta, Reduction reduction) {
        LossInputs.requireFinite("smoothL1: beta", beta, false);
        Tensor d = difference("smoothL1", x, target);
        return reduction.apply(beta == 0 ? d.abs() : bowl(d, beta).div(beta));
    }

    /**
     * d²/2 up to delta, delta (|d| - delta/2) above (Huber 1964). PyTorch's default delta is 1.
     *
     * @throws IllegalArgumentException if delta is not positive or not finite
     */
    public static Tensor huber(Tensor x, Tensor target, double delta, Reduction reduction) {
        LossInputs.requireFinite("huber: delta", delta, true);
        return reduction.apply(bowl(difference("huber", x, target), delta));
    }

    /**
     * Binary cross entropy of logits against probabilities, without over- or underflow; 0 where an
     * infinite logit is right for certain.
     */
    public static Tensor bceWithLogits(Tensor x, Tensor target, Reduction reduction) {
        LossInputs in = LossInputs.of("bceWithLogits", x, target);
        return reduction.apply(binary(in, in.target()));
    }

    /**
     * As {@link #bceWithLogits(Tensor, Tensor, Reduction)}, positives counting {@code posWeight}
     * times.
     *
     * @param posWeight broadcasts to the shape of x, usually (C)
     */
    public static Tensor bceWithLogits(
            Tensor x, Tensor target, Tensor posWeight, Reduction reduction) {
        LossInputs in = LossInputs.of("bceWithLogits", x, target);
        LossInputs.requireFactor("bceWithLogits", "posWeight", posWeight, x);
        return reduction.apply(binary(in, posWeight.mul(in.target())));
    }

    /** Misses of positives and of negatives, both of which are sums of positive terms. */
    private static Tensor binary(LossInputs in, Tensor positives) {
        Tensor missed = weighted(positives, Activations.logSigmoid(in.x()).neg());
        Tensor alarms = Activations.logSigmoid(in.x().neg()).neg();
        return weighted(in.target().rsub(1), alarms).add(missed);
    }

    /**
     * Kullback-Leibler divergence of log-probabilities x from a target distribution, element by
     * element: target (log target - x), 0 where the target is 0, also if x is -∞ there.
     *
     * @param logTarget whether the target holds logarithms too
     */
    public static Tensor klDiv(Tensor x, Tensor target, boolean logTarget, Reduction reduction) {
        LossInputs in = LossInputs.of("klDiv", x, target);
        Tensor t = in.target();
        if (logTarget) {
            Tensor share = t.exp();
            return reduction.apply(share.mul(replace(share.eq(0), 0, t.sub(x))));
        }
        Tensor none = t.eq(0);
        Tensor own = none.where(like(x, 0), t.mul(replace(none, 1, t).log()));
        return reduction.apply(own.add(weighted(t, x.neg())));
    }

    /**
     * share · cost, and 0 where the share is 0 though the cost is infinite: what cannot happen
     * costs nothing. Neither value nor slope is 0 · ∞ there.
     */
    static Tensor weighted(Tensor share, Tensor cost) {
        Tensor impossible = share.eq(0).and(cost.eq(Double.POSITIVE_INFINITY));
        return share.mul(replace(impossible, 0, cost));
    }

    /** d²/2 up to |d| = width, continued by its tangent; the square never sees a large d. */
    private static Tensor bowl(Tensor d, double width) {
        Tensor size = d.abs();
        Tensor far = size.gt(width);
        Tensor square = replace(far, 0, d).square().mul(0.5);
        return far.where(size.sub(0.5 * width).mul(width), square);
    }

    private static Tensor difference(String loss, Tensor x, Tensor target) {
        LossInputs in = LossInputs.of(loss, x, target);
        return in.x().sub(in.target());
    }
}
