package org.fusegrad.codegen.drive;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.flags.Tuning;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.NumericContract;
import org.fusegrad.plan.KernelSchedule;

/**
 * The cuts of a kernel's domain into tasks, and these into chunks of slabs that stay in cache.
 * Follows from sizes alone, so the number of threads never shows in a result.
 */
final class Cutting {
    /** Elements worth a task of their own. */
    private static final int GRAIN = Tuning.current().grain();

    /** Tasks of a large kernel: enough to share out evenly, few enough to be long runs. */
    private static final int TASKS = Tuning.current().tasks();

    /** Bytes of data that a step leaves in cache for the next: a fraction of a core's own cache. */
    private static final int CHUNK_BYTES = Tuning.current().chunk();

    /** Bytes of the cache nearest to a core. */
    private static final int NEAREST_BYTES = Tuning.current().l1();

    private final Extents extents;
    private final LoopKernel kernel;
    private final int[] domain;
    private final boolean[] slab;
    private final List<LoopStep> before;
    private final List<LoopStep> inside;
    private final List<LoopStep> after;
    private final int lastSlabLoop;
    private final long elements;
    private final int slabs;
    private final int unit;
    private final int chunk;
    private final int[] rowsInTask;

    Cutting(Extents extents) {
        this.extents = extents;
        this.kernel = extents.kernel();
        KernelSchedule schedule = kernel.schedule();
        this.domain = extents.domain();
        boolean compact = isCompact(schedule.slab(), domain);
        this.slab = compact ? schedule.slab() : new boolean[domain.length];
        if (compact) {
            before = steps(schedule.before());
            inside = kernel.inside();
            after = kernel.after();
        } else {
            before = List.of();
            inside = kernel.steps();
            after = List.of();
        }
        int count = 1;
        int last = -1;
        for (int i = 0; i < domain.length; i++) {
            count *= slab[i] ? domain[i] : 1;
            last = slab[i] ? i : last;
        }
        this.lastSlabLoop = last;
        this.elements = Arrays.stream(domain).asLongStream().reduce(1, (a, b) -> a * b);
        this.slabs = count;
        this.unit = unit();
        this.chunk = chunk();
        this.rowsInTask = kernel.steps().stream().mapToInt(this::rows).toArray();
    }

    /**
     * Whether each slab is one run of memory. Slabs scattered in short rows are not worth having:
     * the processor fetches memory ahead along a run, and starts again at each jump.
     */
    private static boolean isCompact(boolean[] slab, int[] domain) {
        boolean inside = false;
        for (int i = 0; i < slab.length; i++) {
            if (slab[i] && inside) {
                return false;
            }
            inside |= !slab[i] && domain[i] > 1;
        }
        return true;
    }

    private List<LoopStep> steps(List<KernelSchedule.Step> steps) {
        return steps.stream().map(s -> kernel.steps().get(kernel.number(s))).toList();
    }

    /** Slabs in one task: enough work, and never two tasks in one block of partial sums. */
    private int unit() {
        long grain = GRAIN / Math.max(1, elements / Math.max(1, slabs));
        int enough = (int) Math.max(Math.max(1, grain), slabs / TASKS);
        List<Reduction> crossing = inside.stream()
                .flatMap(s -> s.reductions().stream())
                .filter(r -> r.mode() != Mode.ROW && slab[r.loop()])
                .toList();
        if (crossing.isEmpty()) {
            return enough;
        }
        int axes = 0;
        for (boolean b : slab) {
            axes += b ? 1 : 0;
        }
        boolean direct = crossing.stream().anyMatch(r -> r.mode() == Mode.DIRECT);
        return axes == 1 && !direct ? blocks(enough) : Math.max(1, slabs);
    }

    /** Slabs in one chunk: parts of a task, all about equal, that stay in cache. */
    private int chunk() {
        long bytes = slabBytes() * unit;
        long parts = Math.max(1, Math.min(unit, (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES));
        return (int) ((unit + parts - 1) / parts);
    }

    private static int blocks(int rows) {
        return (rows + NumericContract.COLUMN_BLOCK - 1)
                / NumericContract.COLUMN_BLOCK
                * NumericContract.COLUMN_BLOCK;
    }

    /** Bytes of full-size operands and results in one slab. */
    private long slabBytes() {
        Set<Node> full = new HashSet<>();
        for (LoopStep s : inside) {
            if (s.isFull()) {
                full.addAll(s.step().loads());
                full.addAll(s.step().stores());
            }
        }
        long bytes = full.stream()
                .mapToLong(n -> (long) extents.shape(n).numel() * n.dtype().bytes())
                .sum();
        return bytes / Math.max(1, slabs);
    }

    /**
     * Whether each row may go through all steps at once. If it shares operands or sums with the
     * rows after it, all that it runs along must stay in the nearest cache; where they do not,
     * chunks of rows are faster step by step.
     */
    boolean joins() {
        if (kernel.joined().isEmpty() || row() > NumericContract.ROW_BLOCK) {
            return false;
        }
        LoopStep rows = kernel.joined().get();
        List<Node> along = Stream.of(rows.step().loads(), rows.step().stores())
                .flatMap(List::stream)
                .filter(n -> kernel.schedule().mask(n)[domain.length - 1])
                .toList();
        long sums =
                rows.reductions().stream().filter(r -> r.mode() == Mode.COLUMN).count();
        boolean shares = sums > 0 || along.stream().anyMatch(n -> !isOwn(n, rows));
        return !shares || (along.size() + sums) * row() * Float.BYTES <= NEAREST_BYTES;
    }

    private boolean isOwn(Node n, LoopStep rows) {
        return Arrays.equals(kernel.schedule().mask(n), rows.step().loops());
    }

    private int row() {
        return domain[domain.length - 1];
    }

    /** Elements of the domain. */
    long elements() {
        return elements;
    }

    /** Rows of one task of a step that runs by itself; all of them if it must not be cut. */
    int rowsInTask(LoopStep step) {
        return rowsInTask[step.number()];
    }

    private int rows(LoopStep step) {
        int inner = step.inner();
        int all = 1;
        int outer = 0;
        for (int i = 0; i < domain.length; i++) {
            boolean over = step.step().loops()[i] && i != inner;
            all *= over ? domain[i] : 1;
            outer += over ? 1 : 0;
        }
        boolean direct = step.reductions().stream().anyMatch(r -> r.mode() == Mode.DIRECT);
        boolean column = step.reductions().stream().anyMatch(r -> r.mode() == Mode.COLUMN);
        if (direct || !step.isFull() || column && outer != 1) {
            return Math.max(1, all);
        }
        int enough = Math.max(1, GRAIN / Math.max(1, inner < 0 ? 1 : domain[inner]));
        int rows = Math.max(enough, all / TASKS);
        return column ? blocks(rows) : rows;
    }

    /** Loops that cut the domain into slabs. */
    boolean[] slab() {
        return slab;
    }

    /** The innermost of them; -1 if there is none. */
    int lastSlabLoop() {
        return lastSlabLoop;
    }

    int slabs() {
        return slabs;
    }

    int slabsInTask() {
        return unit;
    }

    /** Slabs that go through all steps together. */
    int slabsInChunk() {
        return chunk;
    }

    List<LoopStep> before() {
        return before;
    }

    List<LoopStep> inside() {
        return inside;
    }

    List<LoopStep> after() {
        return after;
    }
}
