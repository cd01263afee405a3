package org.fusegrad.gradcheck;

import java.util.List;
import org.fusegrad.Tensor;

/** The answer that a declared backward has to give, written plainly: a check's slow reference. */
@FunctionalInterface
public interface DeclaredGradient {
    /**
     * The gradients of the floating inputs, then of the parameters of the check, in their order.
     *
     * @param inputs the inputs of the function
     * @param upstream cotangents of its results; {@code null} for a result that has none
     */
    List<Tensor> of(List<Tensor> inputs, List<Tensor> upstream);
}
