package org.fusegrad.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.fusegrad.Explanation;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.plan.Executable;
import org.fusegrad.plan.Traffic;

/** The listing of an explanation: graphs, kernels, what is saved, and bytes against unfused. */
record ExplanationText(Explanation of) {
    /**
     * The listing.
     *
     * @param inside whether the graph of each kernel is shown
     */
    String text(boolean inside) {
        return of.title() + "\n\ntraced forward\n" + of.traced().toString().indent(2)
                + "\nderived backward\n" + of.derived().toString().indent(2) + "\n"
                + kernels("forward", of.forward(), inside)
                + kernels("backward", of.backward(), inside)
                + "\n" + saved() + "\n" + moved() + "\n";
    }

    private static String kernels(String label, Executable pass, boolean inside) {
        StringBuilder text = new StringBuilder();
        List<KernelGraph> kernels = pass.kernels();
        text.append(label).append(": ").append(kernels.size()).append(" kernel(s)\n");
        for (int i = 0; i < kernels.size(); i++) {
            text.append("  ")
                    .append(kernels.get(i).name())
                    .append("  ")
                    .append(pass.traffic().get(i))
                    .append('\n');
            if (inside) {
                text.append(kernels.get(i).graph().toString().indent(6));
            }
        }
        return text.toString();
    }

    /** What the tape holds between forward and backward: operands, and results kept for it. */
    private String saved() {
        Set<Node> used = Collections.newSetFromMap(new IdentityHashMap<>());
        used.addAll(of.derived().nodes());
        List<String> operands = new ArrayList<>();
        for (Node input : of.traced().inputs()) {
            if (used.contains(input)) {
                operands.add(label(input));
            }
        }
        long results =
                of.traced().outputs().stream().mapToLong(ExplanationText::bytes).sum();
        long extra = written(of.forward()) - results;
        return "saved for backward: the operands " + String.join(", ", operands) + ", and "
                + size(Math.max(0, extra)) + " computed besides the result";
    }

    private static String label(Node input) {
        return (input.hint() == null ? "x" : input.hint()) + " " + size(bytes(input));
    }

    private String moved() {
        long fused = 0;
        long unfused = 0;
        for (Executable pass : List.of(of.forward(), of.backward())) {
            for (Traffic t : pass.traffic()) {
                fused += t.bytesRead() + t.bytesWritten();
                unfused += t.unfusedBytes();
            }
        }
        return String.format(
                Locale.ROOT,
                "moved in all: %s, unfused %s, %.1f times as much",
                size(fused),
                size(unfused),
                (double) unfused / Math.max(1, fused));
    }

    private static long written(Executable pass) {
        return pass.traffic().stream().mapToLong(Traffic::bytesWritten).sum();
    }

    private static long bytes(Node node) {
        return (long) node.shape().numel() * node.dtype().bytes();
    }

    private static String size(long bytes) {
        return bytes < 100_000 ? bytes + " B" : String.format(Locale.ROOT, "%.1f MB", bytes * 1e-6);
    }
}
