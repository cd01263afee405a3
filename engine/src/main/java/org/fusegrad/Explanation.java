package org.fusegrad;

import org.fusegrad.graph.Graph;
import org.fusegrad.plan.Executable;

/**
 * What became of a formula.
 *
 * @param title formula and signature
 * @param traced the formula as it was traced
 * @param derived its derived backward
 * @param forward the compiled forward
 * @param backward the compiled backward
 */
public record Explanation(
        String title, Graph traced, Graph derived, Executable forward, Executable backward) {
    /** The listing: graphs, then kernels with scans and bytes. */
    public String text() {
        return title + "\n\ntraced\n" + traced + "\nderived backward\n" + derived + "\n"
                + forward.explain() + backward.explain();
    }

    /** The generated source of every kernel. */
    public String source() {
        return forward.source() + backward.source();
    }
}
