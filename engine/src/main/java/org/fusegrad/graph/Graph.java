package org.fusegrad.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * A pure function from inputs to outputs: leaves, roots and everything between in topological
 * order, operands first. Equal subexpressions are one object. No method recurses over the depth of
 * a graph.
 */
public final class Graph {
    private final List<Node> inputs;
    private final List<Node> outputs;
    private final List<Node> nodes;

    private Graph(List<Node> inputs, List<Node> outputs, List<Node> nodes) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.nodes = nodes;
    }

    /**
     * The graph of these roots. {@code inputs} lists the leaves in order, also those that no root
     * uses; equal subexpressions are merged.
     */
    public static Graph of(List<Node> inputs, List<Node> outputs) {
        return new Graph(List.copyOf(inputs), List.copyOf(outputs), List.of())
                .rewrite((node, operands) -> node.withInputs(operands));
    }

    public List<Node> inputs() {
        return inputs;
    }

    public List<Node> outputs() {
        return outputs;
    }

    /** All nodes the outputs depend on, operands before users. */
    public List<Node> nodes() {
        return nodes;
    }

    /**
     * Rebuilds the graph bottom-up: {@code rule} sees each node with its already rewritten operands
     * and answers what stands in its place. Inputs stay inputs. Returns this graph if nothing
     * changed.
     */
    public Graph rewrite(BiFunction<Node, List<Node>, Node> rule) {
        Map<Node, Node> done = new IdentityHashMap<>();
        Map<Key, Node> interned = new HashMap<>();
        Map<Node, Node> canonical = new IdentityHashMap<>();
        for (Node leaf : inputs) {
            done.put(leaf, leaf);
            canonical.put(leaf, leaf);
        }
        for (Node node : nodes.isEmpty() ? topological(outputs) : nodes) {
            if (!done.containsKey(node)) {
                List<Node> operands = new ArrayList<>(node.inputs().size());
                for (Node in : node.inputs()) {
                    operands.add(done.get(in));
                }
                Node result = rule.apply(node, operands);
                boolean fresh = node.hint() != null
                        && result.hint() == null
                        && result.op().kind() != Op.Kind.LEAF
                        && !operands.contains(result);
                done.put(
                        node,
                        intern(fresh ? result.named(node.hint()) : result, interned, canonical));
            }
        }
        List<Node> roots = new ArrayList<>(outputs.size());
        for (Node out : outputs) {
            roots.add(done.get(out));
        }
        if (roots.equals(outputs) && !nodes.isEmpty()) {
            return this;
        }
        return new Graph(inputs, List.copyOf(roots), List.copyOf(topological(roots)));
    }

    /** Makes the node, and whatever a rule built below it, the unique equal object. */
    private static Node intern(Node root, Map<Key, Node> interned, Map<Node, Node> canonical) {
        Node known = canonical.get(root);
        if (known != null) {
            return known;
        }
        List<Node> order = canonical.keySet().containsAll(root.inputs())
                ? List.of(root)
                : topological(List.of(root), canonical);
        for (Node node : order) {
            List<Node> operands = new ArrayList<>(node.inputs().size());
            for (Node in : node.inputs()) {
                operands.add(canonical.get(in));
            }
            Node same = node.withInputs(operands);
            Node other = interned.putIfAbsent(new Key(same), same);
            Node unique = other == null ? same : other;
            canonical.put(node, unique);
            canonical.put(unique, unique);
        }
        return canonical.get(root);
    }

    /** Operands before users, each node once, in a fixed order. */
    public static List<Node> topological(List<Node> roots) {
        return topological(roots, Map.of());
    }

    /** The same without the nodes that have been met before, and what only they depend on. */
    public static List<Node> topological(List<Node> roots, Map<Node, ?> known) {
        List<Node> order = new ArrayList<>();
        Map<Node, Integer> next = new IdentityHashMap<>();
        Deque<Node> stack = new ArrayDeque<>();
        for (Node root : roots) {
            if (!known.containsKey(root)) {
                stack.push(root);
            }
            while (!stack.isEmpty()) {
                Node node = stack.peek();
                int i = next.getOrDefault(node, 0);
                if (i < node.inputs().size()) {
                    next.put(node, i + 1);
                    if (!next.containsKey(node.input(i)) && !known.containsKey(node.input(i))) {
                        stack.push(node.input(i));
                    }
                } else {
                    stack.pop();
                    if (i == node.inputs().size()) {
                        next.put(node, i + 1);
                        order.add(node);
                    }
                }
            }
        }
        return order;
    }

    /** How many operands and outputs refer to each node. */
    public Map<Node, Integer> uses() {
        Map<Node, Integer> uses = new IdentityHashMap<>();
        for (Node node : nodes) {
            for (Node in : node.inputs()) {
                uses.merge(in, 1, Integer::sum);
            }
        }
        for (Node out : outputs) {
            uses.merge(out, 1, Integer::sum);
        }
        return uses;
    }

    @Override
    public String toString() {
        return GraphPrinter.print(this);
    }

    /** Structural identity: operation, attributes, type and the very operands. */
    private record Key(Node node) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Key k
                    && node.op() == k.node.op()
                    && node.dtype() == k.node.dtype()
                    && node.attrs().equals(k.node.attrs())
                    && node.shape().equals(k.node.shape())
                    && node.inputs().equals(k.node.inputs());
        }

        @Override
        public int hashCode() {
            int hash = node.op().ordinal() * 31 + node.attrs().hashCode();
            for (int i = 0; i < node.inputs().size(); i++) {
                hash = hash * 31 + System.identityHashCode(node.input(i));
            }
            return hash;
        }
    }
}
