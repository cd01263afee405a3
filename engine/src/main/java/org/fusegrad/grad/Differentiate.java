package org.fusegrad.grad;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/** Reverse-mode differentiation, graph in, graph out. */
public final class Differentiate {
    private Differentiate() {}

    /**
     * Gradients of the sum over outputs of {@code <upstream, output>} with respect to some leaves.
     *
     * @param outputs nodes to differentiate
     * @param upstreams their cotangents; {@code null} for an output that has none
     * @param wrt leaves to differentiate by
     * @return one gradient for each leaf, {@code null} where no path leads to it
     */
    public static List<Node> gradients(List<Node> outputs, List<Node> upstreams, List<Node> wrt) {
        List<Node> order = Graph.topological(outputs);
        Set<Node> reaching = reaching(order, wrt);
        Map<Node, Node> adjoint = new IdentityHashMap<>();
        for (int i = 0; i < outputs.size(); i++) {
            if (upstreams.get(i) != null) {
                accumulate(adjoint, outputs.get(i), upstreams.get(i));
            }
        }
        for (int i = order.size() - 1; i >= 0; i--) {
            Node y = order.get(i);
            Node g = adjoint.get(y);
            if (g != null && reaching.contains(y) && y.op().kind() != Op.Kind.LEAF) {
                List<Node> grads = pullback(y, g);
                for (int k = 0; k < grads.size(); k++) {
                    if (grads.get(k) != null && reaching.contains(y.input(k))) {
                        accumulate(adjoint, y.input(k), grads.get(k));
                    }
                }
            }
        }
        List<Node> result = new ArrayList<>(wrt.size());
        for (Node leaf : wrt) {
            Node g = adjoint.get(leaf);
            // Terms of half precision are added up in float32; their sum is stored like the leaf.
            result.add(g == null ? null : g.cast(leaf.dtype()));
        }
        return result;
    }

    private static List<Node> pullback(Node y, Node g) {
        if (!y.is(Op.CUSTOM)) {
            return GradientRules.apply(y, g);
        }
        List<Node> declared = ((Attrs.Custom) y.attrs()).rule().pullback(g);
        List<Node> all = new ArrayList<>();
        all.add(null);
        all.addAll(declared);
        return all;
    }

    /** Nodes whose value depends on a leaf through differentiable operations. */
    private static Set<Node> reaching(List<Node> order, List<Node> wrt) {
        Set<Node> reaching = Collections.newSetFromMap(new IdentityHashMap<>());
        reaching.addAll(wrt);
        for (Node node : order) {
            if (node.is(Op.DETACH) || !node.dtype().isFloating()) {
                continue;
            }
            // The first operand of a declared node only carries the value.
            int first = node.is(Op.CUSTOM) ? 1 : 0;
            for (int i = first; i < node.inputs().size(); i++) {
                if (reaching.contains(node.input(i))) {
                    reaching.add(node);
                    break;
                }
            }
        }
        return reaching;
    }

    private static void accumulate(Map<Node, Node> adjoint, Node node, Node g) {
        if (!g.shape().equals(node.shape())) {
            g = g.expand(node.shape());
        }
        // Half precision is storage: contributions are added before they are rounded, once.
        if (node.dtype().isHalf()
                && g.is(Op.CAST)
                && g.input(0).dtype() == g.dtype().compute()) {
            g = g.input(0);
        }
        adjoint.merge(node, g, Node::add);
    }

    /**
     * A graph without markers: detached and declared nodes replaced by the value they carry. Only
     * for graphs that will not be differentiated again.
     */
    public static Graph withoutMarkers(Graph graph) {
        return graph.rewrite(
                (node, in) -> node.op().kind() == Op.Kind.MARKER ? in.get(0) : node.withInputs(in));
    }
}
