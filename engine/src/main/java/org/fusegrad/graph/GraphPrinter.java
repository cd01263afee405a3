package org.fusegrad.graph;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints a graph as one equation a line, operands before users, shapes at the right. */
public final class GraphPrinter {
    private static final int LONGEST = 60;
    private static final String MARKS = "._-:[]";

    private GraphPrinter() {}

    /** The listing of a graph. */
    public static String print(Graph graph) {
        return print(graph, NodeNames.of(graph));
    }

    /** The listing of a graph, with names for all its nodes. */
    public static String print(Graph graph, Map<Node, String> names) {
        StringBuilder text = new StringBuilder();
        for (Node leaf : graph.inputs()) {
            line(text, names.get(leaf), "input", leaf);
        }
        for (Node node : graph.nodes()) {
            if (node.op().kind() != Op.Kind.LEAF) {
                line(text, names.get(node), equation(node, names), node);
            }
        }
        return text.append("return ")
                .append(list(graph.outputs(), names))
                .append('\n')
                .toString();
    }

    /** The right-hand side of a node. */
    public static String equation(Node node, Map<Node, String> names) {
        String attrs = attributes(node.attrs());
        return node.op() + attrs + " " + list(node.inputs(), names);
    }

    private static void line(StringBuilder text, String name, String equation, Node node) {
        text.append(String.format(
                Locale.ROOT, "%-10s = %-38s %s%s%n", name, equation, node.dtype(), node.shape()));
    }

    private static String list(List<Node> nodes, Map<Node, String> names) {
        StringBuilder s = new StringBuilder();
        for (Node n : nodes) {
            s.append(s.isEmpty() ? "" : " ").append(names.get(n));
        }
        return s.toString();
    }

    /** Attributes in brackets, or nothing. */
    public static String attributes(Attrs attrs) {
        if (attrs instanceof Attrs.Axes a) {
            return a.axes().toString();
        } else if (attrs instanceof Attrs.Dims d) {
            return d.shape().toString();
        } else if (attrs instanceof Attrs.To t) {
            return "[" + t.dtype() + "]";
        } else if (attrs instanceof Attrs.Drawn d) {
            return "[" + d.dtype() + d.shape() + "]";
        } else if (attrs instanceof Attrs.Range r) {
            return r.start() + ":" + r.end() + ":" + r.step();
        } else if (attrs instanceof Attrs.None || attrs instanceof Attrs.Custom) {
            return "";
        }
        return "[" + attrs + "]";
    }

    /**
     * A name given by a user as one short word of a listing: whatever is no letter, digit or mark
     * of a path is an underscore, so that no name breaks a line or ends a comment.
     */
    public static String word(String name) {
        StringBuilder word = new StringBuilder();
        name.codePoints()
                .limit(LONGEST)
                .map(c -> Character.isLetterOrDigit(c) || MARKS.indexOf(c) >= 0 ? c : '_')
                .forEach(word::appendCodePoint);
        return word.isEmpty() ? "_" : word.toString();
    }

    /** Readable names: hints where given, values for constants, else t1, t2, … */
    public static final class NodeNames {
        private NodeNames() {}

        /** A unique name for each node of the graph. */
        public static Map<Node, String> of(Graph graph) {
            Map<Node, String> names = new IdentityHashMap<>();
            java.util.Set<String> taken = new java.util.HashSet<>();
            for (Node leaf : graph.inputs()) {
                names.put(leaf, unique(leaf.hint() == null ? "x" : word(leaf.hint()), taken));
            }
            int next = 1;
            for (Node node : graph.nodes()) {
                if (names.containsKey(node)) {
                    continue;
                }
                if (node.is(Op.CONST)) {
                    names.put(node, Double.toString(node.constValue()));
                } else {
                    String base = node.hint() == null ? "t" + next++ : word(node.hint());
                    names.put(node, unique(base, taken));
                }
            }
            return names;
        }

        private static String unique(String base, java.util.Set<String> taken) {
            String name = base;
            for (int i = 2; !taken.add(name); i++) {
                name = base + "_" + i;
            }
            return name;
        }
    }
}
