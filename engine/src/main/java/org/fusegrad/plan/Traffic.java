package org.fusegrad.plan;

import java.util.List;
import java.util.Locale;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;

/**
 * The memory traffic of a kernel.
 *
 * @param scans passes over full-size data
 * @param reads full-size tensors read, counted once a scan
 * @param writes full-size tensors written
 * @param bytesRead bytes of all operands read, once a scan
 * @param bytesWritten bytes of all results
 * @param unfusedBytes bytes the same operations move one by one
 */
public record Traffic(
        int scans, int reads, int writes, long bytesRead, long bytesWritten, long unfusedBytes) {
    /** One pass over operands and results. */
    static Traffic once(Graph g) {
        long read = bytes(g.inputs());
        long written = bytes(g.outputs());
        return new Traffic(1, g.inputs().size(), g.outputs().size(), read, written, read + written);
    }

    private static long bytes(List<Node> nodes) {
        return nodes.stream()
                .mapToLong(n -> (long) n.shape().numel() * n.dtype().bytes())
                .sum();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d scan(s) R%d W%d, reads %s, writes %s; unfused %s",
                scans,
                reads,
                writes,
                size(bytesRead),
                size(bytesWritten),
                size(unfusedBytes));
    }

    private static String size(long bytes) {
        return bytes < 100_000 ? bytes + " B" : String.format(Locale.ROOT, "%.1f MB", bytes * 1e-6);
    }
}
