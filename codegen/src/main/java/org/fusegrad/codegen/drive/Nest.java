package org.fusegrad.codegen.drive;

import java.util.Arrays;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.flags.Tuning;
import org.fusegrad.graph.NumericContract;

/**
 * Walks the rows of one step, or of a box cut out of it, and has the generated loops run them.
 * Belongs to one thread of a call; made once, used for one call after another.
 */
final class Nest {
    /** Elements of a row handed to a generated method at once: one block of the contract. */
    private static final int BLOCK = NumericContract.ROW_BLOCK;

    /** Elements of all rows run down column by column: they stay in the nearest cache. */
    private static final int COLUMNS_TOGETHER = Tuning.current().columns();

    /** Elements of all rows handed to it at once; bounds the time of one call. */
    private static final int TOGETHER = Tuning.current().together();

    private final Binding binding;
    private final LoopStep step;
    private final Frame frame;
    private final boolean exact;
    private final int inner;
    private final int[] touched;
    private final Reduction[] columns;

    /** Outer loops, outermost first; the arrays after it go by position in this one. */
    private final int[] loops;

    private final int[] from;
    private final int[] to;
    private final int[] index;
    /** Steps of the touched arrays along each outer loop. */
    private final int[][] strides;

    /** Where the row at the current index starts in each touched array. */
    private final int[] at;

    private int start;
    private int count;

    Nest(Binding binding, LoopStep step) {
        this(binding, step, binding.frame(), false);
    }

    private Nest(Binding binding, LoopStep step, Frame frame, boolean exact) {
        this.binding = binding;
        this.step = step;
        this.frame = frame;
        this.exact = exact;
        this.touched = binding.touched(step);
        this.inner = step.inner();
        this.columns = step.reductions().stream()
                .filter(r -> r.mode() == Mode.COLUMN)
                .toArray(Reduction[]::new);
        boolean[] over = step.step().loops();
        int[] outer = new int[over.length];
        int n = 0;
        for (int i = 0; i < over.length; i++) {
            if (over[i] && i != inner) {
                outer[n++] = i;
            }
        }
        loops = Arrays.copyOf(outer, n);
        from = new int[n];
        to = new int[n];
        index = new int[n];
        strides = new int[n][touched.length];
        at = new int[touched.length];
    }

    /** The exact form of the same step, on arrays of its own choice. */
    Nest exact(Object[] arrays) {
        Frame own = new Frame(arrays, binding.constants, step.reductions().size());
        Nest nest = new Nest(binding, step, own, true);
        nest.start();
        return nest;
    }

    /** Takes over the strides of a call. */
    void start() {
        for (int t = 0; t < touched.length; t++) {
            int[] s = binding.strides[touched[t]];
            frame.by[touched[t]] = inner < 0 ? 0 : s[inner];
            for (int k = 0; k < loops.length; k++) {
                strides[k][t] = s[loops[k]];
                frame.over[touched[t]] = s[loops[k]];
            }
        }
    }

    /** Has the lanes of sums in a room for the time of a call. */
    void use(LaneRoom room) {
        frame.use(room);
    }

    int rows() {
        int rows = 1;
        for (int loop : loops) {
            rows *= binding.size(loop);
        }
        return rows;
    }

    private int rowLength() {
        return inner < 0 ? 1 : binding.size(inner);
    }

    /** All rows. */
    void whole() {
        range(0, rows());
    }

    /** Rows first … end - 1 in row-major order of the outer loops. */
    void range(int first, int end) {
        box();
        int rest = first;
        for (int k = loops.length - 1; k >= 0; k--) {
            index[k] = rest % to[k];
            rest /= to[k];
        }
        walk(end - first);
    }

    /** Makes the box the whole domain; {@link #clip} then cuts it. */
    Nest box() {
        for (int k = 0; k < loops.length; k++) {
            from[k] = 0;
            to[k] = binding.size(loops[k]);
        }
        start = 0;
        count = rowLength();
        return this;
    }

    /** Cuts the box to first … end - 1 along a loop, if the step runs over it. */
    Nest clip(int loop, int first, int end) {
        if (loop == inner) {
            start = first;
            count = end - first;
            return this;
        }
        for (int k = 0; k < loops.length; k++) {
            if (loops[k] == loop) {
                from[k] = first;
                to[k] = end;
            }
        }
        return this;
    }

    /** All rows of the box. */
    void run() {
        int rows = 1;
        for (int k = 0; k < loops.length; k++) {
            index[k] = from[k];
            rows *= to[k] - from[k];
        }
        walk(rows);
    }

    private void walk(int rows) {
        for (int t = 0; t < touched.length; t++) {
            int p = binding.offsets[touched[t]] + start * frame.by[touched[t]];
            for (int k = 0; k < loops.length; k++) {
                p += index[k] * strides[k][t];
            }
            at[t] = p;
        }
        for (int left = rows; left > 0; ) {
            int together = together(left);
            run(together);
            advance(together);
            left -= together;
        }
    }

    /** Rows along the innermost outer loop for one call of the generated method. */
    private int together(int left) {
        int last = loops.length - 1;
        if (last < 0 || count > BLOCK) {
            return 1;
        }
        int most = (inColumns() ? COLUMNS_TOGETHER : TOGETHER) / Math.max(1, count);
        int rows = Math.min(left, Math.min(to[last] - index[last], most));
        for (Reduction r : columns) {
            if (r.loop() == loops[last]) {
                int block = NumericContract.COLUMN_BLOCK;
                rows = Math.min(rows, block - index[last] % block);
            }
        }
        return Math.max(1, rows);
    }

    private boolean inColumns() {
        return !exact && count <= step.columns();
    }

    private int method() {
        int number = step.number();
        return exact
                ? RowProgram.exact(number)
                : inColumns() ? RowProgram.columns(number) : RowProgram.rows(number);
    }

    private void advance(int rows) {
        int by = rows;
        for (int k = loops.length - 1; k >= 0; k--) {
            move(strides[k], by);
            index[k] += by;
            if (index[k] < to[k]) {
                return;
            }
            by = 1;
            move(strides[k], from[k] - to[k]);
            index[k] = from[k];
        }
    }

    private void move(int[] by, int times) {
        for (int t = 0; t < at.length; t++) {
            at[t] += by[t] * times;
        }
    }

    /** The rows from the current index on, a long one block by block. */
    private void run(int rows) {
        for (int t = 0; t < touched.length; t++) {
            frame.at[touched[t]] = at[t];
        }
        for (Reduction r : columns) {
            frame.at[r.partial()] += block(r) * binding.blockStride[r.partial()];
        }
        RowProgram program = binding.program;
        int method = method();
        for (int left = count; left > 0; left -= BLOCK) {
            frame.n = Math.min(BLOCK, left);
            frame.rows = rows;
            program.run(method, frame);
            if (left > BLOCK) {
                for (int a : touched) {
                    frame.at[a] += BLOCK * frame.by[a];
                }
            }
        }
    }

    /** The block of rows along a reduction's loop that the current row is in. */
    private int block(Reduction r) {
        for (int k = 0; k < loops.length; k++) {
            if (loops[k] == r.loop()) {
                return index[k] / NumericContract.COLUMN_BLOCK;
            }
        }
        return 0;
    }
}
