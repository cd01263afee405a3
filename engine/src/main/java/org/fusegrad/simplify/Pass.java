package org.fusegrad.simplify;

import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.graph.Graph;

/**
 * A named, pure step from graph to graph. Answers the same object if it changed nothing.
 *
 * @param name verb phrase, as in the class that does it
 * @param step the rewrite
 */
public record Pass(String name, UnaryOperator<Graph> step) {
    /**
     * What happens to a graph over loop domains before it is cut into kernels. Every pass keeps the
     * function the graph computes, exactly or up to rounding; together they fix its numerics, so
     * they run before any backend sees the graph.
     */
    public static final List<Pass> ALL = List.of(
            new Pass("simplify", Simplify::run),
            new Pass("factor sums", FactorSums::run),
            new Pass("simplify", Simplify::run),
            new Pass("factor sums", FactorSums::run),
            new Pass("simplify", Simplify::run),
            new Pass("shift moments", ShiftMoments::run),
            new Pass("fold remainders", FoldRemainders::run),
            new Pass("simplify", Simplify::run),
            new Pass("contract fma", ContractFma::run));

    /** Applies all passes in order. */
    public static Graph runAll(Graph graph) {
        for (Pass pass : ALL) {
            graph = pass.step().apply(graph);
        }
        return graph;
    }
}
