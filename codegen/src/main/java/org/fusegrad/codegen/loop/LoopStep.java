package org.fusegrad.codegen.loop;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.plan.KernelSchedule;
import org.fusegrad.type.DType;

/**
 * One loop nest with what each of its reductions needs.
 *
 * @param number position among the kernel's steps, and case number of its generated method
 * @param step the nest
 * @param inner the loop that the generated method runs, or -1 for a single element
 * @param reductions how each reduction is accumulated
 * @param prefetched results of later scans whose memory this one fetches
 * @param columns elements of a row up to which it may run down each column of all rows, for rows
 *     have values in common that stay in registers then: operands, or sums across rows; 0 if none
 */
public record LoopStep(
        int number,
        KernelSchedule.Step step,
        int inner,
        List<Reduction> reductions,
        List<Node> prefetched,
        int columns) {
    /**
     * As wide as a column of float32 is on the widest vectors. Part of a row at a time, memory is
     * not read in order: rows of 64 elements one vector at a time took twice as long as row by row.
     * Half precision, whose columns are one vector wide, gains up to here all the same.
     */
    private static final int WIDEST = 64;

    /** How a reduction accumulates. */
    public enum Mode {
        /** Along the row: lanes, then a tree, then float64 over blocks. */
        ROW,
        /** Across rows, float32: an array of partial sums for each block of rows. */
        COLUMN,
        /** Across rows straight into the result: float64 and integer sums, maxima, minima. */
        DIRECT
    }

    /**
     * One reduction of a step.
     *
     * @param node the reduction
     * @param loop the loop it reduces
     * @param mode how it accumulates
     * @param partial number of the array of partial sums, for {@link Mode#COLUMN}
     */
    public record Reduction(Node node, int loop, Mode mode, int partial) {
        public boolean isSum() {
            return node.is(Op.SUM) || node.is(Op.SUM_MUL);
        }

        /** Type of the terms. */
        public DType termType() {
            return node.input(0).dtype().compute();
        }
    }

    static LoopStep of(
            int number, KernelSchedule.Step step, KernelSchedule schedule, int firstPartial) {
        int inner = step.inner();
        int partial = firstPartial;
        List<Reduction> reductions = new ArrayList<>();
        for (Node n : step.reductions()) {
            int loop = ((Attrs.Axes) n.attrs()).axes().get(0);
            boolean sum = n.is(Op.SUM) || n.is(Op.SUM_MUL);
            boolean single = n.input(0).dtype().compute() == DType.FLOAT32;
            Mode mode = loop == inner ? Mode.ROW : sum && single ? Mode.COLUMN : Mode.DIRECT;
            reductions.add(new Reduction(n, loop, mode, mode == Mode.COLUMN ? partial++ : -1));
        }
        List<Node> prefetched = Prefetch.by(step, schedule);
        boolean columns = prefetched.isEmpty() && hasColumns(step, schedule, reductions);
        return new LoopStep(
                number, step, inner, List.copyOf(reductions), prefetched, columns ? WIDEST : 0);
    }

    /** Not if any operand is one value for each row: that would have to be fetched at each. */
    private static boolean hasColumns(
            KernelSchedule.Step step, KernelSchedule schedule, List<Reduction> reductions) {
        int inner = step.inner();
        int outer = inner - 1;
        while (outer >= 0 && !step.loops()[outer]) {
            outer--;
        }
        if (!step.isFull() || outer < 0) {
            return false;
        }
        int rows = outer;
        boolean across =
                reductions.stream().allMatch(r -> r.mode() == Mode.COLUMN && r.loop() == rows);
        boolean along = step.loads().stream()
                .allMatch(n -> schedule.mask(n)[inner]
                        && (schedule.mask(n)[rows] || n.dtype() == DType.FLOAT32));
        boolean shared = step.loads().stream().anyMatch(n -> !schedule.mask(n)[rows]);
        return across && along && (shared || !reductions.isEmpty());
    }

    /** Arrays of partial sums it needs. */
    int partials() {
        return (int) reductions.stream().filter(r -> r.mode() == Mode.COLUMN).count();
    }

    /** Runs over all loops: its operands are contiguous along the row or constant. */
    public boolean isFull() {
        return step.isFull();
    }
}
