package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.fusegrad.graph.Node;

/**
 * Nodes that share one loop domain, and the order of its axes: that of the largest operand in
 * memory, so that the innermost loop runs along contiguous elements whatever the layout.
 * Neighbouring axes that all nodes have or lack together are one loop.
 */
final class Region {
    private final AxisMap axes;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Node> sources = new ArrayList<>();

    /** Outermost first, each the axes it runs over jointly. */
    private final List<List<Axis>> loops = new ArrayList<>();

    Region(AxisMap axes) {
        this.axes = axes;
    }

    void add(Node node) {
        nodes.add(node);
    }

    void addSource(Node source) {
        if (!sources.contains(source)) {
            sources.add(source);
        }
    }

    List<Node> nodes() {
        return nodes;
    }

    /** The number of the loop an axis belongs to. */
    int loop(Axis axis) {
        for (int i = 0; i < loops.size(); i++) {
            if (loops.get(i).contains(axis)) {
                return i;
            }
        }
        throw new AssertionError(axis);
    }

    /**
     * Fixes the order of loops, given each source's strides.
     *
     * @param rowsApart whether the outermost axis is joined with none
     */
    void order(Map<Node, int[]> strides, boolean rowsApart) {
        List<List<Axis>> orders = new ArrayList<>();
        sources.stream()
                .sorted(Comparator.comparingInt((Node n) -> -n.shape().numel()))
                .forEach(n -> orders.add(memoryOrder(n, strides.get(n))));
        nodes.stream()
                .sorted(Comparator.comparingInt((Node n) -> -n.shape().numel()))
                .forEach(n -> orders.add(axes.flat(n)));
        List<Axis> order = new ArrayList<>();
        for (List<Axis> one : orders) {
            insert(order, one);
        }
        join(order, orders, rowsApart ? 1 : 0);
    }

    /** The axes of a source from the largest stride to the smallest. */
    private List<Axis> memoryOrder(Node source, int[] strides) {
        List<List<Axis>> dims = axes.of(source);
        List<Integer> by =
                new ArrayList<>(IntStream.range(0, dims.size()).boxed().toList());
        if (strides != null) {
            // Stable: broadcast dimensions (stride 0) keep their place among equals at the end.
            by.sort(Comparator.comparingInt(d -> -strides[d]));
        }
        List<Axis> order = new ArrayList<>();
        by.forEach(d -> order.addAll(dims.get(d)));
        return order;
    }

    private static void insert(List<Axis> order, List<Axis> more) {
        int at = 0;
        for (Axis a : more) {
            int known = order.indexOf(a);
            if (known >= 0) {
                at = known + 1;
            } else {
                order.add(at++, a);
            }
        }
    }

    private void join(List<Axis> order, List<List<Axis>> orders, int apart) {
        for (int i = 0; i < order.size(); i++) {
            Axis axis = order.get(i);
            if (i > apart && orders.stream().allMatch(o -> together(o, order, axis))) {
                loops.get(loops.size() - 1).add(axis);
            } else {
                loops.add(new ArrayList<>(List.of(axis)));
            }
        }
    }

    /** Whether a node has this axis right after the one before it in the domain, or has neither. */
    private static boolean together(List<Axis> node, List<Axis> domain, Axis axis) {
        Axis before = domain.get(domain.indexOf(axis) - 1);
        int i = node.indexOf(before);
        return i < 0 ? !node.contains(axis) : i + 1 < node.size() && node.get(i + 1) == axis;
    }

    /** Sizes of the loops that the axes belong to, 1 for the others; rank is at least 1. */
    int[] dims(List<Axis> present) {
        Set<Axis> set = new HashSet<>(present);
        int[] dims = new int[Math.max(1, loops.size())];
        dims[0] = 1;
        for (int i = 0; i < loops.size(); i++) {
            dims[i] = 1;
            for (Axis a : loops.get(i)) {
                dims[i] *= set.contains(a) ? a.size() : 1;
            }
        }
        return dims;
    }

    /** All axes in the order of the domain. */
    List<Axis> domain() {
        List<Axis> all = new ArrayList<>();
        loops.forEach(all::addAll);
        return all;
    }
}
