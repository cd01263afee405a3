package org.fusegrad.simplify;

import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.graph.Origin;
import org.fusegrad.type.DType;

/**
 * Algebra on one node at a time, until nothing changes. Three aims: no trivial operations; factors
 * that do not vary along a loop are multiplied together before they meet the data; arithmetic on
 * statistics stays in float64 until it meets the data.
 */
final class Simplify {
    /** What may stand in place of a node; {@code null} to keep it. */
    @FunctionalInterface
    interface Rule {
        Node apply(Node n);
    }

    private static final Map<Op, List<Rule>> RULES = new EnumMap<>(Op.class);
    private static final int ROUNDS = 20;

    static {
        RULES.put(
                Op.ADD,
                List.of(
                        n -> zero(b(n)) ? fit(n, a(n)) : zero(a(n)) ? fit(n, b(n)) : null,
                        n -> b(n).is(Op.NEG) ? a(n).sub(a(b(n))) : null,
                        n -> a(n).is(Op.NEG) ? b(n).sub(a(a(n))) : null,
                        n -> a(n) == b(n) ? a(n).mul(2) : null,
                        n -> a(n).is(Op.ADD) && b(a(n)) == b(n) ? a(a(n)).add(b(n).mul(2)) : null,
                        n -> a(n).is(Op.ADD) && a(a(n)) == b(n) ? b(a(n)).add(b(n).mul(2)) : null,
                        Simplify::gatherAddends,
                        Simplify::ordered));
        RULES.put(
                Op.SUB,
                List.of(
                        n -> zero(b(n)) ? fit(n, a(n)) : null,
                        n -> zero(a(n)) ? b(n).neg() : null,
                        n -> b(n).is(Op.NEG) ? a(n).add(a(b(n))) : null,
                        n -> a(n) == b(n) && n.dtype() == DType.FLOAT64 && Loops.isSmall(n)
                                ? n.like(0).expand(n.shape())
                                : null));
        RULES.put(
                Op.MUL,
                List.of(
                        n -> zero(b(n)) && isWide(n) ? n.like(0).expand(n.shape()) : null,
                        n -> one(b(n)) ? fit(n, a(n)) : null,
                        n -> a(n).is(Op.CONST) && !b(n).is(Op.CONST) ? b(n).mul(a(n)) : null,
                        n -> b(n).isConst(-1) ? a(n).neg() : null,
                        n -> a(n).is(Op.NEG) ? a(a(n)).mul(b(n)).neg() : null,
                        n -> b(n).is(Op.NEG) ? a(n).mul(a(b(n))).neg() : null,
                        n -> b(n).is(Op.CONST)
                                        && a(n).is(Op.MUL)
                                        && b(a(n)).is(Op.CONST)
                                        && n.dtype().isFloating()
                                ? a(a(n)).mul(product(b(a(n)), b(n), a(a(n)).dtype()))
                                : null,
                        n -> a(n).is(Op.DIV) && b(a(n)) == b(n) && b(n).is(Op.CONST) && isWide(n)
                                ? a(a(n))
                                : null,
                        Simplify::gatherFactors,
                        Simplify::ordered));
        RULES.put(
                Op.DIV,
                List.of(
                        n -> one(b(n)) ? fit(n, a(n)) : null,
                        n -> a(n).is(Op.NEG) ? a(a(n)).div(b(n)).neg() : null,
                        Simplify::byReciprocal,
                        n -> a(n).is(Op.MUL) && b(a(n)) == b(n) && b(n).is(Op.CONST) && isWide(n)
                                ? a(a(n))
                                : null));
        RULES.put(
                Op.NEG,
                List.of(
                        n -> a(n).is(Op.NEG) ? fit(n, a(a(n))) : null,
                        n -> a(n).is(Op.SUB) ? b(a(n)).sub(a(a(n))) : null,
                        n -> a(n).is(Op.MUL) && b(a(n)).is(Op.CONST)
                                ? a(a(n)).mul(product(b(a(n)), n.like(-1), a(a(n)).dtype()))
                                : null));
        RULES.put(
                Op.POW,
                List.of(
                        n -> b(n).isConst(2) ? fit(n, a(n).mul(a(n))) : null,
                        n -> b(n).isConst(1) ? fit(n, a(n)) : null));
        RULES.put(Op.WHERE, List.of(n -> n.input(1) == n.input(2) ? fit(n, n.input(1)) : null));
        RULES.put(
                Op.CAST,
                List.of(
                        n -> a(n).dtype() == n.dtype() ? a(n) : null,
                        n -> a(n).is(Op.CONST)
                                        && n.dtype().isFloating()
                                        && !n.dtype().isHalf()
                                ? Origin.result(Op.MUL, a(n), n.like(1), n.dtype(), n.dtype())
                                : null,
                        n -> n.dtype() == DType.FLOAT64 && Loops.isRoundedStatistic(a(n))
                                ? a(a(n))
                                : null));
        // A value that leaves one region and enters another of the same loops.
        RULES.put(
                Op.RESHAPE,
                List.of(n ->
                        a(n).is(Op.RESHAPE) && a(a(n)).shape().equals(n.shape()) ? a(a(n)) : null));
        RULES.put(
                Op.SUM,
                List.of(
                        // Before a factor leaves the sum, which would be 0 times it otherwise.
                        n -> a(n).shape().numel() == 0 && n.dtype().isFloating()
                                ? n.like(0).expand(n.shape())
                                : null,
                        n -> Loops.isRoundedStatistic(a(n))
                                ? Node.of(Op.SUM, n.attrs(), a(a(n)))
                                : null,
                        n -> isExpandedConstant(a(n)) && n.dtype().isFloating()
                                ? repeated(n, a(a(n)), a(n)).expand(n.shape())
                                : null));
    }

