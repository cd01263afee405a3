package org.fusegrad.nn;

import java.util.Optional;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.ops.CrossEntropy;

/** {@link CrossEntropy} as one fused kernel pair. */
public final class CrossEntropyLoss {
    private final CrossEntropy options;
    private final Optional<Tensor> weight;
    private final Fused formula;

    /** Averaged, without smoothing. */
    public CrossEntropyLoss() {
        this(CrossEntropy.DEFAULT);
    }

    public CrossEntropyLoss(CrossEntropy options) {
        this(options, Optional.empty());
    }

    /** With one weight for each class: (C). */
    public CrossEntropyLoss(CrossEntropy options, Tensor weight) {
        this(options, Optional.of(weight));
    }

    private CrossEntropyLoss(CrossEntropy options, Optional<Tensor> weight) {
        this.options = options;
        this.weight = weight.map(Tensor::keep);
        this.formula = Fused.of("cross_entropy", this::formula);
    }

    private Tensor formula(Tensor logits, Tensor target) {
        return weight.map(w -> options.loss(logits, target, w))
                .orElseGet(() -> options.loss(logits, target));
    }

    /**
     * The loss of logits (N, C, d...) against class indices (N, d...).
     *
     * @throws IllegalArgumentException if shapes or types do not fit or a target is no class
     */
    public Tensor call(Tensor logits, Tensor target) {
        weight.ifPresentOrElse(
                w -> options.check(logits, target, w), () -> options.check(logits, target));
        return formula.call(logits, target);
    }
}
