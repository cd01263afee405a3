package org.fusegrad.simplify;

import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * A centred value as {@link ShiftMoments} writes it: {@code (x - c) - lo}, a difference from a
 * number near the mean and what remains of the mean, a statistic of at most about one deviation.
 *
 * @param e {@code x - c}
 * @param lo in float64
 */
record Remainder(Node e, Node lo) {
    /**
     * The centred value.
     *
     * @param e {@code x - c}
     * @param pivot in float64; the mean is {@code pivot + shift}
     */
    static Node difference(Node e, Node c, Node pivot, Node shift) {
        Node lo = pivot.sub(c.cast(pivot.dtype())).add(shift).named("lo");
        return e.sub(lo.cast(e.dtype()));
    }

    /** The pattern at this node, or {@code null}. */
    static Remainder match(Node n) {
        if (!n.is(Op.SUB) || !n.input(0).is(Op.SUB)) {
            return null;
        }
        Node e = n.input(0);
        Node lo = Loops.isRoundedStatistic(n.input(1)) ? n.input(1).input(0) : n.input(1);
        boolean near = lo.is(Op.ADD)
                && lo.input(0).is(Op.SUB)
                && unwidened(lo.input(0).input(1)) == e.input(1);
        return near ? new Remainder(e, lo) : null;
    }

    private static Node unwidened(Node n) {
        return n.is(Op.CAST) ? n.input(0) : n;
    }
}
