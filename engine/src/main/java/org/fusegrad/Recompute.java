package org.fusegrad;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.fusegrad.TapeNode.Edge;
import org.fusegrad.run.Value;

/**
 * A part of a network that keeps only its input for the backward and computes everything inside
 * again there (Chen et al. 2016): memory for time. Results, gradients and states are, to the bit,
 * those without it: the second run sees states as the first one did, and moves none.
 *
 * <pre>{@code
 * UnaryOperator<Tensor> cheap = Recompute.of(block::forward);
 * }</pre>
 *
 * <p>The part may capture parameters and states, but no other tensor that wants a gradient. Random
 * numbers come again as the first run drew them. Parameters must not be assigned between forward
 * and backward.
 */
public final class Recompute {
    private Recompute() {}

    /** The part, recomputed in its backward. */
    public static UnaryOperator<Tensor> of(UnaryOperator<Tensor> part) {
        return x -> call(part, x);
    }

    private static Tensor call(UnaryOperator<Tensor> part, Tensor x) {
        Context context = Context.get();
        if (context.tracer != null || !context.recording) {
            return part.apply(x);
        }
        StateUpdates states = StateUpdates.nested();
        Border border = new Border(x.edge());
        RandomRecord random = new RandomRecord();
        Supplier<Tensor> forward = () -> part.apply(border.tensor(x.value()));
        Tensor y = states.during(() -> random.during(forward));
        states.commit();
        if (!y.requiresGrad()) {
            return y;
        }
        List<Tensor> leaves = Backward.leaves(y);
        return Tensor.recorded(
                y.value(),
                new Edge(new Part(part, x.value(), x.edge(), leaves, states, random), 0));
    }

    /** The input as the part sees it; gradients pass it only when it is open. */
    private static final class Border extends TapeNode {
        private boolean open;

        Border(Edge input) {
            super(input);
        }

        Tensor tensor(Value value) {
            boolean wanted = inputs()[0].node() != null;
            return Tensor.recorded(value, wanted ? new Edge(this, 0) : Edge.NONE);
        }

        @Override
        int outputs() {
            return 1;
        }

        @Override
        Tensor[] backward(Tensor[] upstream, boolean createGraph) {
            return new Tensor[] {open ? upstream[0] : null};
        }
    }

    /** The part as one node of the tape: of its input, and of the leaves it was found to use. */
    private static final class Part extends TapeNode {
        private final UnaryOperator<Tensor> part;
        private final List<Tensor> leaves;
        private final StateUpdates states;
        private final RandomRecord random;
        private Value x;

        Part(
                UnaryOperator<Tensor> part,
                Value x,
                Edge input,
                List<Tensor> leaves,
                StateUpdates states,
                RandomRecord random) {
            super(edges(input, leaves));
            this.part = part;
            this.x = x;
            this.leaves = leaves;
            this.states = states;
            this.random = random;
        }

        private static Edge[] edges(Edge input, List<Tensor> leaves) {
            List<Edge> edges = new ArrayList<>(List.of(input));
            leaves.forEach(leaf -> edges.add(leaf.edge()));
            return edges.toArray(Edge[]::new);
        }

        @Override
        int outputs() {
            return 1;
        }

        @Override
        void release() {
            x = null;
        }

        @Override
        Tensor[] backward(Tensor[] upstream, boolean createGraph) {
            Border border = new Border(inputs()[0]);
            Tensor in = border.tensor(requireKept(x));
            Supplier<Tensor> again = () -> random.during(() -> part.apply(in));
            Tensor y = Tensor.recording(true, () -> states.again().during(again));
            List<Tensor> wanted = new ArrayList<>(List.of(in));
            wanted.addAll(leaves);
            Supplier<List<Tensor>> gradients =
                    () -> Tensor.grad(List.of(y), wanted, List.of(upstream[0]), createGraph);
            // A backward inside may move states too: once, however often this one runs.
            StateUpdates moved = StateUpdates.nested();
            List<Tensor> grads = moved.during(gradients);
            if (commitsNow()) {
                moved.commit();
            }
            border.open = true;
            return grads.toArray(Tensor[]::new);
        }
    }
}
