package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.graph.Node;

/**
 * The stored values of a schedule by the loop nest that makes them: together are those over the
 * same loops that need equally many earlier nests. Sums that nothing waits for move to a later nest
 * over the same loops, which saves a pass over the data.
 */
final class Nests {
    /**
     * One loop nest.
     *
     * @param loops whether it runs over each loop of the domain
     * @param level how many nests must run before it
     */
    record Nest(List<Boolean> loops, int level) {}

    private final KernelSchedule schedule;

    Nests(KernelSchedule schedule) {
        this.schedule = schedule;
    }

    /** The nests in order of execution, with the values each makes. */
    Map<Nest, List<Node>> find() {
        Map<Node, Integer> notBefore = new IdentityHashMap<>();
        Map<Nest, List<Node>> nests = nests(notBefore);
        for (boolean moved = true; moved; ) {
            moved = false;
            for (Nest nest : List.copyOf(nests.keySet())) {
                int level = later(nest, nests);
                if (level > nest.level()) {
                    Map<Node, Integer> trial = new IdentityHashMap<>(notBefore);
                    nests.get(nest).forEach(n -> trial.put(n, level));
                    Map<Nest, List<Node>> next = nests(trial);
                    // A move may push others apart; it has to save more passes than it costs.
                    moved = cost(next) < cost(nests);
                    if (moved) {
                        notBefore = trial;
                        nests = next;
                        break;
                    }
                }
            }
        }
        return nests;
    }

    /** Passes over the largest loops, and then all passes. */
    private static long cost(Map<Nest, List<Node>> nests) {
        Set<Nest> all = nests.keySet();
        long full = all.stream().filter(n -> isFull(n, all)).count();
        return full * Integer.MAX_VALUE + all.size();
    }

    /** Whether no other nest runs over the loops of this one and more: where the data is. */
    static boolean isFull(Nest nest, Set<Nest> all) {
        return all.stream().noneMatch(other -> isWithin(nest, other));
    }

    /** Stored values by loops and by how many steps lie before them, in order of execution. */
    private Map<Nest, List<Node>> nests(Map<Node, Integer> notBefore) {
        Map<Node, Integer> level = new IdentityHashMap<>();
        Map<Nest, List<Node>> nests = new LinkedHashMap<>();
        for (Node n : schedule.graph().nodes()) {
            int l = 0;
            for (Node in : n.inputs()) {
                // A value stored element by element is at hand in the step that stores it.
                boolean atHand = schedule.isMade(in)
                        && !KernelSchedule.isReduction(in)
                        && Arrays.equals(schedule.mask(in), schedule.loops(n));
                l = Math.max(l, level.get(in) - (atHand ? 1 : 0));
            }
            if (schedule.isMade(n)) {
                l = Math.max(l + 1, notBefore.getOrDefault(n, 0));
                nests.computeIfAbsent(new Nest(list(schedule.loops(n)), l), k -> new ArrayList<>())
                        .add(n);
            }
            level.put(n, l);
        }
        Map<Nest, List<Node>> ordered = new LinkedHashMap<>();
        nests.keySet().stream()
                .sorted((a, b) -> a.level() - b.level())
                .forEach(nest -> ordered.put(nest, nests.get(nest)));
        return ordered;
    }

    private static List<Boolean> list(boolean[] loops) {
        List<Boolean> list = new ArrayList<>();
        for (boolean b : loops) {
            list.add(b);
        }
        return list;
    }

    /**
     * The level of a later nest over the same loops that can do this one's sums on its way, because
     * nothing needs them before: one pass over the data less. 0 if there is none.
     */
    private int later(Nest nest, Map<Nest, List<Node>> nests) {
        List<Node> made = nests.get(nest);
        if (!made.stream().allMatch(KernelSchedule::isReduction)) {
            return 0;
        }
        int needed = Integer.MAX_VALUE;
        List<Node> reached = new ArrayList<>(made);
        for (Map.Entry<Nest, List<Node>> e : nests.entrySet()) {
            for (Node n : e.getValue()) {
                if (!made.contains(n) && reads(n, reached)) {
                    reached.add(n);
                    needed = reads(n, made) ? Math.min(needed, e.getKey().level()) : needed;
                }
            }
        }
        boolean last = reached.stream()
                .noneMatch(n -> !made.contains(n) && list(schedule.loops(n)).equals(nest.loops()));
        for (Nest other : nests.keySet()) {
            boolean same = other.loops().equals(nest.loops()) && other.level() > nest.level();
            if (same && (last || other.level() < needed)) {
                return other.level();
            }
        }
        return 0;
    }

    /** Whether the evaluation of a stored value loads one of these. */
    private boolean reads(Node n, List<Node> values) {
        List<Node> todo = new ArrayList<>(n.inputs());
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < todo.size(); i++) {
            Node in = todo.get(i);
            if (values.contains(in)) {
                return true;
            } else if (seen.add(in) && !schedule.isStored(in)) {
                todo.addAll(in.inputs());
            }
        }
        return false;
    }

    /** Whether the other nest runs over all loops of this one and more. */
    private static boolean isWithin(Nest nest, Nest other) {
        for (int i = 0; i < nest.loops().size(); i++) {
            if (nest.loops().get(i) && !other.loops().get(i)) {
                return false;
            }
        }
        return !nest.loops().equals(other.loops());
    }
}
