package org.fusegrad.codegen.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.fusegrad.graph.Node;
import org.fusegrad.plan.KernelSchedule;

/**
 * The parts of a kernel that run for each slab.
 *
 * @param inside steps that run for each slab, in order
 * @param after steps that run when all slabs are done: what only gathers results of several slabs
 *     is among them, so that no slab waits for another
 */
record Slabs(List<LoopStep> inside, List<LoopStep> after) {
    static Slabs of(KernelSchedule schedule, List<LoopStep> steps) {
        List<LoopStep> inside = new ArrayList<>();
        List<LoopStep> after = new ArrayList<>();
        Set<Node> awaited = new HashSet<>();
        for (int i = steps.size() - 1; i >= 0; i--) {
            LoopStep s = steps.get(i);
            if (schedule.after().contains(s.step())) {
                after.add(0, s);
            } else if (schedule.inside().contains(s.step())) {
                boolean gathers = gathers(s, schedule.slab(), awaited);
                if (!gathers) {
                    awaited.addAll(s.step().loads());
                }
                (gathers ? after : inside).add(0, s);
            }
        }
        return new Slabs(List.copyOf(inside), List.copyOf(after));
    }

    private static boolean gathers(LoopStep s, boolean[] slab, Set<Node> awaited) {
        return !s.isFull()
                && s.step().reductions().stream().noneMatch(awaited::contains)
                && s.step().stores().isEmpty()
                && s.reductions().stream().allMatch(r -> slab[r.loop()]);
    }

    /**
     * All steps as one, if slabs are single rows: each row can then go through all steps while it
     * lies in the nearest cache. The processor starts on the next row while it still works on one,
     * so memory does not wait for arithmetic.
     *
     * @param number of the joined step
     * @return empty if slabs are something else, or one scan is all there is
     */
    Optional<LoopStep> joined(boolean[] slab, int number) {
        List<LoopStep> scans = inside.stream().filter(LoopStep::isFull).toList();
        if (scans.size() < 2 || !inside.stream().allMatch(s -> isRow(s, scans.get(0), slab))) {
            return Optional.empty();
        }
        KernelSchedule.Step union = new KernelSchedule.Step(
                scans.get(0).step().loops(),
                true,
                all(s -> s.step().body()),
                all(s -> s.step().loads()),
                all(s -> s.step().reductions()),
                all(s -> s.step().stores()));
        return Optional.of(new LoopStep(
                number, union, union.inner(), all(LoopStep::reductions), List.of(), 0));
    }

    private <T> List<T> all(Function<LoopStep, List<T>> part) {
        return inside.stream().flatMap(s -> part.apply(s).stream()).distinct().toList();
    }

    /** Whether the step scans a slab that is one row, or takes one value for each such slab. */
    private static boolean isRow(LoopStep s, LoopStep scan, boolean[] slab) {
        boolean[] row = scan.step().loops().clone();
        int last = row.length - 1;
        if (!row[last] || slab[last]) {
            return false;
        }
        if (s.isFull() && !Arrays.equals(s.step().loops(), row)) {
            return false;
        }
        row[last] = false;
        return Arrays.equals(row, slab)
                && (s.isFull()
                        || Arrays.equals(s.step().loops(), slab)
                                && s.reductions().isEmpty());
    }
}
