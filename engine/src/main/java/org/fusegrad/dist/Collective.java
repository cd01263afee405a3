package org.fusegrad.dist;

import java.util.List;
import org.fusegrad.graph.BatchShard;
import org.fusegrad.graph.ReplicaGroup;
import org.fusegrad.run.Value;

/**
 * One member of a fixed group of replicas that run the same program on parts of a batch. Its only
 * operation hands everybody's contribution to everybody; sums and broadcasts are made of it, so
 * that the order of arithmetic is the replicas' own and never that of arrival.
 */
public interface Collective extends ReplicaGroup {
    /**
     * Contributes a value and waits for the others.
     *
     * @param what names the exchange; members that call in different orders are told so
     * @return the contributions in order of ranks
     * @throws IllegalStateException if a member failed, was interrupted, never came, or exchanges
     *     something else
     */
    List<Value> gather(String what, Value part);

    /** The group that shares a batch; every one that computes is a collective. */
    static Collective of(BatchShard shard) {
        return (Collective) shard.among();
    }

    /** A group of one. */
    static Collective alone() {
        return new Collective() {
            @Override
            public int rank() {
                return 0;
            }

            @Override
            public int size() {
                return 1;
            }

            @Override
            public List<Value> gather(String what, Value part) {
                return List.of(part);
            }
        };
    }
}
