package org.fusegrad.gradcheck;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/**
 * A running error bound (Higham, Accuracy and Stability of Numerical Algorithms, section 3.3): with
 * each value of a graph the largest error it may carry, itself an expression. Roundings add the
 * unit times the size of what is rounded; operations carry the errors of their operands on without
 * regard to sign. It uses no gradient rule, so a wrong one cannot widen the bound it is judged by.
 *
 * <p>With unit 0 it is the sum over all paths of what leaves contribute: what would remain if
 * nothing cancelled.
 */
final class RunningBound {
    /** Terms that one accumulator of a sum takes in before partial sums are combined. */
    private static final int TERMS = 128;

    private final Map<Node, Node> errors = new IdentityHashMap<>();
    private final double unit;
    private final Map<Node, Double> stores;

    /**
     * Of the nodes that some roots need.
     *
     * @param seeds errors of leaves; those without are exact
     */
    RunningBound(List<Node> roots, Map<Node, Node> seeds, double unit) {
        this(roots, seeds, unit, Map.of());
    }

    /**
     * With nodes that round to a storage type.
     *
     * @param stores their units
     */
    RunningBound(List<Node> roots, Map<Node, Node> seeds, double unit, Map<Node, Double> stores) {
        this.unit = unit;
        this.stores = stores;
        for (Node node : Graph.topological(roots)) {
            Node e = node.op().kind() == Op.Kind.LEAF ? seeds.get(node) : error(node);
            if (e != null) {
                errors.put(node, e.shape().equals(node.shape()) ? e : e.expand(node.shape()));
            }
        }
    }

    /** The error of a node; {@code null} if it is exact. */
    Node of(Node node) {
        return errors.get(node);
    }

    private Node error(Node y) {
        if (!y.dtype().isFloating()) {
            return null;
        }
        boolean exact = y.inputs().stream().noneMatch(errors::containsKey);
        if (exact && unit == 0) {
            return null;
        }
        return switch (y.op().kind()) {
            case MARKER -> errors.get(y.input(0));
            case MOVEMENT -> exact ? null : moved(y);
            case UNARY, BINARY, TERNARY -> plus(shifted(y), plus(rounding(y, 1), stored(y)));
            default -> summed(y, exact);
        };
    }

    private Node summed(Node y, boolean exact) {
        return switch (y.op()) {
            case SUM, CUMSUM, AVG_POOL, AVG_POOL_ADJOINT -> {
                Node terms = plus(errors.get(y.input(0)), rounding(y.input(0), TERMS));
                yield terms == null ? null : y.withInputs(List.of(terms));
            }
            case SUM_MUL, MATMUL, CONV, CONV_INPUT, CONV_WEIGHT -> bilinear(y);
            case PROD -> {
                Node x = abs(y.input(0));
                Node e = plus(errors.get(y.input(0)), rounding(y.input(0), 1));
                yield y.withInputs(List.of(x.add(e))).sub(y.withInputs(List.of(x)));
            }
            case MIN -> exact ? null : Node.of(Op.MAX, y.attrs(), errors.get(y.input(0)));
            default -> exact ? null : first(y);
        };
    }

    /** How far the value moves when each operand moves by its error. */
    private Node shifted(Node y) {
        Node sum = null;
        for (int i = 0; i < y.inputs().size(); i++) {
            Node e = errors.get(y.input(i));
            if (e != null) {
                Node[] in = y.inputs().toArray(Node[]::new);
                in[i] = fit(in[i], e).add(e);
                Node shift = abs(y.withInputs(List.of(in)).sub(y));
                // Beyond the edge of a domain there is no value; that side counts for nothing.
                Node real = shift.le(shift.like(Double.MAX_VALUE));
                sum = plus(sum, real.where(shift, shift.like(0)));
            }
        }
        return sum;
    }

    private static Node fit(Node x, Node e) {
        return x.shape().equals(e.shape()) ? x : x.expand(e.shape());
    }

    private Node moved(Node y) {
        Node[] in = y.inputs().toArray(Node[]::new);
        for (int i = 0; i < in.length; i++) {
            Node e = errors.get(in[i]);
            in[i] = e == null ? in[i].zeros() : e;
        }
        if (y.attrs() instanceof Attrs.Padding p) {
            return Node.of(Op.PAD, new Attrs.Padding(p.low(), p.high(), p.interior(), 0), in);
        }
        return y.withInputs(List.of(in));
    }

    /** The operation on the error of its first operand; others, such as indices, stay. */
    private Node first(Node y) {
        Node e = errors.get(y.input(0));
        Node[] in = y.inputs().toArray(Node[]::new);
        in[0] = e == null ? in[0].zeros() : e;
        return y.withInputs(List.of(in));
    }

    private Node bilinear(Node y) {
        Node a = abs(y.input(0));
        Node b = abs(y.input(1));
        Node ea = plus(errors.get(y.input(0)), rounding(a, TERMS));
        Node eb = errors.get(y.input(1));
        Node left = ea == null ? null : y.withInputs(List.of(ea, b));
        return plus(left, eb == null ? null : y.withInputs(List.of(a, eb)));
    }

    private Node stored(Node y) {
        return stores.containsKey(y) && unit > Math.ulp(1.0) ? abs(y).mul(stores.get(y)) : null;
    }

    private Node rounding(Node x, int times) {
        return unit == 0 || !x.dtype().isFloating() ? null : abs(x).mul(unit * times);
    }

    private static Node abs(Node x) {
        return x.dtype() == DType.FLOAT64 ? x.unary(Op.ABS) : x;
    }

    private static Node plus(Node a, Node b) {
        return a == null ? b : b == null ? a : a.add(b);
    }
}
