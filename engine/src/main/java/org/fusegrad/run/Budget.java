package org.fusegrad.run;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Memory that {@link LruCache caches} share. When they hold more, what was used longest ago goes,
 * in whichever of them it is, until an eighth is free. A cache that nobody else holds is not held
 * here either, and its part is free again. Safe for all threads; none waits for another
 * but to empty the caches.
 */
public final class Budget {
    /** An entry of a cache as a sweep sees it. */
    record Held(LruCache<?, ?> cache, Object key, long used, long bytes) {}

    private final long bytes;
    private final Map<LruCache<?, ?>, Boolean> caches = new WeakHashMap<>();
    private final List<Runnable> others = new CopyOnWriteArrayList<>();
    private final ReentrantLock sweeping = new ReentrantLock();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong clock = new AtomicLong();

    /** So many bytes; of what is larger only one entry is held, the newest. */
    public Budget(long bytes) {
        this.bytes = bytes;
    }

    /** A share of the largest heap this JVM may have. */
    public static Budget ofHeap(int percent) {
        return new Budget(heap(percent));
    }

    /** Bytes of a share of the largest heap. */
    public static long heap(int percent) {
        return Runtime.getRuntime().maxMemory() / 100 * percent;
    }

    /** Bytes that the caches may hold. */
    public long bytes() {
        return bytes;
    }

    /** Bytes that they hold, as they are weighed. */
    public long taken() {
        return held().stream().mapToLong(Held::bytes).sum();
    }

    /** Empties the caches, and what is to be emptied with them. */
    public void clear() {
        sweeping.lock(); // Or a sweep would take off what it had counted before.
        try {
            taken.set(0);
            caches().forEach(LruCache::clear);
            others.forEach(Runnable::run);
        } finally {
            sweeping.unlock();
        }
    }

    /** Does this too when the caches are emptied; for what lives as long as this budget. */
    public void alsoClears(Runnable clear) {
        others.add(clear);
    }

    void join(LruCache<?, ?> cache) {
        synchronized (caches) {
            caches.put(cache, true);
        }
    }

    /** A time that passes with every new entry. */
    long now() {
        return clock.get();
    }

    /** Counts what an entry has come to hold, and makes room if it is too much. */
    public void add(long more) {
        clock.incrementAndGet();
        boolean full = taken.addAndGet(more) > bytes;
        while (full && sweeping.tryLock()) {
            long seen = clock.get();
            try {
                sweep(bytes - bytes / 8);
            } finally {
                sweeping.unlock();
            }
            // Whoever added something meanwhile found the lock taken and went on.
            full = clock.get() != seen && taken.get() > bytes;
        }
    }

    /** Weighs all again: caches may have gone, and entries grown. */
    private void sweep(long most) {
        long before = taken.get();
        List<Held> all = held();
        all.sort(Comparator.comparingLong(Held::used));
        long sum = all.stream().mapToLong(Held::bytes).sum();
        for (int i = 0; i < all.size() - 1 && sum > most; i++) {
            Held oldest = all.get(i);
            oldest.cache.remove(oldest.key);
            sum -= oldest.bytes;
        }
        taken.addAndGet(sum - before);
    }

    private List<Held> held() {
        List<Held> all = new ArrayList<>();
        caches().forEach(cache -> cache.list(all));
        return all;
    }

    private List<LruCache<?, ?>> caches() {
        synchronized (caches) {
            return List.copyOf(caches.keySet());
        }
    }
}
