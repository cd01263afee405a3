package org.fusegrad.simplify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.graph.Origin;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;

/**
 * Pass: takes factors that do not vary along a summed loop out of the sum, and splits a sum of
 * terms where that lets every term be summed earlier. The second is what brings a derived backward
 * to the scans an expert would write: in {@code sum(a*dy + k*(x - mean))} the factor {@code k}
 * depends on an earlier sum, so the sum as a whole would need a scan of its own, while its terms do
 * not.
 */
final class FactorSums {
    /** coefficient * term; either may be absent and is then 1. */
    private record Term(Node coefficient, Node factor) {}

    /** Sums of more terms stay as they are: one after the other would grow with all before. */
    private static final int MOST_TERMS = 64;

    private final Map<Node, Integer> depth = new IdentityHashMap<>();

    private FactorSums() {}

    static Graph run(Graph graph) {
        FactorSums pass = new FactorSums();
        return graph.rewrite((n, in) -> pass.rewrite(n.withInputs(in)));
    }

    private Node rewrite(Node n) {
        if (!n.is(Op.SUM) || n.dtype() != DType.FLOAT64) {
            return n;
        }
        Ints axes = ((Attrs.Axes) n.attrs()).axes();
        if (axes.size() != 1) {
            return n;
        }
        if (sumsToZero(n)) {
            return n.like(0).expand(n.shape());
        }
        Node e = n.input(0);
        int axis = axes.get(0);
        List<Term> terms = terms(e, axis);
        boolean single = terms.size() == 1;
        if (terms.size() > MOST_TERMS || single && terms.get(0).coefficient() == null) {
            return n;
        }
        return single || earlier(e, terms) ? split(n, terms, axis) : n;
    }

    /** The differences from a mean add up to nothing: exactly, whatever the data, at any order. */
    private static boolean sumsToZero(Node sum) {
        List<Integer> loops = new ArrayList<>();
        Centred c = Centred.match(Centred.summand(sum, loops));
        return c != null && c.loops().equals(loops);
    }

    /** Whether each term can be summed before the whole could. */
    private boolean earlier(Node e, List<Term> terms) {
        int latest = 0;
        for (Term t : terms) {
            latest = Math.max(latest, t.factor() == null ? 0 : depth(t.factor()));
        }
        return depth(e) > latest;
    }

    private static Node split(Node n, List<Term> terms, int axis) {
        Node total = null;
        for (Term t : terms) {
            Node sum = t.factor() == null
                    ? Origin.extent(n.input(0), List.of(axis), n.dtype().compute())
                    : Node.of(Op.SUM, n.attrs(), t.factor());
            Node part = t.coefficient() == null ? sum : sum.mul(Loops.wide(t.coefficient()));
            total = total == null ? part : total.add(part);
        }
        return total.expand(n.shape());
    }

    /** The expression as a sum of coefficient * factor, coefficients constant along the axis. */
    private static List<Term> terms(Node e, int axis) {
        List<Term> terms = new ArrayList<>();
        Deque<Term> todo = new ArrayDeque<>();
        todo.push(new Term(null, e));
        while (!todo.isEmpty()) {
            Term t = todo.pop();
            Node f = t.factor();
            Node c = t.coefficient();
            if (Loops.constantAlong(f, axis)) {
                terms.add(new Term(times(c, f), null));
            } else if (f.is(Op.ADD)) {
                todo.push(new Term(c, f.input(1)));
                todo.push(new Term(c, f.input(0)));
            } else if (f.is(Op.SUB) && Centred.match(f) == null) {
                todo.push(new Term(times(c, f.like(-1)), f.input(1)));
                todo.push(new Term(c, f.input(0)));
            } else {
                Term outside = factorOut(c, f, axis);
                if (outside.factor() == f) {
                    terms.add(t);
                } else {
                    todo.push(outside);
                }
            }
        }
        return terms;
    }

    /** Moves factors of a product that are constant along the axis to the coefficient. */
    private static Term factorOut(Node c, Node product, int axis) {
        List<Node> factors = new ArrayList<>();
        Deque<Node> todo = new ArrayDeque<>();
        todo.push(product);
        boolean moved = false;
        while (!todo.isEmpty()) {
            Node f = todo.pop();
            if (Loops.constantAlong(f, axis)) {
                c = times(c, f);
                moved = true;
            } else if (f.is(Op.MUL)) {
                todo.push(f.input(1));
                todo.push(f.input(0));
            } else if (f.is(Op.NEG)) {
                c = times(c, f.like(-1));
                moved = true;
                todo.push(f.input(0));
            } else if (f.is(Op.DIV) && Loops.constantAlong(f.input(1), axis)) {
                c = times(c, Loops.wide(f.input(1)).unary(Op.RECIPROCAL));
                moved = true;
                todo.push(f.input(0));
            } else {
                factors.add(f);
            }
        }
        return new Term(c, moved ? factors.stream().reduce(Node::mul).orElseThrow() : product);
    }

    private static Node times(Node a, Node b) {
        return a == null ? b : Loops.wide(a).mul(Loops.wide(b));
    }

    /** How many sums over data a value waits for. */
    private int depth(Node root) {
        for (Node n : Graph.topological(List.of(root), depth)) {
            int d = 0;
            for (Node in : n.inputs()) {
                d = Math.max(d, depth.get(in));
            }
            depth.put(n, d + (n.op().kind() == Op.Kind.REDUCE ? 1 : 0));
        }
        return depth.get(root);
    }
}
