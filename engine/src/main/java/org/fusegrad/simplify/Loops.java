package org.fusegrad.simplify;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.graph.Origin;
import org.fusegrad.type.DType;

/** Questions about nodes over a loop domain. */
final class Loops {
    private Loops() {}

    /** Does not vary along some loop of its domain. */
    static boolean isSmall(Node n) {
        for (int i = 0; i < n.shape().rank(); i++) {
            if (n.shape().dim(i) == 1) {
                return true;
            }
        }
        return n.shape().rank() == 0;
    }

    /** Varies along every loop that {@code b} varies along, and along more. */
    static boolean wider(Node a, Node b) {
        if (b.shape().rank() == 0) {
            return a.shape().numel() > 1;
        }
        boolean more = false;
        for (int i = 0; i < a.shape().rank() && a.shape().rank() == b.shape().rank(); i++) {
            boolean inA = a.shape().dim(i) != 1;
            boolean inB = b.shape().dim(i) != 1;
            if (inB && !inA) {
                return false;
            }
            more |= inA && !inB;
        }
        return more;
    }

    static boolean constantAlong(Node n, int axis) {
        return n.shape().rank() == 0 || n.shape().dim(axis) == 1;
    }

    /** A float64 statistic rounded to float32. */
    static boolean isRoundedStatistic(Node n) {
        return n.is(Op.CAST) && n.dtype() == DType.FLOAT32 && n.input(0).dtype() == DType.FLOAT64;
    }

    /** The node in float64: the value a rounding was made from, where it is one. */
    static Node wide(Node n) {
        return n.is(Op.CONST)
                ? Origin.retyped(n, DType.FLOAT64)
                : isRoundedStatistic(n) ? n.input(0) : n.cast(DType.FLOAT64);
    }

    /** Arithmetic whose float64 form is the same function, more accurate. */
    static boolean isArithmetic(Node n) {
        return switch (n.op()) {
            case ADD, SUB, MUL, DIV, NEG, SQRT, RECIPROCAL, RSQRT, MAXIMUM, MINIMUM -> true;
            default -> false;
        };
    }

    /** Float32 arithmetic in float64, down to the values it starts from. */
    static Node widened(Node root) {
        Map<Node, Node> wide = new IdentityHashMap<>();
        Deque<Node> todo = new ArrayDeque<>(List.of(root));
        while (!todo.isEmpty()) {
            Node n = todo.peek();
            boolean inside = isArithmetic(n) && n.dtype() == DType.FLOAT32;
            if (inside && !wide.keySet().containsAll(n.inputs())) {
                n.inputs().stream().filter(in -> !wide.containsKey(in)).forEach(todo::push);
                continue;
            }
            todo.pop();
            wide.computeIfAbsent(
                    n,
                    k -> inside
                            ? n.withInputs(n.inputs().stream().map(wide::get).toList())
                            : wide(n));
        }
        return wide.get(root);
    }
}
