package org.fusegrad.ops;

import static org.fusegrad.ops.Constants.replace;

import java.util.Arrays;
import org.fusegrad.Tensor;

/**
 * Cross entropy against class indices, as PyTorch's {@code cross_entropy} and {@code nll_loss}. The
 * indexed log-probability is a masked sum over classes, so the whole loss is element-wise
 * operations and reductions, and fuses.
 *
 * <p>Logits are (N, C, d...) floating, targets (N, d...) int64; the result is a scalar, or (N,
 * d...) unreduced. The mean divides by the class weights of the targets that count, and is NaN
 * where none does. A class of weight 0 costs nothing, even where its probability is 0.
 *
 * @param reduction over the targets
 * @param labelSmoothing share of the target distribution spread evenly over all classes
 * @param ignoreIndex a target that counts neither in the sum nor in the mean
 */
public record CrossEntropy(Reduction reduction, double labelSmoothing, long ignoreIndex) {
    /** Mean, no smoothing, ignoring -100. */
    public static final CrossEntropy DEFAULT = new CrossEntropy(Reduction.MEAN, 0, -100);

    public CrossEntropy {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException(
                    "cross_entropy: label smoothing " + labelSmoothing + " is not within 0..1");
        }
        if (reduction == Reduction.BATCH_MEAN) {
            throw new IllegalArgumentException("cross_entropy has no batch mean; use MEAN");
        }
    }

    public CrossEntropy reduction(Reduction value) {
        return new CrossEntropy(value, labelSmoothing, ignoreIndex);
    }

    public CrossEntropy labelSmoothing(double value) {
        return new CrossEntropy(reduction, value, ignoreIndex);
    }

    public CrossEntropy ignoreIndex(long value) {
        return new CrossEntropy(reduction, labelSmoothing, value);
    }

    /**
     * The loss of logits.
     *
     * @throws IllegalArgumentException if shapes do not fit or a target is no class
     */
    public Tensor loss(Tensor logits, Tensor target) {
        check(logits, target);
        return ofLogits(logits, target, Constants.like(logits, 1));
    }

    /** As {@link #loss(Tensor, Tensor)}, with one weight for each class: (C). */
    public Tensor loss(Tensor logits, Tensor target, Tensor weight) {
        check(logits, target, weight);
        return ofLogits(logits, target, weight);
    }

    private Tensor ofLogits(Tensor logits, Tensor target, Tensor weight) {
        return ofLogProbabilities(Softmax.logSoftmax(logits, 1), target, weight, labelSmoothing);
    }

    /** The negative log likelihood of log-probabilities; smoothing does not apply. */
    public Tensor nll(Tensor logProbabilities, Tensor target) {
        LossInputs.requireClasses("nll", logProbabilities, target, ignoreIndex);
        Tensor weight = Constants.like(logProbabilities, 1);
        return ofLogProbabilities(logProbabilities, target, weight, 0);
    }

    /** As {@link #nll(Tensor, Tensor)}, with one weight for each class: (C). */
    public Tensor nll(Tensor logProbabilities, Tensor target, Tensor weight) {
        LossInputs.requireClasses("nll", logProbabilities, target, ignoreIndex);
        LossInputs.requireClassWeights("nll", logProbabilities, weight);
        return ofLogProbabilities(logProbabilities, target, weight, 0);
    }

    private Tensor ofLogProbabilities(Tensor logp, Tensor target, Tensor weight, double smooth) {
        boolean even = weight.rank() == 0;
        Tensor w = even ? weight : Conv.perChannel(weight, logp);
        Tensor counts = target.ne(ignoreIndex).unsqueeze(1);
        Tensor hot = target.unsqueeze(1).eq(classes(logp)).and(counts);
        Tensor cost = even ? logp.neg().mul(w) : Losses.weighted(w, logp.neg());
        Tensor losses = replace(hot.not(), 0, cost).sum(1);
        if (smooth > 0) {
            Tensor spread = replace(counts.not(), 0, cost).sum(1).mul(smooth / logp.dim(1));
            losses = smooth == 1 ? spread : losses.mul(1 - smooth).add(spread);
        }
        return switch (reduction) {
            case NONE -> losses.squeeze(1);
            case SUM -> losses.sumAll();
            default -> losses.sumAll().div(hot.cast(w.dtype()).mul(w).sumAll());
        };
    }

    /** 0 … C - 1 along axis 1. */
    private static Tensor classes(Tensor logp) {
        int[] dims = new int[logp.rank()];
        Arrays.fill(dims, 1);
        dims[1] = logp.dim(1);
        return Tensor.arange(dims[1]).reshape(dims);
    }

    /**
     * Checks what can be checked before the formula runs; values are unknown while it is traced.
     *
     * @throws IllegalArgumentException if shapes or types do not fit or a target is no class
     */
    public void check(Tensor logits, Tensor target) {
        LossInputs.requireClasses("cross_entropy", logits, target, ignoreIndex);
    }

    /** As {@link #check(Tensor, Tensor)}, with one weight for each class: (C). */
    public void check(Tensor logits, Tensor target, Tensor weight) {
        check(logits, target);
        LossInputs.requireClassWeights("cross_entropy", logits, weight);
    }
}
