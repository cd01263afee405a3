package org.fusegrad.graph;

/**
 * The rows of a batch that one replica holds. The batch is what all replicas hold, one after the
 * other in order of ranks.
 *
 * @param among the replicas
 * @param first position of this replica's first row in the batch
 * @param rows of this replica; may be 0
 * @param total rows of the batch
 */
public record BatchShard(ReplicaGroup among, int first, int rows, int total) {}
