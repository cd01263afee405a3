package org.fusegrad.codegen.drive;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingDeque;
import org.fusegrad.DType;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.run.KernelException;

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

    /** More than one, or the JVM takes a second row for an exception. */
    private static final int ROWS = 2;

    /** Calls with each length between two looks at whether the compiler is done. */
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
    private static final LinkedBlockingDeque<Runnable> QUEUE = new LinkedBlockingDeque<>();

    static {
        Thread thread = new Thread(Warmup::serve, "fusegrad-warmup");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.start();
    }

    private Warmup() {}

    /** Runs work in the background, one piece after the other. */
    static void enqueue(Runnable work) {
        QUEUE.addLast(work);
    }

    /**
     * Has the scalar steps of a kernel compiled in the background, before what else waits: its
     * first call will be long, and is about to come.
     */
    static void scalarSoon(LoopKernel kernel, RowProgram program) {
        QUEUE.addFirst(() -> {
            Frame frame = frame(kernel);
            for (LoopStep step : kernel.steps()) {
                for (int look = 0; look < SCALAR_LOOKS && step.isFull(); look++) {
                    calls(program, step, frame);
                }
            }
        });
    }

    private static void serve() {
        while (true) {
            try {
                QUEUE.take().run();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /**
     * Calls every full step of a program until it is compiled, and then all of them as one.
     *
     * @return whether the JVM keeps the vectors of the joined steps in registers
     * @throws KernelException if the JVM goes on to make objects of the vectors in a loop: it will
     *     always do so then, and the step would be slower than scalar code
     */
    public static boolean run(LoopKernel kernel, RowProgram program) {
        Frame frame = frame(kernel);
        for (LoopStep step : kernel.steps()) {
            if (step.isFull() && !settles(program, step, frame, PATIENCE)) {
                throw new KernelException(
                        "the JVM does not keep the vectors of step " + step.number() + " of "
                                + kernel.name() + " in registers",
                        null);
            }
        }
        return program.joins()
                && settles(program, kernel.joined().orElseThrow(), frame, PATIENCE_JOINED);
    }

    /**
     * Calls a step until its loop makes no objects, which interpreted vector code does. A constant
     * that the JVM keeps as an object too is made for each row, however long, and is not seen here.
     */
    private static boolean settles(RowProgram program, LoopStep step, Frame frame, int patience) {
        boolean allocates = false;
        for (int look = 0; look < patience; look++) {
            calls(program, step, frame);
            if (bytes(program, step, frame, ROW) > bytes(program, step, frame, TAIL)) {
                allocates = true;
                pause();
            } else if (allocates || look >= ENOUGH) {
                return true;
            }
        }
        return false;
    }

    /** Calls with every length. */
    private static void calls(RowProgram program, LoopStep step, Frame frame) {
        for (int length : LENGTHS) {
            call(program, step, frame, length, CALLS);
        }
    }

    /** What one call allocates. */
    private static long bytes(RowProgram program, LoopStep step, Frame frame, int length) {
        long before = allocated();
        call(program, step, frame, length, 1);
        return allocated() - before;
    }

    /** Leaves the processor to the compiler. */
    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void call(
            RowProgram program, LoopStep step, Frame frame, int length, int times) {
        for (int i = 0; i < times; i++) {
            frame.n = length;
            frame.rows = ROWS;
            program.run(step.number() * 2, frame);
        }
    }

    private static long allocated() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static Frame frame(LoopKernel kernel) {
        Object[] arrays = new Object[kernel.arrayCount()];
        for (int i = 0; i < kernel.arrays().size(); i++) {
            arrays[i] = array(kernel.arrays().get(i).dtype());
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

    private static Object array(DType dtype) {
        switch (dtype) {
            case FLOAT32 -> {
                float[] a = new float[ROW];
                for (int i = 0; i < ROW; i++) {
                    a[i] = 0.5f + (i * 37 % 100) / 100f;
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
