package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.graph.Sizes;

/**
 * The structure of a graph over loop domains, without its sizes and constants: operations, types,
 * names, operands, and which axes have fewer than {@link Sizes.Pairs#FIXED} elements. Sizes of 0
 * and 1 are structure: they say which loops there are.
 */
record Structure(String text) {
    /**
     * The structure of a graph.
     *
     * @param what is made of it, besides the graph
     * @return null for graphs whose operations mean more than their structure says
     */
    static Structure of(Graph graph, String what) {
        StringBuilder text = new StringBuilder();
        append(text, what);
        Map<Node, Integer> numbers = new IdentityHashMap<>();
        List<Node> nodes = new ArrayList<>(graph.inputs());
        nodes.addAll(graph.nodes());
        for (Node n : nodes) {
            if (numbers.putIfAbsent(n, numbers.size()) == null && !add(text, n, numbers)) {
                return null;
            }
        }
        graph.outputs().forEach(out -> text.append('>').append(numbers.get(out)));
        return new Structure(text.toString());
    }

    private static boolean add(StringBuilder text, Node n, Map<Node, Integer> numbers) {
        if (n.is(Op.CUSTOM) || n.is(Op.COLLECT)) {
            return false;
        }
        text.append((char) ('A' + n.op().ordinal())).append(n.dtype().ordinal()).append(':');
        for (int i = 0; i < n.shape().rank(); i++) {
            text.append((char) ('0' + Math.min(n.shape().dim(i), Sizes.Pairs.FIXED)));
        }
        text.append('/');
        if (n.attrs() instanceof Attrs.Axes a) {
            text.append(a.wide() ? 'w' : 'a');
            for (int axis : a.axes().toArray()) {
                text.append(axis).append('.');
            }
        } else if (n.attrs() instanceof Attrs.Input in) {
            text.append(in.index());
        } else if (n.attrs() instanceof Attrs.Scatter s) {
            text.append(s.axis());
        } else if (!isOfSizes(n.attrs())) {
            text.append(n.attrs());
        }
        for (Node in : n.inputs()) {
            text.append(',').append(numbers.get(in));
        }
        append(text, n.hint() == null ? "" : n.hint());
        return true;
    }

    /** Appends a name that users give: with its length, whatever is in it means nothing else. */
    private static void append(StringBuilder text, String name) {
        text.append(';').append(name.length()).append('=').append(name);
    }

    /** Attributes that no pass looks into: a graph keeps its own. */
    private static boolean isOfSizes(Attrs attrs) {
        return attrs == Attrs.NONE
                || attrs instanceof Attrs.To
                || attrs instanceof Attrs.Dims
                || attrs instanceof Attrs.Range
                || attrs instanceof Attrs.Const
                || attrs instanceof Attrs.Conv
                || attrs instanceof Attrs.Window
                || attrs instanceof Attrs.Padding;
    }

    /** All attributes, in order of the nodes: with the sizes, what a structure leaves out. */
    static List<Attrs> attrs(Graph graph) {
        List<Attrs> attrs = new ArrayList<>(graph.nodes().size());
        for (Node n : graph.nodes()) {
            attrs.add(n.attrs());
        }
        return attrs;
    }

    /** All sizes of axes, in order of the nodes. */
    static int[] sizes(Graph graph) {
        int[] sizes = new int[16];
        int n = 0;
        for (List<Node> nodes : List.of(graph.inputs(), graph.nodes())) {
            for (Node node : nodes) {
                int rank = node.shape().rank();
                sizes = n + rank > sizes.length ? Arrays.copyOf(sizes, 2 * (n + rank)) : sizes;
                for (int i = 0; i < rank; i++) {
                    sizes[n++] = node.shape().dim(i);
                }
            }
        }
        return Arrays.copyOf(sizes, n);
    }
}
