package org.fusegrad.trust;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/** How much a measure of memory grows over steps, after others have warmed everything up. */
final class Growth {
    private static final int COLLECTIONS = 3;

    private Growth() {}

    /** Bytes of the heap that {@code steps} steps leave behind. */
    static long ofHeap(int warm, int steps, IntConsumer step) {
        return of(Growth::heap, warm, steps, step);
    }

    /** Bytes of class metadata that {@code steps} steps leave behind. */
    static long ofMetaspace(int warm, int steps, IntConsumer step) {
        return of(Growth::metaspace, warm, steps, step);
    }

    private static long of(LongSupplier measure, int warm, int steps, IntConsumer step) {
        for (int i = 0; i < warm; i++) {
            step.accept(i);
        }
        long before = collected(measure);
        for (int i = 0; i < steps; i++) {
            step.accept(warm + i);
        }
        return collected(measure) - before;
    }

    /** The least of several collections: others may allocate between them. */
    private static long collected(LongSupplier measure) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(least, measure.getAsLong());
        }
        return least;
    }

    private static long heap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long metaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .map(MemoryPoolMXBean::getUsage)
                .findFirst()
                .orElseThrow()
                .getUsed();
    }
}
