package org.fusegrad.codegen.drive;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.run.KernelException;
import org.fusegrad.type.DType;

/**
 * Gets generated loops compiled by the JVM before they are used in earnest: calls them on small
 * rows of their own until the compiler has taken them, which it does by the number of calls. Loops
 * compiled while they run for long instead can stay several times slower for good.
 */
public final class Warmup {
    /** Short: while interpreted, each vector operation takes a microsecond. */
    private static final int ROW = 161;

    /** Shorter than any vector. */
    private static final int TAIL = 3;

    /**
     * Lengths that take every way through a loop, its vectors and its tail: code compiled for some
     * of them alone would be thrown away at the first row of another kind.
     */
    private static final int[] LENGTHS = {ROW, 32, 17, TAIL};

    /**
     * The same for loops of one vector a turn, with fewer turns. The compiler of JDK 25, not that
     * of JDK 17, writes out a loop of vectors several times if it has seen it turn three times and
     * more. In cache that is faster. Over data in memory, two scans of each row and the scans of
     * their derivative then take 1.6 times as long in rows of 512 elements, 1.2 times in rows of
     * 768 or 2,048: what fetches memory ahead seems to follow one load that repeats better than
     * several in turn.
     */
    private static final int[] FEW_TURNS = {33, 32, 17, TAIL};

    /**
     * What the values of a row lie above: far from 0 and about it. Where a statistic decides what
     * is computed, code compiled for one kind alone would be thrown away at the other.
     */
    private static final float[] LOWEST = {0.5f, -0.5f};

    /** More than one, or the JVM takes a second row for an exception. */
    private static final int ROWS = 2;

    /** Calls with each length, in all frames, between two looks at whether the compiler is done. */
    private static final int CALLS = 50;

    /** As many calls as make the JVM want a scalar step with all optimisations. */
    private static final int SCALAR_LOOKS = 15;

    /** Looks after which a step that never made objects is taken for compiled. */
    private static final int ENOUGH = 60;

    /** Looks after which one that still does is given up, and the pause after each. */
    private static final int PATIENCE = 1000;

    /** The same for all steps as one; fewer, for meanwhile the steps one by one go unused. */
    private static final int PATIENCE_JOINED = 300;

    private static final int PAUSE_MILLIS = 10;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Warmup() {}

    /** Has the scalar steps of a kernel compiled: its first call will be long, and comes soon. */
    static void scalar(LoopKernel kernel, RowProgram program) {
        List<Frame> frames = frames(kernel);
        for (LoopStep step : kernel.steps()) {
            Practice rows = new Practice(program, RowProgram.rows(step.number()), LENGTHS, frames);
            for (int look = 0; look < SCALAR_LOOKS && step.isFull(); look++) {
                rows.calls();
            }
        }
    }

    /**
     * Calls every full step of a program until it is compiled, and then all of them as one.
     *
     * @param going asked between calls; what it throws ends the warm-up
     * @return whether the JVM keeps the vectors of the joined steps in registers
     * @throws KernelException if the JVM goes on to make objects of the vectors in a loop: it will
     *     always do so then, and the step would be slower than scalar code
     */
    public static boolean run(LoopKernel kernel, RowProgram program, Runnable going) {
        List<Frame> frames = frames(kernel);
        for (LoopStep step : kernel.steps()) {
            boolean sums = step.reductions().stream().anyMatch(r -> r.mode() == Mode.ROW);
            int[] lengths = sums ? LENGTHS : FEW_TURNS;
            Practice rows = new Practice(program, RowProgram.rows(step.number()), lengths, frames);
            Practice columns =
                    new Practice(program, RowProgram.columns(step.number()), lengths, frames);
            if (step.isFull() && !rows.settles(PATIENCE, going)
                    || step.columns() > 0 && !columns.settles(PATIENCE, going)) {
                throw new KernelException(
                        "the JVM does not keep the vectors of step " + step.number() + " of "
                                + kernel.name() + " in registers",
                        null);
            }
        }
        int joined = RowProgram.rows(kernel.steps().size());
        return program.joins()
                && new Practice(program, joined, FEW_TURNS, frames).settles(PATIENCE_JOINED, going);
    }

    /** A method of a program and the rows to call it on, of some lengths in each frame. */
    private record Practice(RowProgram program, int method, int[] lengths, List<Frame> frames) {
        /**
         * Calls the method until its loop makes no objects, which interpreted vector code does. A
         * constant that the JVM keeps as an object too is made for each row, however long, and is
         * not seen here.
         */
        boolean settles(int patience, Runnable going) {
            boolean allocates = false;
            for (int look = 0; look < patience; look++) {
                going.run();
                calls();
                if (bytes(ROW) > bytes(TAIL)) {
                    allocates = true;
                    pause();
                } else if (allocates || look >= ENOUGH) {
                    return true;
                }
            }
            return false;
        }

        void calls() {
            for (int length : lengths) {
                for (Frame frame : frames) {
                    call(frame, length, CALLS / frames.size());
                }
            }
        }

        /** What one call allocates. */
        private long bytes(int length) {
            long before = allocated();
            call(frames.get(0), length, 1);
            return allocated() - before;
        }

        private void call(Frame frame, int length, int times) {
            for (int i = 0; i < times; i++) {
                frame.n = length;
                frame.rows = ROWS;
                program.run(method, frame);
            }
        }
    }

    /** Leaves the processor to the compiler. */
    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long allocated() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static List<Frame> frames(LoopKernel kernel) {
        List<Frame> frames = new ArrayList<>();
        for (float lowest : LOWEST) {
            frames.add(frame(kernel, lowest));
        }
        return frames;
    }

    private static Frame frame(LoopKernel kernel, float lowest) {
        Object[] arrays = new Object[kernel.arrayCount()];
        for (int i = 0; i < kernel.arrays().size(); i++) {
            arrays[i] = array(kernel.arrays().get(i).dtype(), lowest);
        }
        int reductions = 1;
        for (LoopStep s : kernel.steps()) {
            reductions = Math.max(reductions, s.reductions().size());
            for (Reduction r : s.reductions()) {
                if (r.mode() == Mode.COLUMN) {
                    arrays[r.partial()] = new float[ROW];
                }
            }
        }
        double[] constants =
                kernel.constants().stream().mapToDouble(n -> n.constValue()).toArray();
        return new Frame(arrays, constants, reductions);
    }

    private static Object array(DType dtype, float lowest) {
        switch (dtype) {
            case FLOAT32 -> {
                float[] a = new float[ROW];
                for (int i = 0; i < ROW; i++) {
                    a[i] = lowest + (i * 37 + 50) % 100 / 100f;
                }
                return a;
            }
            case FLOAT64 -> {
                double[] a = new double[ROW];
                Arrays.fill(a, 0.75);
                return a;
            }
            case INT64 -> {
                return new long[ROW];
            }
            case BOOL -> {
                return new byte[ROW];
            }
            default -> {
                return new short[ROW];
            }
        }
    }
}
