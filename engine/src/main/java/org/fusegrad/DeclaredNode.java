package org.fusegrad;

import java.util.List;
import java.util.function.Function;

/** A recorded value whose backward its author declared, run eagerly. */
final class DeclaredNode extends TapeNode {
    private final Function<Tensor, List<Tensor>> backward;

    DeclaredNode(Edge[] inputs, Function<Tensor, List<Tensor>> backward) {
        super(inputs);
        this.backward = backward;
    }

    @Override
    int outputs() {
        return 1;
    }

    @Override
    Tensor[] backward(Tensor[] upstream, boolean createGraph) {
        StateUpdates updates = StateUpdates.nested();
        List<Tensor> grads = updates.during(() -> backward.apply(upstream[0]));
        if (commitsNow()) {
            updates.commit();
        }
        return grads.toArray(Tensor[]::new);
    }
}
