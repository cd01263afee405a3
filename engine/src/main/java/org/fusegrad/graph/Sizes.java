package org.fusegrad.graph;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.type.Shape;

/**
 * Other sizes and constants for what was made of one graph: those of a second graph of the same
 * structure. A size stands for every axis that had it in the first.
 */
public final class Sizes {
    private final Map<Attrs, Integer> attrs;
    private final Attrs[] given;
    private final int[] table;

    /**
     * Other sizes.
     *
     * @param attrs the attributes of the first graph's nodes, by identity, and their numbers
     * @param given those of the second graph's nodes
     * @param table of {@link Pairs}: sizes of the first graph and what they are in the second
     */
    public Sizes(Map<Attrs, Integer> attrs, Attrs[] given, int[] table) {
        this.attrs = attrs;
        this.given = given;
        this.table = table;
    }

    /** The constant of the second graph at the place of one of the first. */
    double given(int node) {
        return ((Attrs.Const) given[node]).value();
    }

    /** What stands for a size. */
    public int size(int size) {
        return size < Pairs.FIXED ? size : Pairs.get(table, size);
    }

    /** What stands for a shape. */
    public Shape shape(Shape shape) {
        int[] dims = shape.dims();
        for (int i = 0; i < dims.length; i++) {
            dims[i] = size(dims[i]);
        }
        return Shape.of(dims);
    }

    /** The value of a constant. */
    public double constant(Node constant) {
        return constant.origin().at(this);
    }

    /** What stands for the attributes of a node. */
    private Attrs attrs(Node n, List<Node> operands) {
        Integer place = attrs.get(n.attrs());
        if (place != null) {
            return given[place];
        } else if (n.attrs() instanceof Attrs.Dims d) {
            return new Attrs.Dims(shape(d.shape()));
        } else if (n.attrs() instanceof Attrs.Range r && r.sample() != null) {
            return r.sample().of(operands.get(0).shape());
        }
        return n.attrs();
    }

    /** The node with these operands, which have the other sizes already. */
    public Node node(Node n, List<Node> operands) {
        if (n.is(Op.CONST)) {
            return Node.constant(constant(n), n.dtype());
        } else if (n.is(Op.INPUT)) {
            int index = ((Attrs.Input) n.attrs()).index();
            return Node.input(index, n.dtype(), shape(n.shape()), n.hint());
        }
        Node other = Node.of(n.op(), attrs(n, operands), operands);
        return n.hint() == null ? other : other.named(n.hint());
    }

    /** A graph made of the first one, with the other sizes. */
    public Graph graph(Graph g) {
        Map<Node, Node> done = new IdentityHashMap<>();
        for (Node leaf : g.inputs()) {
            done.put(leaf, node(leaf, List.of()));
        }
        for (Node n : g.nodes()) {
            if (!done.containsKey(n)) {
                done.put(n, node(n, n.inputs().stream().map(done::get).toList()));
            }
        }
        return Graph.of(
                g.inputs().stream().map(done::get).toList(),
                g.outputs().stream().map(done::get).toList());
    }

    /** A small table from sizes to sizes: open addressing, a size and what it becomes in turn. */
    public static final class Pairs {
        /** Sizes below stay: whether there are four elements decides how means are shifted. */
        public static final int FIXED = 4;

        private Pairs() {}

        /** An empty table for so many sizes. */
        public static int[] table(int sizes) {
            return new int[4 * Integer.highestOneBit(Math.max(1, sizes)) * 2];
        }

        /** Adds a pair; false if the size stands for another one already. */
        public static boolean put(int[] table, int from, int to) {
            int at = place(table, from);
            if (table[at] == 0) {
                table[at] = from;
                table[at + 1] = to;
            }
            return table[at + 1] == to;
        }

        static int get(int[] table, int from) {
            int at = place(table, from);
            if (table[at] != from) {
                throw new AssertionError("no axis has size " + from);
            }
            return table[at + 1];
        }

        private static int place(int[] table, int from) {
            int at = from * 0x9E3779B1 >>> 16;
            for (at = 2 * at % table.length; table[at] != 0 && table[at] != from; ) {
                at = (at + 2) % table.length;
            }
            return at;
        }
    }
}
