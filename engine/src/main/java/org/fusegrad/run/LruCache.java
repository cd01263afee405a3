package org.fusegrad.run;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Values by what they were made of, each made once however many threads ask. Together with other
 * caches it keeps to a {@link Budget}: what was used longest ago goes first, and is made again when
 * it is asked for again. Safe for all threads.
 *
 * @param <K> key, compared by equality
 * @param <V> value, never null
 */
public final class LruCache<K, V> {
    private static final class Entry<V> {
        final Once<V> value = new Once<>();
        volatile long used;
    }

    private final Budget budget;
    private final ToLongFunction<V> weigher;
    private final Runnable cleared;
    private final Map<K, Entry<V>> entries = new ConcurrentHashMap<>();
    private final LongAdder misses = new LongAdder();
    private final LongAdder evictions = new LongAdder();

    /**
     * An empty cache.
     *
     * @param budget what it may hold together with others
     * @param weigher bytes of a value; asked again whenever memory is short
     */
    public LruCache(Budget budget, ToLongFunction<V> weigher) {
        this(budget, weigher, () -> {});
    }

    /**
     * An empty cache.
     *
     * @param cleared runs when the cache is emptied, for those who remember what was in it
     */
    public LruCache(Budget budget, ToLongFunction<V> weigher, Runnable cleared) {
        this.budget = budget;
        this.weigher = weigher;
        this.cleared = cleared;
        budget.join(this);
    }

    /**
     * The value of a key. While one thread makes it, others that want it wait. If making it fails,
     * that thread gets the failure, nothing is kept, and the next one tries.
     */
    public V get(K key, Supplier<V> maker) {
        Entry<V> entry = entries.get(key);
        if (entry == null) {
            entry = entries.computeIfAbsent(key, k -> new Entry<>());
        }
        entry.used = budget.now();
        V value = entry.value.orNull();
        return value == null ? made(key, entry, maker) : value;
    }

    private V made(K key, Entry<V> entry, Supplier<V> maker) {
        boolean[] mine = {false};
        try {
            return entry.value.get(() -> {
                misses.increment();
                V value = maker.get();
                mine[0] = true;
                return value;
            });
        } finally {
            V value = entry.value.orNull();
            if (value == null) {
                entries.remove(key, entry);
            } else if (mine[0]) {
                entries.putIfAbsent(key, entry);
                budget.add(weigher.applyAsLong(value));
            }
            LinkedRecords.forget();
        }
    }

    /** Values held. */
    public int size() {
        return entries.size();
    }

    /** Times that a value was made. */
    public long misses() {
        return misses.sum();
    }

    /** Values that went because others needed the room. */
    public long evictions() {
        return evictions.sum();
    }

    /** Lets go of everything. What is being made meanwhile is kept. */
    public void clear() {
        entries.values().removeIf(entry -> entry.value.orNull() != null);
        cleared.run();
    }

    void list(List<Budget.Held> all) {
        entries.forEach((key, entry) -> {
            V value = entry.value.orNull();
            if (value != null) {
                long bytes = weigher.applyAsLong(value);
                all.add(new Budget.Held(this, key, entry.used, bytes));
            }
        });
    }

    void remove(Object key) {
        entries.remove(key);
        evictions.increment();
    }
}
