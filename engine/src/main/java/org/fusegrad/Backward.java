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
import org.fusegrad.TapeNode.Edge;

/** Walks the tape from outputs to leaves. Iterative, so that depth costs no stack. */
final class Backward {
    private final Map<TapeNode, Tensor[]> adjoints = new IdentityHashMap<>();
    private final boolean createGraph;

    /** Nodes whose gradients are asked for; empty for those of all leaves. */
    private final Set<TapeNode> wanted = Collections.newSetFromMap(new IdentityHashMap<>());

    private Backward(boolean createGraph) {
        this.createGraph = createGraph;
    }

    /** Adds gradients to the leaves. */
    static void accumulate(
            List<Tensor> outputs, List<Tensor> upstream, boolean retain, boolean create) {
        Backward walk = new Backward(create);
        // States that move, and gradients that leaves have got, are put back if anything fails.
        Transaction.run(() -> {
            for (TapeNode node : walk.run(outputs, upstream, retain)) {
                Tensor[] g = walk.adjoints.get(node);
                if (node instanceof TapeNode.Leaf leaf && g != null) {
                    leaf.tensor().accumulate(g[0], create);
                }
            }
        });
    }

    /** Gradients with respect to some tensors, leaves or not. */
    static List<Tensor> gradients(
            List<Tensor> outputs,
            List<Tensor> upstream,
            List<Tensor> inputs,
            boolean retain,
            boolean create) {
        Backward walk = new Backward(create);
        for (Tensor input : inputs) {
            if (input.edge().node() != null) {
                walk.wanted.add(input.edge().node());
            }
        }
        Transaction.run(() -> walk.run(outputs, upstream, retain));
        List<Tensor> result = new ArrayList<>(inputs.size());
        for (Tensor input : inputs) {
            Edge edge = input.edge();
            Tensor[] adjoint = edge.node() == null ? null : walk.adjoints.get(edge.node());
            result.add(adjoint == null ? null : adjoint[edge.slot()]);
        }
        return result;
    }

    /** The leaves a tensor depends on. */
    static List<Tensor> leaves(Tensor output) {
        return order(List.of(output.edge().node())).stream()
                .filter(TapeNode.Leaf.class::isInstance)
                .map(n -> ((TapeNode.Leaf) n).tensor())
                .toList();
    }

    private List<TapeNode> run(List<Tensor> outputs, List<Tensor> upstream, boolean retain) {
        List<TapeNode> roots = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            Tensor out = outputs.get(i);
            if (out.edge().node() == null) {
                throw new IllegalStateException("this tensor does not depend on any tensor that"
                        + " requires a gradient, or was made while gradients were not recorded");
            }
            add(out.edge(), seed(out, upstream.get(i)));
            roots.add(out.edge().node());
        }
        List<TapeNode> order = order(roots);
        Set<TapeNode> needed = needed(order);
        for (TapeNode node : order) {
            Tensor[] upstreams = adjoints.get(node);
            if (upstreams == null || !needed.contains(node)) {
                continue;
            }
            if (!(node instanceof TapeNode.Leaf)) {
                propagate(node, upstreams);
                if (!retain) {
                    node.release();
                }
            }
        }
        return order;
    }

    /** The nodes on a way to one that is wanted. */
    private Set<TapeNode> needed(List<TapeNode> order) {
        Set<TapeNode> needed = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = order.size() - 1; i >= 0; i--) {
            TapeNode node = order.get(i);
            for (Edge edge : node.inputs()) {
                TapeNode below = edge.node();
                if (wanted.isEmpty() || wanted.contains(below) || needed.contains(below)) {
                    needed.add(node);
                }
            }
        }
        return needed;
    }

    private void propagate(TapeNode node, Tensor[] upstreams) {
        Tensor[] grads = node.backward(upstreams, createGraph);
        for (int i = 0; i < grads.length; i++) {
            Edge edge = node.inputs().get(i);
            if (grads[i] != null && edge.node() != null) {
                add(edge, grads[i]);
            }
        }
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

    private void add(Edge edge, Tensor g) {
        Tensor[] slots = adjoints.computeIfAbsent(edge.node(), n -> new Tensor[n.outputs()]);
        Tensor before = slots[edge.slot()];
        Tensor now = before == null ? g : before.add(g).cast(g.dtype());
        slots[edge.slot()] = now;
    }

    /** Every node after all nodes that use its outputs. */
    private static List<TapeNode> order(List<TapeNode> roots) {
        List<TapeNode> post = new ArrayList<>();
        Map<TapeNode, Integer> next = new IdentityHashMap<>();
        Deque<TapeNode> stack = new ArrayDeque<>();
        for (TapeNode root : roots) {
            stack.push(root);
            while (!stack.isEmpty()) {
                TapeNode node = stack.peek();
                int i = next.getOrDefault(node, 0);
                if (i < node.inputs().size()) {
                    next.put(node, i + 1);
                    TapeNode below = node.inputs().get(i).node();
                    if (below != null && !next.containsKey(below)) {
                        stack.push(below);
                    }
                } else {
                    stack.pop();
                    if (i == node.inputs().size()) {
                        next.put(node, i + 1);
                        post.add(node);
                    }
                }
            }
        }
        TapeNode[] reversed = new TapeNode[post.size()];
        Arrays.setAll(reversed, k -> post.get(post.size() - 1 - k));
        return List.of(reversed);
    }
}
