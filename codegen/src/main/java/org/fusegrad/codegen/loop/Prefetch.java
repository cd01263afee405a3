package org.fusegrad.codegen.loop;

import java.util.Arrays;
import java.util.List;
import org.fusegrad.graph.Node;
import org.fusegrad.plan.KernelSchedule;
import org.fusegrad.plan.KernelSchedule.Step;

/**
 * The memory that a scan fetches for a later one. Where slabs go through all steps while they lie
 * in cache, the first scan waits for memory and then the one that writes does so again: a line must
 * arrive before it can be written. If the first scan touches the lines of the results too,
 * everything arrives at once.
 */
final class Prefetch {
    private Prefetch() {}

    /**
     * Results of later scans over the same rows, for the first scan if it has none of its own. None
     * where slabs are not each one run of memory: the later scan then comes when all is forgotten.
     * None either for a third stream of memory over slabs of several rows, which take a call each:
     * measured, the sums lost more than the writing gained.
     */
    static List<Node> by(Step step, KernelSchedule schedule) {
        boolean[] slab = schedule.slab();
        List<Step> scans = schedule.inside().stream().filter(Step::isFull).toList();
        boolean first = !scans.isEmpty() && scans.get(0) == step;
        if (!first || !step.stores().isEmpty() || !isPrefix(slab)) {
            return List.of();
        }
        boolean oneRow = slab[slab.length - 2];
        if (!oneRow && streams(step, schedule) != 1) {
            return List.of();
        }
        return scans.stream()
                .flatMap(s -> s.stores().stream())
                .filter(n -> runsOver(n, step, schedule))
                .toList();
    }

    /** Operands as large as the data. */
    private static long streams(Step step, KernelSchedule schedule) {
        return step.loads().stream().filter(n -> runsOver(n, step, schedule)).count();
    }

    /** Whether a value varies along just the loops of a step: no fewer and, of another, no more. */
    private static boolean runsOver(Node n, Step step, KernelSchedule schedule) {
        return Arrays.equals(schedule.mask(n), step.loops());
    }

    /** Whether the loops of the slabs are the outermost ones. */
    private static boolean isPrefix(boolean[] slab) {
        for (int i = 1; i < slab.length; i++) {
            if (slab[i] && !slab[i - 1]) {
                return false;
            }
        }
        return slab[0];
    }
}
