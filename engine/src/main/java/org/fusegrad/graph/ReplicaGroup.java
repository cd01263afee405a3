package org.fusegrad.graph;

/** A place in a fixed group of replicas that run the same program on parts of a batch. */
public interface ReplicaGroup {
    /** This member's number, 0 to size - 1. */
    int rank();

    /** Members of the group. */
    int size();
}
