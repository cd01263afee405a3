package org.fusegrad.simplify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.Ints;

/**
 * Pass: a centred second moment in one scan. Where {@code sum((x - mean)²)} stands beside
 * {@code mean = sum(x) / n} over the same loops, both are taken of {@code d = x - p} for a pivot
 * {@code p} near the data:
 *
 * <pre>
 * m = sum(d) / n        mean = p + m        sum((x - mean)²) = sum(d²) - sum(d) m
 * </pre>
 *
 * The pivot is the mean of up to four elements spread over the data: one alone could be an outlier
 * many deviations off, which would cost digits of the variance. The identity holds for every x and
 * p, so it may be differentiated.
 *
 * <p>Later scans see {@code x - mean = e - lo} with {@code e = x - c}. The centre {@code c} is the
 * mean rounded to the data's type, which is within half a unit of it, and {@code x - c} is exact
 * for numbers close to each other. Where the mean is within one deviation of 0, {@code c} is 0 and
 * {@code x - c} is exact for every number. What remains of the mean, {@code lo}, is a statistic;
 * {@link FoldRemainders} keeps it off the data.
 */
final class ShiftMoments {
    private static final int SAMPLES = 4;

    private final Map<Node, Node> replacement = new IdentityHashMap<>();

    private ShiftMoments() {}

    static Graph run(Graph graph) {
        ShiftMoments pass = new ShiftMoments();
        Map<Node, Centred> centred = new IdentityHashMap<>();
        Map<Node, Boolean> ofData = new IdentityHashMap<>();
        for (Node n : graph.nodes()) {
            Centred c = Centred.match(n);
            if (c != null && c.isOfData(ofData)) {
                centred.put(n, c);
            }
        }
        for (Node n : graph.nodes()) {
            pass.matchMoment(n, centred);
        }
        return graph.rewrite((n, in) -> {
            Node r = pass.replacement.get(n);
            return r != null ? r : n.withInputs(in);
        });
    }

    /** A chain of sums of c * c over the very loops of the mean. */
    private void matchMoment(Node top, Map<Node, Centred> centred) {
        List<Integer> loops = new ArrayList<>();
        Node square = Centred.summand(top, loops);
        boolean squared = square.is(Op.MUL) && square.input(0) == square.input(1);
        Centred c = squared && !loops.isEmpty() ? centred.get(square.input(0)) : null;
        if (c == null || !loops.equals(c.loops())) {
            return;
        }
        Node pivot = pivot(c);
        Node d = c.x().sub(pivot).named("d");
        Node sum = sums(d, loops);
        Node m = sum.div(c.extent(sum.dtype().compute())).named("shift");
        Node exact = sums(d.mul(d), loops).sub(sum.mul(m));
        Node squares = Node.of(Op.MAXIMUM, Attrs.NONE, exact, exact.like(0));
        Node base = pivot.cast(m.dtype());
        Node mean = base.add(m);
        // Chosen after rounding: what is compared with it must be the rounded number.
        Node isSmall = mean.mul(mean).mul(c.extent(mean.dtype().compute())).le(squares);
        Node rounded = mean.cast(d.dtype());
        Node centre = isSmall.where(rounded.like(0), rounded).named("centre");
        replacement.put(top, squares);
        replacement.put(c.mean(), mean);
        replacement.put(c.c(), Remainder.difference(c.x().sub(centre), centre, base, m));
    }

    private static Node sums(Node x, List<Integer> loops) {
        // Collected from the outside in; applied from the inside out.
        for (int i = loops.size() - 1; i >= 0; i--) {
            x = Node.of(Op.SUM, new Attrs.Axes(Ints.of(loops.get(i)), true), x);
        }
        return x;
    }

    /**
     * The mean of samples spread evenly over the loops, in the data's type. Halving before adding,
     * in pairs, keeps it exact for equal samples and free of overflow.
     */
    private static Node pivot(Centred c) {
        int samples = c.count() >= SAMPLES ? SAMPLES : 2; // No loop has size 1.
        Deque<Node> queue = new ArrayDeque<>();
        for (int j = 0; j < samples; j++) {
            queue.add(sample(c.x(), c.loops(), j, samples));
        }
        while (queue.size() > 1) {
            queue.add(queue.poll().mul(0.5).add(queue.poll().mul(0.5)));
        }
        return queue.poll().named("pivot");
    }

    /** The expression of x at one position of the loops: its sources sliced there. */
    private static Node sample(Node x, List<Integer> loops, int j, int samples) {
        Map<Node, Node> at = new HashMap<>();
        for (Node n : Graph.topological(List.of(x))) {
            boolean inside = n.op().isElementwise();
            at.put(
                    n,
                    inside
                            ? n.withInputs(n.inputs().stream().map(at::get).toList())
                            : slice(n, x, loops, j, samples));
        }
        return at.get(x);
    }

    private static Node slice(Node n, Node x, List<Integer> loops, int j, int samples) {
        if (n.shape().rank() != x.shape().rank()) {
            return n;
        }
        if (loops.stream().allMatch(loop -> n.shape().dim(loop) == 1)) {
            return n;
        }
        Ints axes = Ints.of(loops.stream().mapToInt(Integer::intValue).toArray());
        return Node.of(Op.SLICE, new Attrs.Sample(j, samples, axes).of(n.shape()), n);
    }
}