    private Simplify() {}

    static Graph run(Graph graph) {
        Set<Node> settled = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < ROUNDS; i++) {
            Graph next = graph.rewrite((n, in) -> simplify(n.withInputs(in), settled));
            if (next == graph) {
                return graph;
            }
            graph = next;
        }
        return graph;
    }

    /** What no rule changes is remembered: a rule sees the same below a node at every round. */
    private static Node simplify(Node n, Set<Node> settled) {
        if (settled.contains(n)) {
            return n;
        }
        Node better = simplify(n);
        if (better == n) {
            settled.add(n);
        }
        return better;
    }

    private static Node simplify(Node n) {
        n = withPlainConstants(n);
        Node folded = fold(n);
        if (folded != null) {
            return folded;
        }
        for (Rule rule : RULES.getOrDefault(n.op(), List.of())) {
            Node better = rule.apply(n);
            if (better != null) {
                return better;
            }
        }
        Node wide = widen(n);
        return wide == null ? n : wide;
    }

    /** An expanded constant beside an operand of full shape is the constant itself. */
    private static Node withPlainConstants(Node n) {
        boolean expanded = false;
        boolean full = false;
        for (Node in : n.inputs()) {
            boolean constant = isExpandedConstant(in);
            expanded |= constant;
            full |= !constant && in.shape().equals(n.shape());
        }
        return expanded && full && n.op().isElementwise()
                ? n.withInputs(n.inputs().stream()
                        .map(in -> isExpandedConstant(in) ? in.input(0) : in)
                        .toList())
                : n;
    }

    private static boolean isExpandedConstant(Node n) {
        return n.is(Op.EXPAND) && n.input(0).is(Op.CONST);
    }

    /**
     * Arithmetic on float64 constants, and on float32 ones where it is exact enough to be the same.
     */
    private static Node fold(Node n) {
        boolean arithmetic = n.is(Op.ADD) || n.is(Op.SUB) || n.is(Op.MUL) || n.is(Op.DIV);
        if (!arithmetic
                || !a(n).is(Op.CONST)
                || !b(n).is(Op.CONST)
                || !n.dtype().isFloating()) {
            return null;
        }
        DType rounded = n.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        return Origin.result(n.op(), a(n), b(n), rounded, n.dtype().compute());
    }

    /** The product of two constants, with all its digits. */
    private static Node product(Node a, Node b, DType dtype) {
        return Origin.result(Op.MUL, a, b, DType.FLOAT64, dtype.compute());
    }

    /** The sum of a constant over what it was expanded to. */
    private static Node repeated(Node sum, Node constant, Node expanded) {
        DType wide = DType.FLOAT64;
        Node all = Origin.extent(expanded, axes(expanded), wide);
        Node left = Origin.extent(sum, axes(sum), wide);
        Node total = Origin.result(Op.MUL, constant, all, wide, wide);
        return Origin.result(Op.DIV, total, left, wide, sum.dtype().compute());
    }

    private static List<Integer> axes(Node n) {
        return IntStream.range(0, n.shape().rank()).boxed().toList();
    }

    /**
     * (data * s1) * s2 becomes data * (s1 * s2) where both factors vary along fewer loops than the
     * data, so that they meet once a row instead of once an element.
     */
    private static Node gatherFactors(Node n) {
        for (int side = 0; side < 2; side++) {
            Node product = n.input(side);
            Node s2 = n.input(1 - side);
            if (!product.is(Op.MUL)) {
                continue;
            }
            for (int k = 0; k < 2; k++) {
                Node data = product.input(k);
                Node s1 = product.input(1 - k);
                if (Loops.wider(data, s1) && Loops.wider(data, s2) && Loops.wider(n, s1.mul(s2))) {
                    return data.mul(s1.mul(s2));
                }
            }
        }
        return null;
    }

    /** Division of the data by arithmetic on statistics: one in float64 for each row instead. */
    private static Node byReciprocal(Node n) {
        Node divisor = b(n);
        boolean computed = Loops.isRoundedStatistic(divisor) || Loops.isArithmetic(divisor);
        return computed && divisor.dtype() == DType.FLOAT32 && Loops.wider(a(n), divisor)
                ? a(n).mul(Loops.widened(divisor).unary(Op.RECIPROCAL).cast(DType.FLOAT32))
                : null;
    }

    /** (data + s1) + s2 becomes data + (s1 + s2): both vary along fewer loops than the data. */
    private static Node gatherAddends(Node n) {
        Node sum = a(n);
        Node s2 = b(n);
        if (!sum.is(Op.ADD) || !Loops.wider(sum, s2)) {
            return null;
        }
        for (int k = 0; k < 2; k++) {
            Node inner = sum.input(k);
            Node other = sum.input(1 - k);
            if (Loops.wider(other, inner) && Loops.wider(n, inner.add(s2))) {
                return other.add(inner.add(s2));
            }
            if (inner.is(Op.ADD)
                    && Loops.wider(a(inner), b(inner))
                    && Loops.wider(n, b(inner).add(s2))) {
                return other.add(a(inner)).add(b(inner).add(s2));
            }
        }
        return null;
    }

    /** Element-wise arithmetic on a rounded statistic, off the data, moves into float64. */
    private static Node widen(Node n) {
        boolean single = n.op().isElementwise()
                && n.dtype() == DType.FLOAT32
                && Loops.isSmall(n)
                && !n.is(Op.CAST);
        boolean statistic = false;
        for (int i = 0; i < n.inputs().size() && single; i++) {
            single = n.input(i).dtype() == DType.FLOAT32;
            statistic |= Loops.isRoundedStatistic(n.input(i));
        }
        if (!single || !statistic || meetsData(n)) {
            return null;
        }
        return Node.of(n.op(), Attrs.NONE, n.inputs().stream().map(Loops::wide).toList())
                .cast(DType.FLOAT32);
    }

    /** A domain of which the data lacks a loop makes the data look small. */
    private static boolean meetsData(Node n) {
        for (Node in : n.inputs()) {
            for (Node s : n.inputs()) {
                boolean meets = !Loops.isRoundedStatistic(in) && Loops.isRoundedStatistic(s);
                if (meets && Loops.wider(in, s)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Operands of a commutative operation in one order, so that equal products are found equal. */
    private static Node ordered(Node n) {
        Node a = a(n);
        Node b = b(n);
        if (a.is(Op.CONST) || b.is(Op.CONST)) {
            return null;
        }
        int by = Origin.compare(b, a);
        by = by != 0 ? by : a.op().compareTo(b.op());
        return by > 0 ? Node.of(n.op(), n.attrs(), b, a) : null;
    }

    private static Node a(Node n) {
        return n.input(0);
    }

    private static Node b(Node n) {
        return n.input(1);
    }

    private static boolean zero(Node n) {
        return n.isConst(0);
    }

    private static boolean one(Node n) {
        return n.isConst(1);
    }

    private static boolean isWide(Node n) {
        return n.dtype() == DType.FLOAT64;
    }

    /** {@code x} in the type and shape of {@code n}. */
    private static Node fit(Node n, Node x) {
        return x.cast(n.dtype()).expand(n.shape());
    }
}
