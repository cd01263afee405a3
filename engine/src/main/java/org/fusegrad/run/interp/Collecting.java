package org.fusegrad.run.interp;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.dist.Collective;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.BatchShard;
import org.fusegrad.graph.Node;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.Shape;

/** Rows from all replicas. */
final class Collecting {
    private Collecting() {}

    /** Contributes the wanted rows among this replica's own; writes those of all, in order. */
    static void collect(Node node, Value[] in, Value out, Workers w) {
        Attrs.Rows wanted = (Attrs.Rows) node.attrs();
        BatchShard share = wanted.share();
        int from = Math.min(Math.max(wanted.from() - share.first(), 0), share.rows());
        int to = Math.min(Math.max(wanted.to() - share.first(), from), share.rows());
        Value part = rows(in[0], from, to);
        Value own = Value.zeros(part.dtype(), part.shape());
        Convert.copy(part, own, w);
        List<Value> parts = new ArrayList<>(Collective.of(share).gather(wanted.label(), own));
        int at = 0;
        for (Value p : parts) {
            Convert.copy(p, rows(out, at, at + p.shape().dim(0)), w);
            at += p.shape().dim(0);
        }
    }

    private static Value rows(Value v, int from, int to) {
        int[] start = new int[v.shape().rank()];
        int[] step = new int[v.shape().rank()];
        java.util.Arrays.fill(step, 1);
        start[0] = from;
        Shape shape = v.shape().with(0, to - from);
        return v.slice(start, step, shape);
    }
}
