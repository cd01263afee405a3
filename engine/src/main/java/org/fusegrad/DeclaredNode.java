package org.fusegrad;

import java.util.List;
import java.util.function.Function;

/** A recorded value whose backward its author declared, run eagerly. */
final class DeclaredNode extends TapeNode {
    private final Function<Tensor, List<Tensor>> backward;
    private boolean committed;

    DeclaredNode(List<Edge> inputs, Function<Tensor, List<Tensor>> backward) {
        super(inputs);
        this.backward = backward;
    }

    @Override
    int outputs() {
        return 1;
    }

    @Override
    Tensor[] backward(Tensor[] upstream, boolean createGraph) {
        Context context = Context.get();
        StateUpdates outer = context.updates;
        StateUpdates updates = new StateUpdates();
        context.updates = updates;
        List<Tensor> grads;
        try {
            grads = backward.apply(upstream[0]);
        } finally {
            context.updates = outer;
        }
        if (!committed) {
            committed = true;
            updates.commit(outer);
        }
        return grads.toArray(Tensor[]::new);
    }
}
