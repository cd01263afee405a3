package org.fusegrad;

import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Node;

/**
 * A formula as it was traced. Unlike a {@link org.fusegrad.graph.Graph} it keeps equal expressions
 * apart, so it says which values the program really used, and how often.
 *
 * @param results what the formula answered
 * @param writes the new values of states
 * @param sources the {@link Tensor} or {@link State} behind each leaf that is no argument, by
 *     identity of the leaf; for the key of random numbers an object of no meaning
 */
public record Trace(List<Node> results, List<Node> writes, Map<Node, Object> sources) {}
