package org.fusegrad.gradcheck;

import java.util.List;
import org.fusegrad.Tensor;

/** What a declared backward has to answer, written plainly: the slow reference of a check. */
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
