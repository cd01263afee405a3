package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.BatchShard;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.Ints;

/**
 * Pass: from the graph of a whole batch to that of one replica's rows. What varies along the batch
 * has the replica's rows only; where the whole graph reduces over the batch or picks a row of it,
 * the rows are collected from all replicas first. All arithmetic stays as it was decided for the
 * whole batch, so replicas compute the bits that one alone would.
 *
 * <p>Collections wait for one another, which gives them one order on all replicas.
 */
final class Localize {
    private final BatchShard share;
    private final Map<Node, Node> local = new IdentityHashMap<>();
    private final BitSet rowOutputs = new BitSet();
    private final Map<Node, Boolean> hasRows = new IdentityHashMap<>();
    private Node lastCollected;
    private int collections;
    private String call = "";

    private Localize(BatchShard share) {
        this.share = share;
    }

    /** The replica's part of a forward and a backward. */
    static Split split(Split whole, BatchShard share, BitSet rowInputs) {
        Localize forward = new Localize(share);
        Graph ahead = forward.rewrite(whole.forward(), rowInputs);
        BitSet known = (BitSet) rowInputs.clone();
        int inputs = whole.backward().inputs().size() - whole.saved();
        int outputs = whole.forward().outputs().size() - whole.saved();
        for (int i = 0; i < whole.saved(); i++) {
            known.set(inputs + i, forward.rowOutputs.get(outputs + i));
        }
        Graph back = new Localize(share).rewrite(whole.backward(), known);
        return new Split(ahead, back, whole.saved());
    }

    /** The replica's part of a graph. */
    static Graph graph(Graph whole, BatchShard share, BitSet rowInputs) {
        return new Localize(share).rewrite(whole, rowInputs);
    }

    private Graph rewrite(Graph whole, BitSet rowInputs) {
        List<Node> inputs = new ArrayList<>();
        for (int i = 0; i < whole.inputs().size(); i++) {
            Node leaf = whole.inputs().get(i);
            boolean rows = rowInputs.get(i);
            Node own = rows
                    ? Node.input(i, leaf.dtype(), leaf.shape().with(0, share.rows()), leaf.hint())
                    : leaf;
            inputs.add(own);
            call += rows ? " " + leaf.dtype() + leaf.shape() : "";
            put(leaf, own, rows);
        }
        for (Node n : whole.nodes()) {
            if (!local.containsKey(n)) {
                localize(n);
            }
        }
        List<Node> outputs = new ArrayList<>();
        for (Node out : whole.outputs()) {
            rowOutputs.set(outputs.size(), hasRows.get(out));
            outputs.add(local.get(out));
        }
        return Graph.of(inputs, outputs);
    }

    private void put(Node n, Node own, boolean rows) {
        local.put(n, own);
        hasRows.put(n, rows);
    }

    private void localize(Node n) {
        boolean rows = n.inputs().stream().anyMatch(hasRows::get);
        List<Node> in = n.inputs().stream().map(local::get).toList();
        if (n.is(Op.EXPAND)) {
            // Something that does not vary along the batch may be repeated along it.
            boolean repeats = n.shape().rank() > 1
                    && n.shape().dim(0) == share.total()
                    && (n.input(0).shape().rank() == 0 || n.input(0).shape().dim(0) == 1);
            put(n, rows || repeats ? resized(n, in) : n.withInputs(in), rows || repeats);
        } else if (!rows) {
            put(n, n.withInputs(in), false);
        } else if (n.op().kind() == Op.Kind.REDUCE && overRows(n)) {
            List<Node> all = new ArrayList<>();
            for (Node operand : n.inputs()) {
                Node own = local.get(operand);
                all.add(hasRows.get(operand) ? collect(own, 0, share.total()) : own);
            }
            put(n, n.withInputs(all), false);
        } else if (n.is(Op.SLICE)) {
            slice(n, in.get(0));
        } else if (n.is(Op.RESHAPE)) {
            put(n, resized(n, in), true);
        } else if (n.op().isElementwise() || n.op().kind() == Op.Kind.REDUCE || keepsRows(n)) {
            put(n, n.withInputs(in), true);
        } else {
            throw unsupported(n);
        }
    }

    private static boolean overRows(Node reduction) {
        return ((Attrs.Axes) reduction.attrs()).axes().get(0) == 0;
    }

    private static boolean keepsRows(Node n) {
        return n.is(Op.PERMUTE) && ((Attrs.Axes) n.attrs()).axes().get(0) == 0;
    }

    private Node resized(Node n, List<Node> in) {
        if (n.shape().rank() == 0 || n.shape().dim(0) != share.total()) {
            throw unsupported(n);
        }
        return Node.of(n.op(), new Attrs.Dims(n.shape().with(0, share.rows())), in);
    }

    /** The part of each row first, which is little, then the rows wanted. */
    private void slice(Node n, Node own) {
        Attrs.Range r = (Attrs.Range) n.attrs();
        int[] start = r.start().toArray();
        int[] end = r.end().toArray();
        int from = start[0];
        int to = end[0];
        if (r.step().get(0) != 1) {
            throw unsupported(n);
        }
        start[0] = 0;
        end[0] = share.rows();
        Attrs part = new Attrs.Range(Ints.of(start), Ints.of(end), r.step());
        Node sliced = Node.of(Op.SLICE, part, own);
        boolean whole = from == 0 && to == share.total();
        put(n, whole ? sliced : collect(sliced, from, to), whole);
    }

    private Node collect(Node own, int from, int to) {
        String label = "collection " + ++collections + " of rows " + from + " to " + to + " of "
                + own.shape().with(0, share.total()) + " in a call on" + call;
        Attrs rows = new Attrs.Rows(share, from, to, label);
        lastCollected = lastCollected == null
                ? Node.of(Op.COLLECT, rows, own)
                : Node.of(Op.COLLECT, rows, own, lastCollected);
        return lastCollected;
    }

    private static IllegalArgumentException unsupported(Node n) {
        return new IllegalArgumentException("a formula that replicas share cannot contain "
                + n.op() + " to " + n.shape() + ", which mixes rows of the batch with other axes;"
                + " reduce or compute element by element");
    }
}
