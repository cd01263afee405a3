package org.fusegrad.simplify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.graph.Origin;
import org.fusegrad.type.DType;

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
        if (summed != x || loops.isEmpty()) {
            return null;
        }
        // Both as constants, so that it is known that they were compared.
        double count = Origin.retyped(mean.input(1), DType.FLOAT64).constValue();
        boolean all = count == Origin.extent(x, loops, DType.FLOAT64).constValue();
        return all ? new Centred(c, x, mean, loops, count) : null;
    }

    /** What a chain of one-loop sums adds up; the loops are collected from the outside in. */
    static Node summand(Node sum, List<Integer> loops) {
        while (sum.is(Op.SUM)) {
            loops.add(((Attrs.Axes) sum.attrs()).axes().get(0));
            sum = sum.input(0);
        }
        return sum;
    }

    /** The count as a constant. */
    Node extent(DType dtype) {
        return Origin.extent(x, loops, dtype);
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
