package org.fusegrad.graph;

/**
 * The graph of one kernel. Either a single structured, indexing or copying operation on values of
 * any shape, or a <em>fused</em> region in canonical form: every node has the rank of the kernel's
 * domain, with size 1 along the axes it does not vary over; each reduction is over one axis; no
 * movement is left inside. In that form the numeric contract fixes every bit of the result.
 *
 * @param name readable name, such as {@code batch_norm_fwd_1}; not part of the kernel's identity
 * @param graph the computation; outputs are written contiguously in the order of the domain
 * @param fused whether the graph is a canonical fused region
 */
public record KernelGraph(String name, Graph graph, boolean fused) {
    /** The same kernel at other sizes. */
    public KernelGraph at(Sizes sizes) {
        return new KernelGraph(name, sizes.graph(graph), fused);
    }
}
