package org.fusegrad.ops;

import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * A prediction and its target, found to fit each other. Every loss begins here, so that none of
 * them broadcasts one against the other: (4, 1) against (4) would be 16 losses instead of 4.
 *
 * @param x the prediction, floating
 * @param target of its shape; integers and truth values are taken as numbers of its type
 */
record LossInputs(Tensor x, Tensor target) {
    /**
     * The arguments of a loss of elements.
     *
     * @throws IllegalArgumentException naming the loss, both tensors and the cure, if they do not
     *     fit
     */
    static LossInputs of(String loss, Tensor x, Tensor target) {
        requireFloating(loss, "prediction", x);
        if (!x.shape().equals(target.shape())) {
            String cure = x.shape().numel() == target.shape().numel()
                    ? "reshape one of them"
                    : "losses do not broadcast";
            throw new IllegalArgumentException(loss + ": prediction " + x.shape() + " and target "
                    + target.shape() + " differ; " + cure);
        }
        if (!target.dtype().isFloating()) {
            return new LossInputs(x, target.cast(x.dtype().compute()));
        }
        requireSameType(loss, "target", target, x);
        return new LossInputs(x, target);
    }

    /**
     * Checks class indices (N, d...) against scores (N, C, d...), and their values unless they are
     * being traced.
     */
    static void requireClasses(String loss, Tensor scores, Tensor target, long ignored) {
        requireFloating(loss, "prediction", scores);
        boolean fits = scores.rank() >= 2
                && target.rank() == scores.rank() - 1
                && target.dtype() == DType.INT64;
        for (int i = 0; fits && i < target.rank(); i++) {
            fits = target.dim(i) == scores.dim(i == 0 ? 0 : i + 1);
        }
        if (!fits) {
            throw new IllegalArgumentException(loss + ": logits " + scores.shape()
                    + " need int64 class indices of that shape without axis 1, got "
                    + target.dtype() + target.shape());
        }
        if (!target.isSymbolic()) {
            requireInRange(loss, scores, target, ignored);
        }
    }

    private static void requireInRange(String loss, Tensor scores, Tensor target, long ignored) {
        long classes = scores.dim(1);
        for (long label : target.toLongs()) {
            if ((label < 0 || label >= classes) && label != ignored) {
                throw new IllegalArgumentException(loss + ": target " + label
                        + " is not a class: logits " + scores.shape() + " have classes 0.."
                        + (classes - 1) + " (ignored index: " + ignored + ")");
            }
        }
    }

    /** Checks one weight for each class, (C), of the type of the scores. */
    static void requireClassWeights(String loss, Tensor scores, Tensor weight) {
        if (weight.rank() != 1 || weight.dim(0) != scores.dim(1)) {
            throw new IllegalArgumentException(loss + ": class weights " + weight.shape()
                    + " are not one for each of the " + scores.dim(1) + " classes of logits "
                    + scores.shape() + "; give them the shape (" + scores.dim(1) + ")");
        }
        requireSameType(loss, "class weights", weight, scores);
    }

    /** Checks a factor that is repeated over the elements of the prediction. */
    static void requireFactor(String loss, String what, Tensor factor, Tensor x) {
        Shape both = Shape.broadcast(factor.shape(), x.shape());
        if (both == null || !both.equals(x.shape())) {
            throw new IllegalArgumentException(loss + ": " + what + " " + factor.shape()
                    + " cannot be repeated to the shape of the prediction " + x.shape()
                    + "; its axes are matched from the last");
        }
        requireSameType(loss, what, factor, x);
    }

    /** A setting that must be a finite number above 0, or also 0. */
    static void requireFinite(String what, double value, boolean positive) {
        boolean fits = positive ? value > 0 : value >= 0;
        if (!fits || Double.isInfinite(value)) {
            String bound = positive ? "positive" : "not negative";
            throw new IllegalArgumentException(
                    what + " must be finite and " + bound + ", got " + value);
        }
    }

    private static void requireFloating(String loss, String what, Tensor t) {
        if (!t.dtype().isFloating()) {
            throw new IllegalArgumentException(loss + ": the " + what + " is " + t.dtype()
                    + t.shape() + ", which has no gradient; cast it to float32");
        }
    }

    private static void requireSameType(String loss, String what, Tensor other, Tensor x) {
        if (other.dtype().compute() != x.dtype().compute()) {
            throw new IllegalArgumentException(loss + ": the prediction is " + x.dtype()
                    + " and the " + what + " " + other.dtype() + "; cast one of them");
        }
    }
}
