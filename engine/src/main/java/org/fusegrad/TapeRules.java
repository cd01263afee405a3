package org.fusegrad;

import java.util.function.UnaryOperator;

/** The rules of a tensor as a place on the tape: what may be done to it, and with what. */
final class TapeRules {
    private TapeRules() {}

    /** Refuses a tensor that operations computed; {@code what} begins the sentence. */
    static void requireLeaf(Tensor tensor, String what) {
        if (!tensor.isLeaf()) {
            throw new IllegalStateException(
                    what + " leaves; this tensor was computed: use detach() first");
        }
    }

    /** Refuses what cannot take the place of a tensor's value or gradient. */
    static void requireFits(Tensor tensor, String what, Tensor given) {
        Misuse.refuseInFormula("assigning", given, true);
        boolean same = given.dtype() == tensor.dtype() && given.shape().equals(tensor.shape());
        if (!same) {
            throw new IllegalArgumentException("cannot assign " + what + given.dtype()
                    + given.shape() + " to " + tensor.dtype() + tensor.shape());
        }
    }

    /** Registers a hook on a tensor, leaf or computed; the result removes it. */
    static Runnable hook(Tensor tensor, UnaryOperator<Tensor> hook) {
        if (!tensor.requiresGrad()) {
            throw new IllegalStateException("a hook on a tensor that requires no gradient would"
                    + " never run; call requiresGrad(true) on it, or on what it is computed from");
        }
        return tensor.edge().node().hook(tensor.edge().slot(), hook);
    }
}
