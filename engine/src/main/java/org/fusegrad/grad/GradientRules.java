package org.fusegrad.grad;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * The vector-Jacobian product of every operation: from a node {@code y} and the gradient {@code g}
 * of its value, the gradient of each operand, as expressions. Because they are expressions, a
 * backward can be printed, simplified, fused and differentiated again.
 *
 * <p>Broadcasting is undone by the caller: a rule may answer the gradient of the broadcast operand.
 * At kinks the conventions are PyTorch's: {@code abs} has slope 0 at 0, ties of maximum and minimum
 * share the gradient in halves, ties of a max reduction share it evenly, and NaN wins.
 */
public final class GradientRules {
    /** The gradient rule of one operation; no gradient flows where entries are null or missing. */
    @FunctionalInterface
    interface Rule {
        List<Node> apply(Node y, Node g);
    }

    private static final Map<Op, Rule> RULES = new EnumMap<>(Op.class);
    private static final Rule NONE = (y, g) -> List.of();
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private GradientRules() {}

    static {
        unary();
        binary();
        ternary();
        movement();
        reductions();
        StructuredGradients.register(RULES);
        for (Op flat : List.of(
                Op.SIGN,
                Op.FLOOR,
                Op.CEIL,
                Op.ROUND,
                Op.NOT,
                Op.EQ,
                Op.NE,
                Op.LT,
                Op.LE,
                Op.AND,
                Op.OR,
                Op.XOR,
                Op.ARGMAX,
                Op.DETACH,
                Op.UNIFORM,
                Op.NORMAL)) {
            RULES.put(flat, NONE);
        }
        // Graphs are differentiated as those of the whole batch, before they are shared out.
        RULES.put(Op.COLLECT, (y, g) -> {
            throw new AssertionError("differentiated after it was shared out: " + y);
        });
    }

    private static void unary() {
        put(Op.CAST, (y, g) -> one(x(y).dtype().isFloating() ? g.cast(x(y).dtype()) : null));
        put(Op.NEG, (y, g) -> one(g.neg()));
        put(Op.ABS, (y, g) -> one(g.mul(x(y).unary(Op.SIGN))));
        put(Op.SQRT, (y, g) -> one(g.div(y.mul(2))));
        put(Op.RSQRT, (y, g) -> one(g.mul(y.mul(y).mul(y).mul(-0.5))));
        put(Op.RECIPROCAL, (y, g) -> one(g.mul(y.mul(y)).neg()));
        put(Op.EXP, (y, g) -> one(g.mul(y)));
        put(Op.EXPM1, (y, g) -> one(g.mul(x(y).unary(Op.EXP))));
        put(Op.LOG, (y, g) -> one(g.div(x(y))));
        put(Op.LOG1P, (y, g) -> one(g.div(x(y).add(1))));
        put(Op.TANH, (y, g) -> one(g.mul(y.like(1).sub(y.mul(y)))));
        put(Op.SIGMOID, (y, g) -> one(g.mul(y.mul(y.like(1).sub(y)))));
        put(Op.ERF, (y, g) -> one(g.mul(x(y).mul(x(y)).neg().unary(Op.EXP).mul(TWO_OVER_SQRT_PI))));
        put(Op.SIN, (y, g) -> one(g.mul(x(y).unary(Op.COS))));
        put(Op.COS, (y, g) -> one(g.mul(x(y).unary(Op.SIN)).neg()));
        put(Op.ATAN, (y, g) -> one(g.div(x(y).mul(x(y)).add(1))));
    }

    private static void binary() {
        put(Op.ADD, (y, g) -> List.of(g, g));
        put(Op.SUB, (y, g) -> List.of(g, g.neg()));
        put(Op.MUL, (y, g) -> List.of(g.mul(b(y)), g.mul(a(y))));
        put(Op.DIV, (y, g) -> List.of(g.div(b(y)), g.mul(y.div(b(y))).neg()));
        put(Op.POW, GradientRules::pow);
        put(Op.MAXIMUM, (y, g) -> share(g, a(y).lt(b(y)), b(y).lt(a(y)), a(y).eq(b(y))));
        put(Op.MINIMUM, (y, g) -> share(g, b(y).lt(a(y)), a(y).lt(b(y)), a(y).eq(b(y))));
    }

