package org.fusegrad.codegen.drive;

import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import org.fusegrad.DType;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;

/**
 * Gets generated loops compiled by the JVM before they are used in earnest: calls them on small
 * rows of their own until the compiler has taken them, which it does by the number of calls. Loops
 * compiled while they run for long instead can stay several times slower for good.
 */
public final class Warmup {
    private static final int ROW = 545;
    private static final int CALLS = 12_000;
    private static final LinkedBlockingQueue<Runnable> QUEUE = new LinkedBlockingQueue<>();

    static {
        Thread thread = new Thread(Warmup::serve, "fusegrad-warmup");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.start();
    }

    private Warmup() {}

    /** Runs work in the background, one piece after the other. */
    static void enqueue(Runnable work) {
        QUEUE.add(work);
    }

    private static void serve() {
        while (true) {
            try {
                QUEUE.take().run();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | Error e) {
                System.getLogger("org.fusegrad")
                        .log(
                                System.Logger.Level.WARNING,
                                "a kernel stays in scalar form: " + e.getMessage());
            }
        }
    }

    /** Calls every full step of a program often enough to be compiled. */
    public static void run(LoopKernel kernel, RowProgram program) {
        Frame frame = frame(kernel);
        for (LoopStep step : kernel.steps()) {
            if (step.isFull()) {
                for (int i = 0; i < CALLS; i++) {
                    frame.n = ROW;
                    program.run(step.number() * 2, frame);
                }
            }
        }
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
