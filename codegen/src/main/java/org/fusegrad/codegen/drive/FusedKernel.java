package org.fusegrad.codegen.drive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.plan.Schedule;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;

/**
 * Runs a generated program over its domain: slabs side by side on the worker threads, within a slab
 * step after step, within a step row after row. How work is cut depends on sizes alone, and
 * whatever one task adds up lands in a place of its own that is folded in a fixed order, so the
 * number of threads never shows in a result.
 */
public final class FusedKernel implements Kernel {
    /**
     * Elements of a row handed to a generated method at once: one block of the numeric contract.
     */
    static final int BLOCK = 4096;

    /** Elements worth a task of their own. */
    private static final int GRAIN = 16_384;

    private final LoopKernel kernel;
    private final Programs programs;
    private final Schedule schedule;
    private final int[] domain;
    private final boolean[] slab;
    private final int slabs;
    private final int slabUnit;

    /** A kernel of these sizes that runs these programs. */
    public FusedKernel(LoopKernel kernel, Programs programs) {
        this.kernel = kernel;
        this.programs = programs;
        this.schedule = kernel.schedule();
        this.domain = schedule.domain();
        this.slab = schedule.slab();
        int count = 1;
        int axes = 0;
        for (int i = 0; i < domain.length; i++) {
            count *= slab[i] ? domain[i] : 1;
            axes += slab[i] ? 1 : 0;
        }
        this.slabs = count;
        this.slabUnit = slabUnit(axes);
    }

    /** Slabs in one task: enough work, and never two tasks in one block of partial sums. */
    private int slabUnit(int slabAxes) {
        long inSlab = Math.max(1, elements() / slabs);
        int unit = (int) Math.max(1, GRAIN / inSlab);
        boolean crossing = kernel.steps().stream()
                .flatMap(s -> s.reductions().stream())
                .anyMatch(r -> r.mode() != Mode.ROW && slab[r.loop()]);
        if (!crossing) {
            return unit;
        }
        boolean direct = kernel.steps().stream()
                .flatMap(s -> s.reductions().stream())
                .anyMatch(r -> r.mode() == Mode.DIRECT && slab[r.loop()] && isInside(r));
        int block = Binding.BLOCK_ROWS;
        return slabAxes == 1 && !direct ? (unit + block - 1) / block * block : slabs;
    }

    private boolean isInside(Reduction r) {
        return schedule.inside().stream().anyMatch(s -> s.reductions().contains(r.node()));
    }

    @Override
    public void run(Value[] inputs, Value[] outputs, Workers workers) {
        Binding binding = new Binding(kernel, inputs, outputs);
        RowProgram program = programs.current(elements());
        for (Schedule.Step s : schedule.before()) {
            new Nest(binding, program, step(s)).whole();
            folds(binding, s, program, r -> true).forEach(ColumnFold::run);
        }
        if (slabs > 1) {
            int tasks = (slabs + slabUnit - 1) / slabUnit;
            workers.forEach(tasks, t -> slabs(binding, program, t));
            for (Schedule.Step s : schedule.inside()) {
                folds(binding, s, program, r -> slab[r.loop()]).forEach(ColumnFold::run);
            }
        } else {
            for (Schedule.Step s : schedule.inside()) {
                rows(binding, program, step(s), workers);
                folds(binding, s, program, r -> true).forEach(ColumnFold::run);
            }
        }
        for (Schedule.Step s : schedule.after()) {
            new Nest(binding, program, step(s)).whole();
            folds(binding, s, program, r -> true).forEach(ColumnFold::run);
        }
    }

    private long elements() {
        return Arrays.stream(domain).asLongStream().reduce(1, (a, b) -> a * b);
    }

    private LoopStep step(Schedule.Step s) {
        return kernel.steps().get(kernel.number(s));
    }

    /** All steps for each slab of one task. */
    private void slabs(Binding binding, RowProgram program, int task) {
        List<Schedule.Step> inside = schedule.inside();
        Nest[] nests = new Nest[inside.size()];
        List<List<ColumnFold>> folds = new ArrayList<>();
        for (int i = 0; i < nests.length; i++) {
            nests[i] = new Nest(binding, program, step(inside.get(i)));
            folds.add(folds(binding, inside.get(i), program, r -> !slab[r.loop()]));
        }
        int[] index = new int[domain.length];
        int end = Math.min(slabs, (task + 1) * slabUnit);
        for (int s = task * slabUnit; s < end; s++) {
            int rest = s;
            for (int i = domain.length - 1; i >= 0; i--) {
                if (slab[i]) {
                    index[i] = rest % domain[i];
                    rest /= domain[i];
                }
            }
            for (int i = 0; i < nests.length; i++) {
                nests[i].slab(index, slab);
                for (ColumnFold fold : folds.get(i)) {
                    fold.slab(index, slab);
                }
            }
        }
    }

    /** One step over the whole domain, its rows cut into tasks where nothing forbids it. */
    private void rows(Binding binding, RowProgram program, LoopStep step, Workers workers) {
        Nest nest = new Nest(binding, program, step);
        int rows = nest.rows();
        int unit = Math.max(1, GRAIN / Math.max(1, nest.rowLength()));
        boolean column = step.reductions().stream().anyMatch(r -> r.mode() == Mode.COLUMN);
        boolean direct = step.reductions().stream().anyMatch(r -> r.mode() == Mode.DIRECT);
        if (column) {
            int block = Binding.BLOCK_ROWS;
            unit = nest.outerLoops() == 1 ? (unit + block - 1) / block * block : rows;
        }
        if (direct || !step.isFull() || rows <= unit) {
            nest.whole();
            return;
        }
        int size = unit;
        workers.forEach((rows + unit - 1) / unit, t -> {
            Nest own = new Nest(binding, program, step);
            own.range(t * size, Math.min(rows, (t + 1) * size));
        });
    }

    /** What adds up the partial sums of a step's column reductions. */
    private List<ColumnFold> folds(
            Binding binding, Schedule.Step s, RowProgram program, Predicate<Reduction> which) {
        LoopStep step = step(s);
        return step.reductions().stream()
                .filter(r -> r.mode() == Mode.COLUMN && which.test(r))
                .map(r -> new ColumnFold(kernel, binding, program, step, r))
                .toList();
    }

    @Override
    public String describe() {
        return programs.source();
    }
}
