package org.fusegrad;

import java.util.function.UnaryOperator;

/** One recorded step: knows which tensors it came from and how gradients flow back through it. */
abstract class TapeNode {
    /** Output number {@code slot} of a node; {@code null} nodes carry no gradient. */
    record Edge(TapeNode node, int slot) {
        static final Edge NONE = new Edge(null, 0);
    }

    private final Edge[] inputs;
    private boolean committed;
    private Hooks[] hooks;

    TapeNode(Edge... inputs) {
        this.inputs = inputs;
    }

    /** Where the operands came from. */
    final Edge[] inputs() {
        return inputs;
    }

    /**
     * Gradients of the operands from those of the outputs.
     *
     * @param upstream one for each output, {@code null} for those without
     * @param createGraph whether the gradients are recorded themselves
     * @return one for each operand, {@code null} for those without
     */
    abstract Tensor[] backward(Tensor[] upstream, boolean createGraph);

    /**
     * Whether states that the backward moves take effect now: the first time it succeeds, however
     * often it runs.
     */
    final boolean commitsNow() {
        boolean first = !committed;
        if (first) {
            committed = true;
            Transaction.onRollback(() -> committed = false);
        }
        return first;
    }

    static <T> T requireKept(T saved) {
        if (saved == null) {
            throw new IllegalStateException("backward ran already and released what was saved;"
                    + " pass retainGraph to run it again");
        }
        return saved;
    }

    /** Number of outputs. */
    abstract int outputs();

    /** Calls a function with each gradient of an output; the result ends that. */
    final synchronized Runnable hook(int slot, UnaryOperator<Tensor> function) {
        if (hooks == null) {
            hooks = new Hooks[outputs()];
        }
        if (hooks[slot] == null) {
            hooks[slot] = new Hooks();
        }
        return hooks[slot].add(function);
    }

    /** Puts what the hooks make of them in the place of gradients that are complete. */
    final void applyHooks(Tensor[] gradients) {
        Hooks[] own;
        synchronized (this) {
            own = hooks;
        }
        for (int i = 0; own != null && i < own.length; i++) {
            if (own[i] != null && gradients[i] != null) {
                gradients[i] = own[i].apply(gradients[i]);
            }
        }
    }

    /** Drops what was saved; a second backward is an error from now on. */
    void release() {}

    /** The end of the tape at a leaf tensor. */
    static final class Leaf extends TapeNode {
        private final Tensor tensor;

        Leaf(Tensor tensor) {
            this.tensor = tensor;
        }

        Tensor tensor() {
            return tensor;
        }

        @Override
        Tensor[] backward(Tensor[] upstream, boolean createGraph) {
            return new Tensor[0];
        }

        @Override
        int outputs() {
            return 1;
        }
    }
}
