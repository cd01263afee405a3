package org.fusegrad.simplify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/**
 * Pass: takes the remainder of the mean off the data. With {@code x - mean = e - lo},
 *
 * <pre>
 * (e - lo) a = e a - lo a        sum((e - lo) v) = sum(e v) - lo sum(v)
 * </pre>
 *
 * for a statistic {@code a}: one rounding and one operation less for every element. The terms that
 * leave are computed in float64, and {@code lo a} joins whatever is added next, such as a bias.
 */
final class FoldRemainders {
    private FoldRemainders() {}

    static Graph run(Graph graph) {
        return graph.rewrite((n, in) -> fold(n.withInputs(in)));
    }

    private static Node fold(Node n) {
        if (n.is(Op.MUL)) {
            Node first = product(n.input(0), n.input(1));
            Node second = first == null ? product(n.input(1), n.input(0)) : first;
            return second == null ? n : second;
        }
        return n.is(Op.SUM) && n.dtype() == DType.FLOAT64 ? sum(n) : n;
    }

    private static Node product(Node centred, Node a) {
        Remainder r = Remainder.match(centred);
        if (r == null || !Loops.wider(r.e(), a) || a.dtype() != r.e().dtype()) {
            return null;
        }
        return r.e().mul(a).add(r.lo().neg().mul(Loops.wide(a)).cast(a.dtype()));
    }

    private static Node sum(Node n) {
        int axis = ((Attrs.Axes) n.attrs()).axes().get(0);
        List<Node> factors = factors(n.input(0));
        List<Node> centred =
                factors.stream().filter(f -> Remainder.match(f) != null).toList();
        Remainder r = centred.size() == 1 ? Remainder.match(centred.get(0)) : null;
        if (r == null || factors.size() == 1 || !Loops.constantAlong(r.lo(), axis)) {
            return n;
        }
        factors.remove(centred.get(0));
        Node others = factors.stream().reduce(Node::mul).orElseThrow();
        Node near = Node.of(Op.SUM, n.attrs(), r.e().mul(others));
        return near.sub(r.lo().mul(Node.of(Op.SUM, n.attrs(), others)));
    }

    /** In order; not looking into what is no product. */
    private static List<Node> factors(Node product) {
        List<Node> factors = new ArrayList<>();
        Deque<Node> todo = new ArrayDeque<>(List.of(product));
        while (!todo.isEmpty()) {
            Node f = todo.pop();
            if (f.is(Op.MUL)) {
                todo.push(f.input(1));
                todo.push(f.input(0));
            } else {
                factors.add(f);
            }
        }
        return factors;
    }
}
