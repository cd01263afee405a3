package org.fusegrad.simplify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * A value minus its own mean: {@code c = x - sum(x) / n}, the mean possibly rounded in between.
 *
 * @param c the difference
 * @param x what is centred
 * @param mean the mean before rounding
 * @param loops the loops of the mean, from the outermost sum of its chain inwards
 * @param count the extent of these loops
 */
record Centred(Node c, Node x, Node mean, List<Integer> loops, double count) {
    /** The pattern at this node, or {@code null}. */
    static Centred match(Node c) {
        if (!c.is(Op.SUB)) {
            return null;
        }
        Node x = c.input(0);
        Node mean = Loops.isRoundedStatistic(c.input(1)) ? c.input(1).input(0) : c.input(1);
        if (!mean.is(Op.DIV) || !mean.input(1).is(Op.CONST)) {
            return null;
        }
        List<Integer> loops = new ArrayList<>();
        Node summed = summand(mean.input(0), loops);
        double count = mean.input(1).constValue();
        return summed == x && !loops.isEmpty() && count == extent(x, loops)
                ? new Centred(c, x, mean, loops, count)
                : null;
    }

    /** What a chain of one-loop sums adds up; the loops are collected from the outside in. */
    static Node summand(Node sum, List<Integer> loops) {
        while (sum.is(Op.SUM)) {
            loops.add(((Attrs.Axes) sum.attrs()).axes().get(0));
            sum = sum.input(0);
        }
        return sum;
    }

    private static double extent(Node x, List<Integer> loops) {
        double n = 1;
        for (int loop : loops) {
            n *= x.shape().dim(loop);
        }
        return n;
    }

    /**
     * Whether x itself waits for no sum.
     *
     * @param ofData what is known of other nodes, and of more afterwards
     */
    boolean isOfData(Map<Node, Boolean> ofData) {
        for (Node n : Graph.topological(List.of(x), ofData)) {
            boolean sum = n.op().kind() == Op.Kind.REDUCE;
            ofData.put(n, !sum && n.inputs().stream().allMatch(ofData::get));
        }
        return ofData.get(x);
    }
}
