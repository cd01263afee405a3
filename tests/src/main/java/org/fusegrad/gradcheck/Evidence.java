package org.fusegrad.gradcheck;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * Refuses cotangents for which the right gradient vanishes, since then a wrong backward may yield
 * zero too. With ones, or with {@code sum(y^2)} for a loss, the terms of a norm's backward cancel.
 */
final class Evidence {
    /** A gradient smaller than this part of its terms is what cancellation left over. */
    private static final double CANCELLED = 1e-3;

    private final Level level;
    private final List<Tensor> cotangents;
    private final Findings findings;

    Evidence(Level level, List<Tensor> cotangents, Findings findings) {
        this.level = level;
        this.cotangents = cotangents;
        this.findings = findings;
    }

    void require(List<Expected.Leaf> expected, double[] v) {
        for (int i = 0; i < expected.size(); i++) {
            double largest = 0;
            for (Column column : expected.get(i).columns()) {
                largest = Math.max(largest, Math.abs(column.dot(v)));
            }
            String label = level.wanted().get(i).label();
            double terms = level.traced() == null ? 0 : largestTerms(i);
            if (largest < CANCELLED * terms) {
                findings.problem(String.format(
                        Locale.ROOT,
                        "gradient of %s proves nothing: it is at most %.1e, what is left of terms"
                                + " up to %.1e that cancel for this cotangent or loss; take a"
                                + " random cotangent, or allowZeros() if that is meant",
                        label,
                        largest,
                        terms));
            } else if (!expected.get(i).columns().isEmpty() && largest < 1e-9) {
                findings.problem("gradient of " + label + " is zero everywhere, so nothing was"
                        + " checked; allowZeros() if that is meant");
            }
        }
    }

    /** The largest element of a gradient if no two of its terms had opposite signs. */
    private double largestTerms(int leaf) {
        Shadow gradient = Shadow.of(level.gradient(cotangents), false);
        Map<Node, Node> seeds = new IdentityHashMap<>();
        for (Tensor v : cotangents) {
            if (v != null) {
                gradient.leaves(v).forEach(dy -> seeds.put(dy, dy.unary(Op.ABS)));
            }
        }
        Node terms = new RunningBound(gradient.outputs(), seeds, 0)
                .of(gradient.outputs().get(leaf));
        double largest = 0;
        for (double t : terms == null ? new double[0] : gradient.at(Map.of()).doubles(terms)) {
            largest = Math.max(largest, t);
        }
        return largest;
    }
}
