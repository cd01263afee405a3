package org.fusegrad;

import java.util.BitSet;
import java.util.List;
import org.fusegrad.graph.BatchShard;
import org.fusegrad.graph.Node;

/**
 * The inputs and results of a call that hold rows of a batch which replicas share; the others are
 * equal on all replicas.
 */
record SharedRows(BatchShard share, BitSet inputs, BitSet results) {
    /** A formula whose arguments and results all have rows. */
    static SharedRows of(BatchShard share, int arguments, int results) {
        return new SharedRows(share, first(arguments), first(results));
    }

    private static BitSet first(int n) {
        BitSet set = new BitSet();
        set.set(0, n);
        return set;
    }

    /** Arguments of one replica as those of all together. */
    static List<Node> whole(BatchShard share, List<Node> own) {
        return own.stream()
                .map(n -> Node.input(
                        own.indexOf(n), n.dtype(), n.shape().with(0, share.total()), n.hint()))
                .toList();
    }

    /** Inputs with rows of the pullback: those of the forward, then the gradients of results. */
    BitSet pullbackInputs(int forwardInputs) {
        BitSet all = (BitSet) inputs.clone();
        results.stream().forEach(i -> all.set(forwardInputs + i));
        return all;
    }

    /** The rows of the pullback as a call: a gradient has rows if its operand has. */
    SharedRows pullback(int forwardInputs, Call.Pullback pullback) {
        BitSet gradients = new BitSet();
        for (int i = 0; i < pullback.operands().length; i++) {
            gradients.set(i, inputs.get(pullback.operands()[i]));
        }
        return new SharedRows(share, pullbackInputs(forwardInputs), gradients);
    }
}
