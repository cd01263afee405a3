package org.fusegrad.gradcheck;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * The kinks of a function near a point, where it has no derivative: ties of a maximum or a
 * comparison, zeros of an absolute value, edges of a rounding. What counts as near is how far a
 * value can move when every leaf moves by its step, which a {@link RunningBound} tells.
 */
final class Kinks {
    /**
     * The nearest kink.
     *
     * @param room distance to it, as a multiple of what the steps can bridge; infinite if there is
     *     none
     * @param node the operation; {@code null} if there is none
     */
    record Nearest(double room, Node node, int[] at) {
        private static final Nearest NONE = new Nearest(Double.POSITIVE_INFINITY, null, null);

        @Override
        public String toString() {
            String name = node.hint() == null ? "" : " '" + node.hint() + "'";
            return node.op() + name + " at " + Arrays.toString(at);
        }
    }

    private final Evaluation values;
    private final RunningBound reach;

    private Kinks(Shadow shadow, Map<Tensor, double[]> moved, Map<Tensor, Double> steps) {
        this.values = shadow.at(moved);
        Map<Node, Node> seeds = new IdentityHashMap<>();
        steps.forEach((t, step) -> shadow.leaves(t).forEach(leaf -> {
            Node size = leaf.unary(Op.ABS);
            Node above = Node.of(Op.MAXIMUM, Attrs.NONE, size, size.like(1));
            seeds.put(leaf, above.mul(step));
        }));
        this.reach = new RunningBound(shadow.outputs(), seeds, 0);
    }

    /**
     * The nearest kink when leaves move by these steps, relative to max(1, |x|).
     *
     * @param moved leaves that are elsewhere than at their values
     */
    static Nearest nearest(Shadow shadow, Map<Tensor, double[]> moved, Map<Tensor, Double> steps) {
        Kinks kinks = new Kinks(shadow, moved, steps);
        Nearest nearest = Nearest.NONE;
        for (Node node : shadow.nodes()) {
            Nearest here = kinks.at(node);
            nearest = here.room() < nearest.room() ? here : nearest;
        }
        return nearest;
    }

    private Nearest at(Node y) {
        return switch (y.op()) {
            case ABS, SIGN, SQRT, RSQRT, LOG -> near(y, y.input(0), reach(y.input(0)));
            case FLOOR, CEIL -> {
                Node off = y.input(0).sub(y.input(0).unary(Op.ROUND));
                yield near(y, off, reach(y.input(0)));
            }
            case ROUND -> {
                Node half = y.input(0).sub(y.input(0).unary(Op.FLOOR)).sub(0.5);
                yield near(y, half, reach(y.input(0)));
            }
            case MAXIMUM, MINIMUM, EQ, NE, LT, LE -> between(y);
            case MAX, MIN -> extremum(y);
            case MAX_POOL -> pooled(y);
            default -> Nearest.NONE;
        };
    }

    private Node reach(Node x) {
        return reach.of(x);
    }

    private Nearest between(Node y) {
        Node a = y.input(0);
        Node b = y.input(1);
        if (a.dtype() != DType.FLOAT64) {
            return Nearest.NONE;
        }
        Node ra = reach(a);
        Node rb = reach(b);
        return near(y, a.sub(b), ra == null ? rb : rb == null ? ra : ra.add(rb));
    }

    /** The smallest distance as a multiple of the reach. */
    private Nearest near(Node y, Node distance, Node reach) {
        if (reach == null) {
            return Nearest.NONE;
        }
        double[] d = values.doubles(distance.expand(y.shape()));
        double[] r = values.doubles(reach.expand(y.shape()));
        int least = -1;
        double room = Double.POSITIVE_INFINITY;
        for (int i = 0; i < d.length; i++) {
            double here = r[i] > 0 ? Math.abs(d[i]) / r[i] : Double.POSITIVE_INFINITY;
            if (here < room) {
                room = here;
                least = i;
            }
        }
        return least < 0 ? Nearest.NONE : new Nearest(room, y, position(y.shape(), least));
    }

    /** The winner against the others; a single winner is no tie with itself. */
    private Nearest extremum(Node y) {
        Node x = y.input(0);
        Node reach = reach(x);
        if (reach == null) {
            return Nearest.NONE;
        }
        Node one = y.like(1);
        Node wins = x.eq(y.expand(x.shape()));
        Node winners = wins.where(one, y.like(0)).sum(((Attrs.Axes) y.attrs()).axes());
        Node alone = Node.of(
                Op.AND, Attrs.NONE, wins, winners.expand(x.shape()).eq(one.expand(x.shape())));
        Node far = y.like(Double.MAX_VALUE).expand(x.shape());
        Node distance = alone.where(far, y.expand(x.shape()).sub(x));
        Nearest n = near(x, distance, reach.add(reach(y).expand(x.shape())));
        return n.node() == null ? n : new Nearest(n.room(), y, n.at());
    }

    /** Whether another element of a window wins when the winners sink by twice their reach. */
    private Nearest pooled(Node y) {
        Node x = y.input(0);
        Node reach = reach(x);
        if (reach == null) {
            return Nearest.NONE;
        }
        Node ones = y.like(1).expand(y.shape());
        Node won = Node.of(Op.MAX_POOL_SCATTER, y.attrs(), ones, x);
        Node sunk = won.eq(won.like(0)).where(x, x.sub(reach.mul(2)));
        double[] numbers = new double[x.shape().numel()];
        Arrays.setAll(numbers, i -> i);
        Node index = Node.input(-1, DType.FLOAT64, x.shape(), null);
        values.put(index, Value.wrap(DType.FLOAT64, numbers, x.shape()));
        double[] before = values.doubles(Node.of(Op.MAX_POOL_GATHER, y.attrs(), index, x));
        double[] after = values.doubles(Node.of(Op.MAX_POOL_GATHER, y.attrs(), index, sunk));
        int differs = Arrays.mismatch(before, after);
        return differs < 0 ? Nearest.NONE : new Nearest(0.5, y, position(y.shape(), differs));
    }

    /** Where an element in row-major order is. */
    static int[] position(Shape shape, int flat) {
        int[] at = new int[shape.rank()];
        int rest = flat;
        for (int i = shape.rank() - 1; i >= 0; i--) {
            at[i] = rest % shape.dim(i);
            rest /= shape.dim(i);
        }
        return at;
    }
}
