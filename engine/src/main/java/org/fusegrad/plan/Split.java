package org.fusegrad.plan;

import org.fusegrad.graph.Graph;

/**
 * A forward and a backward cut from one joint graph. The forward's last {@code saved} outputs are
 * kept for the backward, whose inputs are those of the pullback followed by the saved values.
 */
public record Split(Graph forward, Graph backward, int saved) {}
