package org.fusegrad.run;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts of what an engine has done so far. */
public final class Counters {
    private final LongAdder kernels = new LongAdder();
    private final LongAdder fused = new LongAdder();
    private final LongAdder runs = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LongAdder fallbacks = new LongAdder();
    private final Set<KernelException> failures = ConcurrentHashMap.newKeySet();

    void compiled(boolean isFused) {
        kernels.increment();
        if (isFused) {
            fused.increment();
        }
    }

    void ran(long time) {
        runs.increment();
        nanos.add(time);
    }

    /** Whether this failure is a new one. */
    boolean degraded(KernelException failure) {
        return failures.add(failure);
    }

    void fellBack() {
        fallbacks.increment();
    }

    /** Distinct kernels planned. */
    public long kernels() {
        return kernels.sum();
    }

    /** Of these, fused regions. */
    public long fusedKernels() {
        return fused.sum();
    }

    /** Kernel calls. */
    public long runs() {
        return runs.sum();
    }

    /** Seconds spent in kernels. */
    public double kernelSeconds() {
        return nanos.sum() * 1e-9;
    }

    /** Kernels that the backend could not compile and the interpreter took over. */
    public long fallbacks() {
        return fallbacks.sum();
    }

    /** Kernels that stay in scalar form because their vector form failed. */
    public long degraded() {
        return failures.size();
    }

    /** What was done, in one line. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d kernels planned (%d fused), %d runs in %.3f s, %d taken over, %d degraded",
                kernels(),
                fusedKernels(),
                runs(),
                kernelSeconds(),
                fallbacks(),
                degraded());
    }
}
