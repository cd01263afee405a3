package org.fusegrad.codegen.drive;

import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Reduction;

/** Walks the rows of one step and calls its generated loop for each. Belongs to one task. */
final class Nest {
    private final Binding binding;
    private final RowProgram program;
    private final LoopStep step;
    private final Frame frame;
    private final int[] touched;
    private final int[] loops;
    private final int[] sizes;
    private final int[] index;
    private final int inner;
    private final int length;
    private int method;

    Nest(Binding binding, RowProgram program, LoopStep step) {
        this.binding = binding;
        this.program = program;
        this.step = step;
        this.frame = binding.frame();
        this.touched = binding.touched(step);
        this.inner = step.inner();
        this.length = inner < 0 ? 1 : binding.size(inner);
        boolean[] over = step.step().loops();
        int n = 0;
        for (int i = 0; i < over.length; i++) {
            n += over[i] && i != inner ? 1 : 0;
        }
        loops = new int[n];
        sizes = new int[n];
        index = new int[over.length];
        int k = 0;
        for (int i = 0; i < over.length; i++) {
            if (over[i] && i != inner) {
                loops[k] = i;
                sizes[k++] = binding.size(i);
            }
        }
        this.method = step.number() * 2;
        for (int a : touched) {
            frame.by[a] = inner < 0 ? 0 : binding.strides[a][inner];
        }
    }

    int rows() {
        int rows = 1;
        for (int s : sizes) {
            rows *= s;
        }
        return rows;
    }

    int rowLength() {
        return length;
    }

    int outerLoops() {
        return loops.length;
    }

    /** Puts another array in an array's place for this walk. */
    Nest replacing(int array, Object by) {
        frame.arrays[array] = by;
        return this;
    }

    /** Runs the exact form of the step instead. */
    Nest exact() {
        method = step.number() * 2 + 1;
        return this;
    }

    /** All rows. */
    void whole() {
        range(0, rows());
    }

    /** Rows from … to - 1 in row-major order of the outer loops. */
    void range(int from, int to) {
        int rest = from;
        for (int k = loops.length - 1; k >= 0; k--) {
            index[loops[k]] = rest % sizes[k];
            rest /= sizes[k];
        }
        for (int row = from; row < to; row++) {
            row(0, length);
            advance();
        }
    }

    /** The rows of one slab; {@code fixed} holds the index of the slab's loops. */
    void slab(int[] at, boolean[] fixed) {
        int rows = 1;
        for (int k = 0; k < loops.length; k++) {
            boolean held = fixed[loops[k]];
            index[loops[k]] = held ? at[loops[k]] : 0;
            rows *= held ? 1 : sizes[k];
        }
        boolean single = inner >= 0 && fixed[inner];
        for (int row = 0; row < rows; row++) {
            row(single ? at[inner] : 0, single ? 1 : length);
            advanceFree(fixed);
        }
    }

    /** The rows of one block along a loop, within one slab where {@code fixed} names its loops. */
    void block(int loop, int from, int[] at, boolean[] fixed) {
        int to = Math.min(binding.size(loop), from + Binding.BLOCK_ROWS);
        int rows = rows();
        for (int row = 0; row < rows; row++) {
            boolean inside = index[loop] >= from && index[loop] < to;
            for (int k = 0; fixed != null && k < loops.length; k++) {
                inside &= !fixed[loops[k]] || index[loops[k]] == at[loops[k]];
            }
            if (inside) {
                row(0, length);
            }
            advance();
        }
    }

    private void advance() {
        for (int k = loops.length - 1; k >= 0; k--) {
            if (++index[loops[k]] < sizes[k]) {
                return;
            }
            index[loops[k]] = 0;
        }
    }

    private void advanceFree(boolean[] fixed) {
        for (int k = loops.length - 1; k >= 0; k--) {
            if (!fixed[loops[k]]) {
                if (++index[loops[k]] < sizes[k]) {
                    return;
                }
                index[loops[k]] = 0;
            }
        }
    }

    /** Elements start … start + count - 1 of the row at the current index. */
    private void row(int start, int count) {
        for (int a : touched) {
            int at = binding.offsets[a] + start * frame.by[a];
            int[] strides = binding.strides[a];
            for (int loop : loops) {
                at += index[loop] * strides[loop];
            }
            frame.at[a] = at;
        }
        for (Reduction r : step.reductions()) {
            if (r.partial() >= 0) {
                frame.at[r.partial()] +=
                        index[r.loop()] / Binding.BLOCK_ROWS * binding.blockStride[r.partial()];
            }
        }
        for (int done = 0; done < count; done += FusedKernel.BLOCK) {
            frame.n = Math.min(FusedKernel.BLOCK, count - done);
            program.run(method, frame);
            for (int a : touched) {
                frame.at[a] += frame.n * frame.by[a];
            }
        }
    }
}
