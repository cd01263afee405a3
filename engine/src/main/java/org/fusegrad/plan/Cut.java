package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * Cuts a joint graph into forward and backward, deciding what the forward saves. Inputs are there
 * anyway; results of sums, contractions and whatever varies along fewer loops than the data are
 * saved; element-wise values of full size are computed again, unless they are results of the
 * forward whose recomputation is expensive.
 */
final class Cut {
    /** Nodes looked at to save fewer statistics: of very long formulas some more are saved. */
    private static final long MOST_VISITS = 1 << 20;

    private final Graph joint;
    private final int forwardInputs;
    private final int forwardOutputs;
    private final Set<Node> late = identitySet();
    private final Set<Node> seen = identitySet();
    private final Map<Node, Boolean> reduced = new IdentityHashMap<>();
    private final Set<Node> results = identitySet();
    private final List<Node> saved = new ArrayList<>();

    private Cut(Graph joint, int forwardInputs, int forwardOutputs) {
        this.joint = joint;
        this.forwardInputs = forwardInputs;
        this.forwardOutputs = forwardOutputs;
    }

    static Split apply(Graph joint, int forwardInputs, int forwardOutputs) {
        return new Cut(joint, forwardInputs, forwardOutputs).split();
    }

    private static Set<Node> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private Split split() {
        List<Node> forwardOut = joint.outputs().subList(0, forwardOutputs);
        List<Node> backwardOut =
                joint.outputs().subList(forwardOutputs, joint.outputs().size());
        late.addAll(joint.inputs().subList(forwardInputs, joint.inputs().size()));
        forwardOut.forEach(out -> results.add(unwrapped(out)));
        List<Node> order = Graph.topological(backwardOut);
        for (Node n : order) {
            if (n.inputs().stream().anyMatch(late::contains)) {
                late.add(n);
            }
        }
        for (Node n : order) {
            if (late.contains(n)) {
                n.inputs().forEach(this::need);
            }
        }
        backwardOut.forEach(this::need);
        reduceStatistics();
        return new Split(forward(forwardOut), backward(backwardOut), saved.size());
    }

    /** The computed value behind the views at the end of a graph. */
    private static Node unwrapped(Node n) {
        while (n.is(Op.RESHAPE) || n.is(Op.PERMUTE)) {
            n = n.input(0);
        }
        return n;
    }

    /** Makes a value of the forward available to the backward. */
    private void need(Node root) {
        List<Node> todo = new ArrayList<>(List.of(root));
        while (!todo.isEmpty()) {
            Node n = todo.remove(todo.size() - 1);
            if (late.contains(n) || n.op().kind() == Op.Kind.LEAF || !seen.add(n)) {
                continue;
            }
            if (isSaved(n)) {
                saved.add(n);
            } else {
                todo.addAll(n.inputs());
            }
        }
    }

    private boolean isSaved(Node n) {
        if (Views.isView(n)) {
            return false;
        }
        if (!n.op().isElementwise()) {
            return true;
        }
        return isStatistic(n) || results.contains(n) && isDear(n);
    }

    private static boolean isDear(Node n) {
        return switch (n.op()) {
            case EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, ERF, SIN, COS, ATAN, POW -> true;
            case SQRT, RSQRT, RECIPROCAL, DIV -> true;
            default -> false;
        };
    }

    /**
     * Several saved statistics often come from one, such as w/s and 1/s³ from 1/s: saves that one
     * instead, as long as fewer values are saved for it.
     */
    private void reduceStatistics() {
        List<Node> candidates = new ArrayList<>();
        List<Node> order = Graph.topological(saved);
        for (Node n : order) {
            if (n.op().isElementwise() && isStatistic(n)) {
                candidates.add(n);
            }
        }
        saveOnly(with(null, order));
        long trials = MOST_VISITS / Math.max(1, order.size());
        for (boolean better = true; better && candidates.size() <= trials; ) {
            better = false;
            order = Graph.topological(saved);
            trials -= candidates.size();
            for (Node candidate : candidates) {
                List<Node> trial = with(candidate, order);
                if (trial.size() < saved.size()) {
                    saveOnly(trial);
                    order = Graph.topological(saved);
                    better = true;
                }
            }
        }
    }

    private void saveOnly(List<Node> fewer) {
        saved.clear();
        saved.addAll(fewer);
    }

    /** What remains to be saved if the candidate, where there is one, is. */
    private List<Node> with(Node candidate, List<Node> order) {
        Set<Node> before = identitySet();
        before.addAll(saved);
        Set<Node> available = identitySet();
        List<Node> remaining = new ArrayList<>();
        if (candidate != null) {
            remaining.add(candidate);
            available.add(candidate);
        }
        for (Node n : order) {
            boolean computed =
                    Views.isView(n) && !n.is(Op.SLICE) || n.op().isElementwise() && isSmall(n);
            boolean free = n.op().kind() == Op.Kind.LEAF
                    || computed && n.inputs().stream().allMatch(available::contains);
            if (free) {
                available.add(n);
            } else if (before.contains(n) && n != candidate) {
                available.add(n);
                remaining.add(n);
            }
        }
        return remaining;
    }

    /** Small against the data it was computed from. */
    private boolean isStatistic(Node n) {
        if (!isSmall(n)) {
            return false;
        }
        for (Node m : Graph.topological(List.of(n), reduced)) {
            boolean own = m.op().kind() == Op.Kind.REDUCE || m.is(Op.SLICE);
            reduced.put(m, own || m.inputs().stream().anyMatch(reduced::get));
        }
        return reduced.get(n);
    }

    private static boolean isSmall(Node n) {
        boolean small = n.shape().rank() == 0;
        for (int d : n.shape().dims()) {
            small |= d == 1;
        }
        return small;
    }

    private Graph forward(List<Node> outputs) {
        List<Node> all = new ArrayList<>(outputs);
        all.addAll(saved);
        return Graph.of(joint.inputs().subList(0, forwardInputs), all);
    }

    private Graph backward(List<Node> outputs) {
        List<Node> inputs = new ArrayList<>(joint.inputs());
        Map<Node, Node> leaves = new IdentityHashMap<>();
        for (Node n : saved) {
            Node leaf = Node.input(inputs.size(), n.dtype(), n.shape(), n.hint());
            inputs.add(leaf);
            leaves.put(n, leaf);
        }
        Map<Node, Node> done = new IdentityHashMap<>(leaves);
        for (Node n : Graph.topological(outputs)) {
            if (!done.containsKey(n)) {
                done.put(n, n.withInputs(n.inputs().stream().map(done::get).toList()));
            }
        }
        return Graph.of(inputs, outputs.stream().map(done::get).toList());
    }
}
