package org.fusegrad.plan;

import org.fusegrad.graph.Sizes;

/**
 * The executables that a forward and its pullback were planned to.
 *
 * @param forward yields the results, and then what it saves
 * @param backward of the pullback's inputs and what was saved; null of a forward alone
 * @param saved how many values the forward saves
 */
public record Planned(Executable forward, Executable backward, int saved) {
    /** About the memory it takes. */
    long bytes() {
        return forward.bytes() + (backward == null ? 0 : backward.bytes());
    }

    /** The same plan at other sizes. */
    Planned at(Sizes sizes) {
        return new Planned(forward.at(sizes), backward == null ? null : backward.at(sizes), saved);
    }
}
