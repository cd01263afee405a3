package org.fusegrad;

import java.util.List;
import java.util.Locale;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.plan.Executable;
import org.fusegrad.plan.Traffic;

/**
 * An account of what became of a formula.
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

    /**
     * What became of it in ten lines at most: kernels, scans and bytes, forward and backward,
     * beside the bytes that the same operations move one by one.
     */
    public String summary() {
        return title + "\n" + summary("forward", forward) + summary("backward", backward);
    }

    private static String summary(String pass, Executable kernels) {
        List<Traffic> traffic = kernels.traffic();
        long fused = kernels.kernels().stream().filter(KernelGraph::fused).count();
        int scans = traffic.stream().mapToInt(Traffic::scans).sum();
        long read = traffic.stream().mapToLong(Traffic::bytesRead).sum();
        long written = traffic.stream().mapToLong(Traffic::bytesWritten).sum();
        long apart = traffic.stream().mapToLong(Traffic::unfusedBytes).sum();
        return String.format(
                Locale.ROOT,
                "%s: %d kernels, %d of them fused\n  %d scans over data\n"
                        + "  %.3f MB read, %.3f MB written\n"
                        + "  %.3f MB one by one, %.1f times as much\n",
                pass,
                kernels.kernels().size(),
                fused,
                scans,
                read * 1e-6,
                written * 1e-6,
                apart * 1e-6,
                apart / (double) Math.max(1, read + written));
    }
}