    /**
     * The power of 0 with exponent 0, as a constant function of its base, and of its exponent from
     * there on, has gradient 0; so has NaN to the power 0, which is 1. What is not chosen is taken
     * at base 1: slopes of its own that are infinite would make NaN of a gradient of 0.
     */
    private static List<Node> pow(Node y, Node g) {
        Node a = a(y).cast(y.dtype());
        Node b = b(y).cast(y.dtype());
        if (b.is(Op.CONST)) {
            return List.of(power(a, b.constValue(), g), g);
        }
        Node zero = y.like(0);
        Node one = y.like(1);
        Node noNumber = not(zero.lt(a.unary(Op.ABS)));
        Node flat = Node.of(Op.AND, Attrs.NONE, noNumber, b.eq(zero));
        Node da = flat.where(zero, b.mul(flat.where(one, a).pow(b.sub(1))));
        Node atZero = Node.of(Op.AND, Attrs.NONE, a.eq(zero), zero.le(b));
        Node db = atZero.where(zero, y.mul(atZero.where(one, a).unary(Op.LOG)));
        return List.of(g.mul(da), g.mul(db));
    }

    /** The gradient of a known power, whose own slopes are known too. */
    private static Node power(Node a, double b, Node g) {
        return b == 0
                ? g.like(0).expand(g.shape())
                : g.mul(b == 1 ? a.like(1) : a.pow(a.like(b - 1)).mul(b));
    }

    /** The gradient but to the loser; in halves where they tie, and whole to both at NaN. */
    private static List<Node> share(Node g, Node aLoses, Node bLoses, Node tie) {
        Node zero = g.like(0);
        Node part = tie.where(g.mul(0.5), g);
        return List.of(aLoses.where(zero, part), bLoses.where(zero, part));
    }

    private static void ternary() {
        put(
                Op.WHERE,
                (y, g) -> Arrays.asList(
                        null, y.input(0).where(g, g.like(0)), y.input(0).where(g.like(0), g)));
        put(Op.FMA, (y, g) -> List.of(g.mul(b(y)), g.mul(a(y)), g));
    }

    private static void movement() {
        put(Op.RESHAPE, (y, g) -> one(g.reshape(x(y).shape())));
        put(Op.EXPAND, (y, g) -> one(g.sumTo(x(y).shape())));
        put(Op.PERMUTE, (y, g) -> one(g.permute(inverse(((Attrs.Axes) y.attrs()).axes()))));
        put(Op.FLIP, (y, g) -> one(Node.of(Op.FLIP, y.attrs(), g)));
        put(Op.SLICE, (y, g) -> one(unslice(y, g)));
        put(Op.PAD, (y, g) -> one(unpad(y, g)));
        put(Op.CONCAT, GradientRules::split);
    }

    private static int[] inverse(Ints order) {
        int[] inverse = new int[order.size()];
        for (int i = 0; i < inverse.length; i++) {
            inverse[order.get(i)] = i;
        }
        return inverse;
    }

    /** A strided slice scatters back as padding before, after and between. */
    private static Node unslice(Node y, Node g) {
        Attrs.Range r = (Attrs.Range) y.attrs();
        int rank = g.shape().rank();
        int[] low = new int[rank];
        int[] high = new int[rank];
        int[] interior = new int[rank];
        for (int i = 0; i < rank; i++) {
            int n = g.shape().dim(i);
            low[i] = n == 0 ? 0 : r.start().get(i);
            interior[i] = r.step().get(i) - 1;
            int reach = n == 0 ? 0 : r.start().get(i) + (n - 1) * r.step().get(i) + 1;
            high[i] = x(y).shape().dim(i) - reach;
        }
        return Node.of(
                Op.PAD, new Attrs.Padding(Ints.of(low), Ints.of(high), Ints.of(interior), 0), g);
    }

    private static Node unpad(Node y, Node g) {
        Attrs.Padding p = (Attrs.Padding) y.attrs();
        int rank = g.shape().rank();
        int[] end = new int[rank];
        int[] step = new int[rank];
        for (int i = 0; i < rank; i++) {
            step[i] = p.interior().get(i) + 1;
            end[i] = g.shape().dim(i) - p.high().get(i);
        }
        return Node.of(Op.SLICE, new Attrs.Range(p.low(), Ints.of(end), Ints.of(step)), g);
    }

