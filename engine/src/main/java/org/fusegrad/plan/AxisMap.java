package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.Ints;

/**
 * The loop axes that each node of a graph varies over, dimension by dimension. Element-wise
 * operations, reductions, expansions and the reshapes and permutations between them belong to
 * regions that share axes; everything else is a <em>barrier</em>: it reads whole values and starts
 * axes of its own.
 */
final class AxisMap {
    private final Graph graph;
    private final Set<Node> barriers = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Node, List<List<Axis>>> axes = new IdentityHashMap<>();

    private AxisMap(Graph graph) {
        this.graph = graph;
    }

    /** Assigns axes; operations whose operands cannot share axes become barriers. */
    static AxisMap of(Graph graph) {
        AxisMap map = new AxisMap(graph);
        for (Node node : graph.nodes()) {
            if (!isFusable(node) || isEmpty(node)) {
                map.barriers.add(node);
            }
        }
        boolean assigned = false;
        while (!assigned) {
            assigned = map.assign();
        }
        return map;
    }

    private static boolean isFusable(Node node) {
        return switch (node.op().kind()) {
            case UNARY, BINARY, TERNARY -> true;
            case REDUCE -> node.op() != Op.PROD;
            case MOVEMENT -> node.is(Op.RESHAPE) || node.is(Op.PERMUTE) || node.is(Op.EXPAND);
            case LEAF -> node.is(Op.CONST);
            default -> false;
        };
    }

    private static boolean isEmpty(Node node) {
        return node.shape().numel() == 0
                || node.inputs().stream().anyMatch(in -> in.shape().numel() == 0);
    }

    /** Whether the node reads whole values, or is one. */
    boolean isBarrier(Node node) {
        return barriers.contains(node);
    }

    /** The axes of each dimension, outermost first, none for size 1. */
    List<List<Axis>> of(Node node) {
        List<List<Axis>> now = new ArrayList<>();
        for (List<Axis> dim : axes.get(node)) {
            now.add(Axis.leaves(dim));
        }
        return now;
    }

    /** All axes of a node, in order of its dimensions. */
    List<Axis> flat(Node node) {
        List<Axis> all = new ArrayList<>();
        of(node).forEach(all::addAll);
        return all;
    }

    private boolean assign() {
        for (Node node : graph.nodes()) {
            List<List<Axis>> dims = fresh(node);
            axes.put(node, dims);
            if (!barriers.contains(node) && !connect(node, dims)) {
                barriers.add(node);
                return false;
            }
        }
        for (Node node : graph.nodes()) {
            if (meetsItself(node)) {
                barriers.add(barriers.contains(node) ? culprit(node) : node);
                return false;
            }
        }
        return true;
    }

    /** Whether two axes of a node have become one, as in the sum of a matrix and its transpose. */
    private boolean meetsItself(Node node) {
        List<Axis> all = flat(node);
        return new HashSet<>(all).size() != all.size();
    }

    /** The first node that makes two axes of a value one that is a barrier already. */
    private Node culprit(Node barrier) {
        axes.clear();
        for (Node node : graph.nodes()) {
            axes.put(node, fresh(node));
            if (!barriers.contains(node)) {
                connect(node, axes.get(node));
                if (axes.containsKey(barrier) && meetsItself(barrier)) {
                    return node;
                }
            }
        }
        throw new AssertionError("no node joins the axes of " + barrier);
    }

    private static List<List<Axis>> fresh(Node node) {
        List<List<Axis>> dims = new ArrayList<>();
        for (int n : node.shape().dims()) {
            dims.add(n == 1 ? List.of() : List.of(new Axis(n)));
        }
        return dims;
    }

    private boolean connect(Node node, List<List<Axis>> dims) {
        if (node.is(Op.RESHAPE)) {
            return unifyAll(axes.get(node.input(0)), dims);
        } else if (node.is(Op.PERMUTE)) {
            Ints order = ((Attrs.Axes) node.attrs()).axes();
            boolean ok = true;
            for (int i = 0; i < dims.size(); i++) {
                ok &= Axis.unify(axes.get(node.input(0)).get(order.get(i)), dims.get(i));
            }
            return ok;
        }
        boolean ok = true;
        for (Node in : node.inputs()) {
            for (int i = 0; i < in.shape().rank(); i++) {
                boolean shared = in.shape().dim(i) == node.shape().dim(i);
                ok &= !shared || Axis.unify(axes.get(in).get(i), dims.get(i));
            }
        }
        return ok && (!node.is(Op.SUM_MUL) || meet(node.input(0), node.input(1)));
    }

    /** The factors of a sum of products share the axes it sums over too. */
    private boolean meet(Node a, Node b) {
        boolean ok = true;
        for (int i = 0; i < a.shape().rank() && i < b.shape().rank(); i++) {
            boolean shared = a.shape().dim(i) == b.shape().dim(i);
            ok &= !shared || Axis.unify(axes.get(a).get(i), axes.get(b).get(i));
        }
        return ok;
    }

    private static boolean unifyAll(List<List<Axis>> from, List<List<Axis>> to) {
        List<Axis> a = new ArrayList<>();
        List<Axis> b = new ArrayList<>();
        from.forEach(a::addAll);
        to.forEach(b::addAll);
        return Axis.unify(a, b);
    }
}
