package org.fusegrad.run;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import org.fusegrad.flags.Flags;
import org.fusegrad.graph.KernelGraph;

/**
 * The executor of kernels: a backend, threads and buffers, and the policy for kernels that fail.
 */
public final class KernelRuntime {
    private static final Logger LOG = System.getLogger("org.fusegrad");

    private final Backend backend;
    private final Workers workers;
    private final BufferPool pool;
    private final boolean strict;
    private final boolean verify;
    private final Budget plans = Budget.ofHeap(Flags.PLANS.get());
    private final Backend reference;
    private final Counters counters = new Counters();

    /**
     * A runtime.
     *
     * @param reference runs what the backend cannot, and is what it is compared with
     * @param strict whether kernels that fail are errors
     * @param verify whether results are compared
     */
    public KernelRuntime(
            Backend backend,
            Backend reference,
            Workers workers,
            BufferPool pool,
            boolean strict,
            boolean verify) {
        this.backend = backend;
        this.reference = reference;
        this.workers = workers;
        this.pool = pool;
        this.strict = strict;
        this.verify = verify;
    }

    public Backend backend() {
        return backend;
    }

    public Workers workers() {
        return workers;
    }

    public BufferPool pool() {
        return pool;
    }

    /** Whether results are compared with the interpreter's, and formulas with their traces. */
    public boolean verifies() {
        return verify;
    }

    public Counters counters() {
        return counters;
    }

    /** What planned calls, of formulas and of single operations, may take together. */
    public Budget plans() {
        return plans;
    }

    /** Lets go of pooled memory and of plans, which are made again when they are wanted again. */
    public void makeRoom() {
        pool.clear();
        plans.clear();
    }

    /** Lets go of all that can be made again, compiled kernels too. */
    public void trim() {
        makeRoom();
        backend.trim();
        LinkedRecords.forget();
    }

    /** Ends the threads and lets go of pooled memory; nothing runs afterwards. */
    public void close() {
        workers.close();
        trim();
    }

    /**
     * Compiles a kernel. If the backend cannot, the interpreter takes over with one warning that
     * names the kernel and the reason, unless the engine is strict.
     */
    public Kernel compile(KernelGraph graph) {
        counters.compiled(graph.fused());
        try {
            Kernel kernel = backend.compile(graph);
            return verify ? verified(graph, kernel) : kernel;
        } catch (KernelException e) {
            if (strict) {
                throw e;
            }
            counters.fellBack();
            LOG.log(
                    Level.WARNING,
                    "kernel {0} runs interpreted: {1}",
                    graph.name(),
                    e.getMessage());
            return reference.compile(graph);
        }
    }

    /**
     * Runs a kernel, on the clock.
     *
     * @throws KernelException if the engine is strict and the kernel's better form has failed
     */
    public void run(Kernel kernel, Value[] inputs, Value[] outputs) {
        KernelException failure = kernel.failure();
        if (failure != null) {
            report(failure);
        }
        long start = System.nanoTime();
        kernel.run(inputs, outputs, workers);
        counters.ran(System.nanoTime() - start);
    }

    private void report(KernelException failure) {
        if (strict) {
            throw failure;
        } else if (counters.degraded(failure)) {
            LOG.log(Level.WARNING, failure.getMessage());
        }
    }

    private Kernel verified(KernelGraph graph, Kernel kernel) {
        Kernel expected = reference.compile(graph);
        return new Kernel() {
            @Override
            public void run(Value[] inputs, Value[] outputs, Workers threads) {
                kernel.run(inputs, outputs, threads);
                Value[] truth = new Value[outputs.length];
                Arrays.setAll(truth, i -> Value.zeros(outputs[i].dtype(), outputs[i].shape()));
                expected.run(inputs, truth, threads);
                for (int i = 0; i < truth.length; i++) {
                    if (!Arrays.equals(truth[i].toDoubles(), outputs[i].toDoubles())) {
                        throw new AssertionError("kernel " + graph.name() + ", output " + i
                                + ": the " + backend.name()
                                + " backend differs from the interpreter\n"
                                + graph.graph());
                    }
                }
            }

            @Override
            public KernelException failure() {
                return kernel.failure();
            }

            @Override
            public long bytes() {
                return kernel.bytes();
            }

            @Override
            public String describe() {
                return kernel.describe();
            }
        };
    }
}
