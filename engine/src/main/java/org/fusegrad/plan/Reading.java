package org.fusegrad.plan;

import org.fusegrad.graph.Node;

/**
 * A materialised value read at a stage of a graph. Computations that read all of the same one share
 * a kernel, and so a pass over it.
 *
 * @param source the value; nodes are equal by identity
 * @param stage how many barriers lie before the computation
 */
record Reading(Node source, int stage) {
    /** Whether the computation runs over as many elements as the source has, not a part of more. */
    static boolean isFull(Node computation, Node source) {
        return source.shape().numel() > 1
                && source.shape().numel() >= computation.shape().numel();
    }
}
