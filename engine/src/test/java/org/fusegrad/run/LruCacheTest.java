package org.fusegrad.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What stays within a budget, and what goes first. */
final class LruCacheTest {
    private static final int EACH = 10;

    private final Budget budget = new Budget(8 * EACH);
    private final LruCache<Integer, String> cache = new LruCache<>(budget, v -> EACH);
    private final List<Integer> made = new ArrayList<>();

    private String ask(int key) {
        return cache.get(key, () -> {
            made.add(key);
            return "value " + key;
        });
    }

    private void fill(int from, int to) {
        for (int i = from; i < to; i++) {
            assertEquals("value " + i, ask(i));
        }
    }

    @Test
    void whatIsHeldIsMadeOnce() {
        fill(0, 8);
        fill(0, 8);
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7), made);
        assertEquals(8 * EACH, budget.taken());
        assertEquals(8, cache.misses());
        assertEquals(0, cache.evictions());
    }

    @Test
    void whatWasUsedLongestAgoGoesFirst() {
        fill(0, 8);
        ask(0);
        ask(3);
        fill(8, 10);
        made.clear();
        for (int kept : new int[] {0, 3, 8, 9}) {
            ask(kept);
        }
        assertEquals(List.of(), made);
        ask(1);
        ask(2);
        assertEquals(List.of(1, 2), made);
    }

    @Test
    void itNeverHoldsMore() {
        for (int i = 0; i < 10_000; i++) {
            ask(i);
            assertTrue(budget.taken() <= budget.bytes());
        }
        assertTrue(cache.size() >= 7, () -> cache.size() + " held");
        assertEquals(10_000, cache.evictions() + cache.size());
    }

    /** What is larger than everything is held until the next comes: it may be asked for again. */
    @Test
    void theNewestIsHeldHoweverLarge() {
        LruCache<Integer, Integer> large = new LruCache<>(budget, v -> 1000 * EACH);
        large.get(1, () -> 1);
        assertEquals(1, large.size());
        large.get(2, () -> 2);
        assertEquals(1, large.size());
        assertEquals(2, large.get(2, () -> 3));
    }

    @Test
    void cachesShareABudget() {
        LruCache<Integer, String> other = new LruCache<>(budget, v -> EACH);
        fill(0, 4);
        for (int i = 0; i < 100; i++) {
            other.get(i, () -> "other");
        }
        assertEquals(0, cache.size());
        assertTrue(other.size() >= 7);
        fill(0, 100);
        assertEquals(0, other.size());
    }

    @Test
    void theRoomOfACacheThatNobodyHoldsIsFree() {
        LruCache<Integer, String> dropped = new LruCache<>(budget, v -> EACH);
        for (int i = 0; i < 6; i++) {
            dropped.get(i, () -> "dropped");
        }
        dropped = null;
        for (int i = 0; i < 100 && budget.taken() > 0; i++) {
            System.gc();
            LockSupport.parkNanos(10_000_000);
        }
        fill(0, 8);
        assertEquals(8, cache.size());
    }

    /** Values are weighed again when memory is short: a call grows as it is differentiated. */
    @Test
    void whatGrowsIsWeighedAnew() {
        long[] weight = {EACH};
        LruCache<Integer, String> growing = new LruCache<>(budget, v -> weight[0]);
        for (int i = 0; i < 4; i++) {
            growing.get(i, () -> "growing");
        }
        weight[0] = 3 * EACH;
        budget.add(8 * EACH);
        assertEquals(2, growing.size());
        assertEquals(6 * EACH, budget.taken());
    }

    @Test
    void whatFailsIsNotHeldAndIsTriedAgain() {
        assertThrows(
                IllegalStateException.class,
                () -> cache.get(1, () -> {
                    throw new IllegalStateException("not now");
                }));
        assertEquals(0, cache.size());
        assertEquals("value 1", ask(1));
        assertEquals(1, cache.size());
    }

    @Test
    void clearedItIsEmptyAndSaysSo() {
        int[] told = {0};
        LruCache<Integer, String> telling = new LruCache<>(budget, v -> EACH, () -> told[0]++);
        fill(0, 3);
        telling.get(0, () -> "told");
        budget.clear();
        assertEquals(0, cache.size() + telling.size());
        assertEquals(0, budget.taken());
        assertEquals(1, told[0]);
        fill(0, 8);
        assertEquals(8, cache.size());
    }

    /** Threads on overlapping keys, while others clear: every answer is right. */
    @Test
    void threadsAtOnceGetTheirValues() throws Exception {
        LruCache<Integer, Integer> squares = new LruCache<>(budget, v -> EACH);
        AtomicInteger wrong = new AtomicInteger();
        CompletableFuture<?>[] running = new CompletableFuture<?>[8];
        for (int t = 0; t < running.length; t++) {
            int first = t;
            running[t] = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 5_000; i++) {
                    int key = (i * 7 + first) % 40;
                    wrong.addAndGet(squares.get(key, () -> key * key) == key * key ? 0 : 1);
                    if (i % 500 == first) {
                        budget.clear();
                    }
                }
            });
        }
        CompletableFuture.allOf(running).get(60, TimeUnit.SECONDS);
        assertEquals(0, wrong.get());
        assertTrue(squares.size() <= 8 + running.length);
    }

    @Test
    void aShareOfTheHeapIsWhatItSays() {
        assertEquals(0, Budget.heap(0));
        assertSame(0, Long.compare(Budget.heap(50), Runtime.getRuntime().maxMemory() / 100 * 50));
    }
}
