package org.fusegrad.codegen.drive;

import java.util.Arrays;
import java.util.stream.Stream;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;

/**
 * All that a kernel needs while it runs: arrays between its steps, partial sums, and the walks of
 * each thread over each step. Serves one call at a time, and one call after another without
 * allocating: garbage would be written to fresh pages of memory, which the operating system clears
 * first, and that can take longer than the kernel itself.
 */
final class Invocation {
    /** The walks of one thread, by step. */
    private final class Seat {
        final Nest[] nests;
        final int[] index = new int[binding.rank()];
        int version = -1;
        LaneRoom room;

        Seat() {
            nests = Stream.concat(kernel.steps().stream(), kernel.joined().stream())
                    .map(s -> new Nest(binding, s))
                    .toArray(Nest[]::new);
        }

        Nest nest(LoopStep step) {
            return nests[step.number()];
        }

        /** Makes ready for a call at the first task of it, and does nothing at the others. */
        void settle() {
            if (version != binding.version()) {
                version = binding.version();
                for (Nest nest : nests) {
                    nest.start();
                }
            }
            if (sums && room == null) {
                room = LaneRoom.borrow();
                for (Nest nest : nests) {
                    nest.use(room);
                }
            }
        }
    }

    private final LoopKernel kernel;
    private final Cutting cutting;
    private final Binding binding;
    private final LoopStep[] before;
    private final LoopStep[] inside;
    private final LoopStep[] after;

    /** All steps inside as one, if that can be. */
    private final LoopStep[] joined;

    private final boolean mayJoin;

    private final int row;

    /** Whether it sums along rows. */
    private final boolean sums;

    /** By step: folds of sums within a slab, and of sums across slabs. */
    private final ColumnFold[][] within;

    private final ColumnFold[][] across;

    private final Workers.Task slabTask = this::slabs;
    private final Workers.Task rowTask = this::rows;
    private Seat[] seats = {};
    private LoopStep[] scans;
    private LoopStep current;
    private int unit;

    Invocation(Extents extents, Cutting cutting) {
        this.kernel = extents.kernel();
        this.cutting = cutting;
        this.binding = new Binding(extents);
        before = cutting.before().toArray(LoopStep[]::new);
        inside = cutting.inside().toArray(LoopStep[]::new);
        after = cutting.after().toArray(LoopStep[]::new);
        mayJoin = cutting.joins();
        row = binding.size(binding.rank() - 1);
        sums = kernel.steps().stream()
                .flatMap(s -> s.reductions().stream())
                .anyMatch(r -> r.mode() == Mode.ROW);
        joined = kernel.joined().stream().toArray(LoopStep[]::new);
        within = folds(false);
        across = folds(true);
    }

    private ColumnFold[][] folds(boolean crossing) {
        boolean[] slab = cutting.slab();
        ColumnFold[][] folds = new ColumnFold[kernel.steps().size() + 1][];
        // A joined row sums across rows only where slabs are crossed.
        folds[kernel.steps().size()] = new ColumnFold[0];
        for (LoopStep step : kernel.steps()) {
            boolean cut = cutting.slabs() > 1 && cutting.inside().contains(step);
            folds[step.number()] = step.reductions().stream()
                    .filter(r -> r.mode() == Mode.COLUMN)
                    .filter(r -> (!cut || slab[r.loop()]) == crossing)
                    .map(r -> new ColumnFold(binding, step, r))
                    .toArray(ColumnFold[]::new);
        }
        return folds;
    }

    /** Computes the outputs. */
    void run(Value[] inputs, Value[] outputs, Variant form, Workers workers) {
        binding.start(inputs, outputs, form.program());
        if (seats.length < workers.size()) {
            seats = Arrays.copyOf(seats, workers.size());
        }
        try {
            boolean joins = mayJoin && row >= form.joinsFrom();
            if (joins && !compute(joined, workers)) {
                binding.clear();
                joins = false;
            }
            if (!joins) {
                compute(inside, workers);
            }
        } finally {
            leave();
        }
        binding.end();
    }

    private void leave() {
        for (Seat seat : seats) {
            if (seat != null && seat.room != null) {
                seat.room.giveBack();
                seat.room = null;
            }
        }
    }

    /**
     * All steps.
     *
     * @param scans what runs for each slab
     * @return false if a sum across rows overflowed which joined steps took: they leave no
     *     statistics in arrays, with which it could be taken again
     */
    private boolean compute(LoopStep[] scans, Workers workers) {
        this.scans = scans;
        alone(before);
        if (cutting.slabs() > 1) {
            int each = cutting.slabsInTask();
            workers.forEach((cutting.slabs() + each - 1) / each, slabTask);
            for (LoopStep step : inside) {
                if (!foldAcross(step, scans != joined)) {
                    return false;
                }
            }
        } else {
            for (LoopStep step : inside) {
                inRows(step, workers);
                foldAcross(step, true);
            }
        }
        alone(after);
        return true;
    }

    private Seat seat(int slot) {
        Seat seat = seats[slot];
        if (seat == null) {
            seat = new Seat();
            seats[slot] = seat;
        }
        seat.settle();
        return seat;
    }

    private void alone(LoopStep[] steps) {
        for (LoopStep step : steps) {
            seat(0).nest(step).whole();
            foldAcross(step, true);
        }
    }

    /** False if a sum overflowed that must not be taken again. */
    private boolean foldAcross(LoopStep step, boolean again) {
        for (ColumnFold fold : across[step.number()]) {
            if (!fold.run()) {
                if (!again) {
                    return false;
                }
                fold.again();
            }
        }
        return true;
    }

    /** One step over the whole domain, its rows cut into tasks where nothing forbids it. */
    private void inRows(LoopStep step, Workers workers) {
        Nest nest = seat(0).nest(step);
        current = step;
        unit = cutting.rowsInTask(step);
        workers.forEach((nest.rows() + unit - 1) / unit, rowTask);
    }

    private void rows(int task, int slot) {
        Nest nest = seat(slot).nest(current);
        nest.range(task * unit, Math.min(nest.rows(), (task + 1) * unit));
    }

    /** All steps for the slabs of one task, chunk by chunk. */
    private void slabs(int task, int slot) {
        Seat seat = seat(slot);
        int each = cutting.slabsInTask();
        int end = Math.min(cutting.slabs(), (task + 1) * each);
        for (int from = task * each; from < end; ) {
            from += chunk(seat, from, Math.min(end - from, cutting.slabsInChunk()));
        }
    }

    /**
     * Slabs from … that differ in the innermost of the slabs' loops alone, at most {@code most}.
     *
     * @return how many
     */
    private int chunk(Seat seat, int from, int most) {
        boolean[] slab = cutting.slab();
        int last = cutting.lastSlabLoop();
        int rest = from;
        for (int i = slab.length - 1; i >= 0; i--) {
            if (slab[i]) {
                seat.index[i] = rest % binding.size(i);
                rest /= binding.size(i);
            }
        }
        int first = seat.index[last];
        int count = Math.min(most, binding.size(last) - first);
        for (LoopStep step : scans) {
            Nest nest = seat.nest(step).box();
            for (int i = 0; i < slab.length; i++) {
                if (slab[i]) {
                    int at = seat.index[i];
                    nest.clip(i, at, i == last ? at + count : at + 1);
                }
            }
            nest.run();
            for (ColumnFold fold : within[step.number()]) {
                for (int k = 0; k < count; k++) {
                    seat.index[last] = first + k;
                    fold.slab(seat.index, slab);
                }
                seat.index[last] = first;
            }
        }
        return count;
    }
}
