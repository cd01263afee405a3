package org.fusegrad.codegen.cache;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.cache.CacheStats;
import com.google.common.util.concurrent.ExecutionError;
import com.google.common.util.concurrent.UncheckedExecutionException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.fusegrad.codegen.drive.Programs;
import org.fusegrad.run.KernelException;

/**
 * Generated programs by the structure of their graph. Bounded: the least recently used go first,
 * and with them their classes, each of which has a loader of its own.
 */
public final class KernelCache {
    private final Cache<String, Programs> programs;

    /** A cache of at most this many kernels. */
    public KernelCache(int size) {
        programs = CacheBuilder.newBuilder().maximumSize(size).recordStats().build();
    }

    /** The programs of a key, made once however many threads ask. */
    public Programs get(String key, Callable<Programs> maker) {
        try {
            return programs.get(key, maker);
        } catch (ExecutionException | UncheckedExecutionException | ExecutionError e) {
            if (e.getCause() instanceof KernelException k) {
                throw k;
            }
            throw new KernelException(
                    "a kernel could not be generated: " + e.getCause(), e.getCause());
        }
    }

    /** Hits, misses and evictions so far. */
    public CacheStats stats() {
        return programs.stats();
    }

    /** Kernels held. */
    public long size() {
        return programs.size();
    }
}
