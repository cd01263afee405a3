package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;

/**
 * The stage before which an element-wise value of full size is not needed. Computed there, from
 * operands that are in memory anyway, it is neither written by an early kernel nor read by a late
 * one.
 */
final class Sinking {
    private final Map<Node, Integer> stages = new IdentityHashMap<>();
    private final int full;

    Sinking(Graph graph) {
        Set<Node> outputs = Collections.newSetFromMap(new IdentityHashMap<>());
        outputs.addAll(graph.outputs());
        Map<Node, List<Node>> users = new IdentityHashMap<>();
        int largest = 0;
        for (Node n : graph.nodes()) {
            int earliest = 0;
            for (Node in : n.inputs()) {
                boolean left = !Assembler.isCompute(n) && Assembler.isCompute(in);
                earliest = Math.max(earliest, stages.get(in) + (left ? 1 : 0));
                users.computeIfAbsent(in, k -> new ArrayList<>()).add(n);
            }
            stages.put(n, earliest);
            largest = Math.max(largest, n.shape().numel());
        }
        full = largest;
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            Node n = graph.nodes().get(i);
            List<Node> readers = users.getOrDefault(n, List.of());
            boolean sinks = isFull(n)
                    && !readers.isEmpty()
                    && !outputs.contains(n)
                    && readers.stream().allMatch(Assembler::isCompute)
                    && n.inputs().stream().filter(this::isFull).count() <= 1;
            if (sinks) {
                stages.put(n, readers.stream().mapToInt(stages::get).min().getAsInt());
            }
        }
        stages.keySet().removeIf(n -> !isFull(n));
    }

    private boolean isFull(Node n) {
        return n.op().isElementwise() && n.shape().numel() == full && Assembler.isCompute(n);
    }

    /** The stage to compute a node in, at the earliest. */
    int stage(Node n) {
        return stages.getOrDefault(n, 0);
    }
}