    private static List<Node> split(Node y, Node g) {
        int axis = ((Attrs.Axis) y.attrs()).axis();
        int rank = g.shape().rank();
        List<Node> parts = new ArrayList<>();
        int[] start = new int[rank];
        for (Node part : y.inputs()) {
            int[] end = part.shape().dims();
            end[axis] += start[axis];
            parts.add(Node.of(
                    Op.SLICE,
                    new Attrs.Range(Ints.of(start), Ints.of(end), Ints.fill(rank, 1)),
                    g));
            start[axis] = end[axis];
        }
        return parts;
    }

    private static void reductions() {
        put(Op.SUM, (y, g) -> one(g.expand(x(y).shape())));
        put(Op.SUM_MUL, (y, g) -> List.of(g.mul(b(y)), g.mul(a(y))));
        put(Op.MAX, GradientRules::extremum);
        put(Op.MIN, GradientRules::extremum);
        put(Op.PROD, GradientRules::product);
    }

    /** To the winners in equal parts; where there is NaN, it has won. */
    private static List<Node> extremum(Node y, Node g) {
        Node isNaN = Node.of(Op.NE, Attrs.NONE, x(y), x(y));
        Node winner = Node.of(Op.OR, Attrs.NONE, x(y).eq(y), isNaN);
        Node ties = winner.where(g.like(1), g.like(0)).sum(((Attrs.Axes) y.attrs()).axes());
        return one(winner.where(g.div(ties), g.like(0)));
    }

    /**
     * The product of the others, as an expression whose derivatives are right too: of any order
     * with up to two zeros among the factors, to the second with more. In float64, where factors
     * that underflow together may still be divided by one of them.
     *
     * <p>With {@code safe} the factors but zeros, which are 1 there, and P their product:
     *
     * <pre>
     * zeros      of a zero               of another factor
     * 0          -                       P / factor
     * 1          P                       y / factor: 0, but not flat
     * 2          P * (the other zero)    y / factor
     * more       0                       y / factor
     * </pre>
     */
    private static List<Node> product(Node y, Node g) {
        Ints axes = ((Attrs.Axes) y.attrs()).axes();
        Node x = x(y).cast(DType.FLOAT64);
        Node zero = x.like(0);
        Node one = x.like(1);
        Node isZero = x.eq(zero);
        Node safe = isZero.where(one, x);
        Node rest = safe.reduce(Op.PROD, axes);
        Node zeros = isZero.where(one, zero).sum(axes);
        Node sumOfZeros = isZero.where(x, zero).sum(axes);
        Node ofZero = zeros.eq(one)
                .where(rest, zeros.eq(x.like(2)).where(rest.mul(sumOfZeros.sub(x)), zero));
        Node ofOther = zeros.eq(zero).where(rest, y.cast(DType.FLOAT64)).div(safe);
        return one(g.cast(DType.FLOAT64).mul(isZero.where(ofZero, ofOther)));
    }

    private static Node not(Node condition) {
        return condition.unary(Op.NOT);
    }

    /** Whether the table has an entry; leaves and declared backwards are handled by the caller. */
    public static boolean covers(Op op) {
        return op.kind() == Op.Kind.LEAF || op == Op.CUSTOM || RULES.containsKey(op);
    }

    /** Gradients of the operands of {@code y}, each summed to its operand's shape. */
    static List<Node> apply(Node y, Node g) {
        List<Node> raw = RULES.get(y.op()).apply(y, g);
        List<Node> fitted = new ArrayList<>(raw.size());
        for (int i = 0; i < raw.size(); i++) {
            Node grad = raw.get(i);
            Shape to = y.input(i).shape();
            DType type = y.input(i).dtype();
            if (grad == null) {
                fitted.add(null);
            } else {
                Node summed = y.op().isElementwise() || y.is(Op.SUM_MUL) ? grad.sumTo(to) : grad;
                // What a rule has rounded already, as that of a cast, would be rounded twice.
                boolean fits = summed.dtype() == type;
                fitted.add(fits ? summed : summed.cast(type.compute()).cast(type));
            }
        }
        return fitted;
    }

    /** Exchanges a rule and answers the one before: how tests plant wrong ones. */
    static Rule exchange(Op op, Rule rule) {
        return RULES.put(op, rule);
    }

    private static void put(Op op, Rule rule) {
        RULES.put(op, rule);
    }

    static List<Node> one(Node g) {
        return Arrays.asList(g);
    }

    static Node x(Node y) {
        return y.input(0);
    }

    static Node a(Node y) {
        return y.input(0);
    }

    static Node b(Node y) {
        return y.input(1);
    }
}
