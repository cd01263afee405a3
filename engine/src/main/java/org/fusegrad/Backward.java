package org.fusegrad;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.fusegrad.TapeNode.Edge;

/** Walks the tape from outputs to leaves. Iterative, so that depth costs no stack. */
final class Backward {
    /** A node on the way, with the gradients of its outputs that have arrived. */
    private static final class Visit {
        final TapeNode node;
        final Visit[] below;
        final Tensor[] adjoint;

        /** Inputs gone down so far; one more than there are when all are done. */
        int next;

        /** Whether any gradient has arrived. */
        boolean arrived;

        /** Whether it is on a way to a node whose gradient is asked for. */
        boolean needed = true;

        /** Whether its own gradient is asked for. */
        boolean wanted;

        Visit(TapeNode node) {
            this.node = node;
            this.below = new Visit[node.inputs().length];
            this.adjoint = new Tensor[node.outputs()];
        }
    }

    /** Room for a call and its operands; grows with the tape. */
    private static final int SMALL = 8;

    private final Map<TapeNode, Visit> visited = new IdentityHashMap<>(SMALL);
    private final boolean createGraph;

    private Backward(boolean createGraph) {
        this.createGraph = createGraph;
    }

    /** Adds gradients to the leaves. */
    static void accumulate(Tensor output, Tensor upstream, boolean retain, boolean create) {
        Backward walk = new Backward(create);
        List<Tensor> outputs = List.of(output);
        // States that move, and gradients that leaves have got, are put back if anything fails.
        Transaction.run(() -> Tensor.recording(create, () -> {
            List<Visit> visits = walk.from(outputs);
            walk.run(visits, outputs, Arrays.asList(upstream), retain, true);
            for (int i = visits.size() - 1; i >= 0; i--) {
                Visit visit = visits.get(i);
                if (visit.node instanceof TapeNode.Leaf leaf && visit.arrived) {
                    leaf.tensor().accumulate(visit.adjoint[0], create);
                }
            }
            return null;
        }));
    }

    /** Gradients with respect to some tensors, leaves or not. */
    static List<Tensor> gradients(
            List<Tensor> outputs,
            List<Tensor> upstream,
            List<Tensor> inputs,
            boolean retain,
            boolean create) {
        Backward walk = new Backward(create);
        // In the backward of a node these are parts of gradients: a walk around it adds them up,
        // and then calls the hooks of leaves.
        boolean whole = !Context.get().insideBackward;
        Transaction.run(() -> Tensor.recording(create, () -> {
            List<Visit> visits = walk.from(outputs);
            walk.keepTo(inputs, visits);
            walk.run(visits, outputs, upstream, retain, whole);
            return null;
        }));
        List<Tensor> result = new ArrayList<>(inputs.size());
        for (Tensor input : inputs) {
            Visit visit = walk.visited.get(input.edge().node());
            result.add(visit == null ? null : visit.adjoint[input.edge().slot()]);
        }
        return result;
    }

    /** The leaves a tensor depends on. */
    static List<Tensor> leaves(Tensor output) {
        List<Tensor> leaves = new ArrayList<>();
        for (Visit visit : new Backward(false).from(List.of(output))) {
            if (visit.node instanceof TapeNode.Leaf leaf) {
                leaves.add(0, leaf.tensor());
            }
        }
        return leaves;
    }

    /** Visits of all nodes below these outputs, each after those of its inputs. */
    private List<Visit> from(List<Tensor> outputs) {
        List<Visit> visits = new ArrayList<>();
        Deque<Visit> stack = new ArrayDeque<>();
        for (Tensor out : outputs) {
            if (out.edge().node() == null) {
                throw new IllegalStateException("this tensor does not depend on any tensor that"
                        + " requires a gradient, or was made while gradients were not recorded");
            }
            push(out.edge().node(), stack);
            while (!stack.isEmpty()) {
                Visit top = stack.peek();
                if (top.next < top.below.length) {
                    TapeNode node = top.node.inputs()[top.next].node();
                    top.below[top.next++] = node == null ? null : push(node, stack);
                } else {
                    stack.pop();
                    visits.add(top);
                }
            }
        }
        return visits;
    }

    /** The visit of a node, to be gone down from if it is the first. */
    private Visit push(TapeNode node, Deque<Visit> stack) {
        Visit visit = visited.get(node);
        if (visit == null) {
            visit = new Visit(node);
            visited.put(node, visit);
            stack.push(visit);
        }
        return visit;
    }

    /** Leaves out nodes on no way to these tensors, unless none of them is on the tape at all. */
    private void keepTo(List<Tensor> inputs, List<Visit> visits) {
        Set<TapeNode> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
        inputs.forEach(input -> wanted.add(input.edge().node()));
        wanted.remove(null);
        for (Visit visit : visits) {
            visit.needed = wanted.isEmpty();
            visit.wanted = wanted.contains(visit.node);
            for (Visit below : visit.below) {
                visit.needed |= below != null && (below.needed || wanted.contains(below.node));
            }
        }
    }

    /**
     * Goes from the outputs down.
     *
     * @param whole whether gradients of leaves are complete in the end, so that their hooks run
     */
    private void run(
            List<Visit> visits,
            List<Tensor> outputs,
            List<Tensor> upstream,
            boolean retain,
            boolean whole) {
        for (int i = 0; i < outputs.size(); i++) {
            Edge edge = outputs.get(i).edge();
            add(visited.get(edge.node()), edge.slot(), seed(outputs.get(i), upstream.get(i)));
        }
        for (int i = visits.size() - 1; i >= 0; i--) {
            Visit visit = visits.get(i);
            boolean leaf = visit.node instanceof TapeNode.Leaf;
            if (visit.arrived && (visit.needed || visit.wanted) && (whole || !leaf)) {
                visit.node.applyHooks(visit.adjoint);
            }
            if (visit.arrived && visit.needed && !leaf) {
                propagate(visit);
                if (!retain) {
                    visit.node.release();
                }
            }
        }
    }

    private void propagate(Visit visit) {
        Tensor[] grads = inside(() -> visit.node.backward(visit.adjoint, createGraph));
        for (int i = 0; i < grads.length; i++) {
            if (grads[i] != null && visit.below[i] != null) {
                add(visit.below[i], visit.node.inputs()[i].slot(), grads[i]);
            }
        }
    }

    private static Tensor[] inside(Supplier<Tensor[]> backward) {
        Context context = Context.get();
        boolean before = context.insideBackward;
        context.insideBackward = true;
        try {
            return backward.get();
        } finally {
            context.insideBackward = before;
        }
    }

    private static void add(Visit visit, int slot, Tensor g) {
        Tensor before = visit.adjoint[slot];
        visit.adjoint[slot] = before == null ? g : before.add(g).cast(g.dtype());
        visit.arrived = true;
    }

    private static Tensor seed(Tensor out, Tensor upstream) {
        if (upstream == null) {
            if (out.shape().numel() != 1) {
                throw new IllegalArgumentException("backward of a tensor of shape " + out.shape()
                        + " needs an upstream gradient; only a single element has an implicit 1");
            }
            return Tensor.full(out.shape(), 1, out.dtype());
        }
        if (!upstream.shape().equals(out.shape()) || upstream.dtype() != out.dtype()) {
            throw new IllegalArgumentException("upstream gradient is " + upstream.dtype()
                    + upstream.shape() + ", the tensor is " + out.dtype() + out.shape());
        }
        return upstream;
    }
}
