package org.fusegrad.codegen.cache;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.fusegrad.codegen.drive.Variant;
import org.fusegrad.codegen.tier.TieredKernel;
import org.fusegrad.run.Budget;
import org.fusegrad.run.KernelException;
import org.fusegrad.run.LruCache;

/**
 * Generated programs by the structure of their graph. Bounded in number and by a share of the heap:
 * the least recently used go first, and with them their classes, each of which has a loader of its
 * own.
 */
public final class KernelCache {
    /** Of the heap, for sources and what else kernels keep there. */
    private static final int PERCENT = 10;

    /** About what a program keeps on the heap besides its sources. */
    private static final int PROGRAM_BYTES = 8_000;

    /**
     * What became of requests.
     *
     * @param hitCount those that found a program
     * @param missCount those that made one
     * @param evictionCount programs that went because others needed the room
     */
    public record Stats(long hitCount, long missCount, long evictionCount) {}

    private final LruCache<String, TieredKernel<Variant>> programs;
    private final LongAdder requests = new LongAdder();

    /** A cache of at most this many kernels. */
    public KernelCache(int size) {
        Budget budget = Budget.ofHeap(PERCENT);
        long least = Math.max(1, budget.bytes() / size);
        programs = new LruCache<>(
                budget,
                p -> Math.max(least, PROGRAM_BYTES + p.current().source().length()));
    }

    /** The programs of a key, made once however many threads ask. */
    public TieredKernel<Variant> get(String key, Supplier<TieredKernel<Variant>> maker) {
        requests.increment();
        try {
            return programs.get(key, maker);
        } catch (KernelException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw new KernelException("a kernel could not be generated: " + e, e);
        }
    }

    /** Hits, misses and evictions so far. */
    public Stats stats() {
        long misses = programs.misses();
        return new Stats(requests.sum() - misses, misses, programs.evictions());
    }

    /** Kernels held. */
    public long size() {
        return programs.size();
    }

    /** Lets go of all of them; those that a plan uses go with it. */
    public void clear() {
        programs.clear();
    }
}
