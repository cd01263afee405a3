package org.fusegrad.trust;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/**
 * How much memory grows over steps, after others have warmed everything up.
 *
 * @param heap bytes of the heap that the steps leave behind
 * @param metaspace bytes of class metadata that they leave behind
 */
record Growth(long heap, long metaspace) {
    private static final int COLLECTIONS = 3;

    static Growth of(int warm, int steps, IntConsumer step) {
        for (int i = 0; i < warm; i++) {
            step.accept(i);
        }
        long heap = collected(Growth::heapUsed);
        long metaspace = collected(Growth::metaspaceUsed);
        for (int i = 0; i < steps; i++) {
            step.accept(warm + i);
        }
        return new Growth(
                collected(Growth::heapUsed) - heap, collected(Growth::metaspaceUsed) - metaspace);
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

    private static long heapUsed() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long metaspaceUsed() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .map(MemoryPoolMXBean::getUsage)
                .findFirst()
                .orElseThrow()
                .getUsed();
    }
}
