package org.fusegrad.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One thread computes, the others wait, and nobody waits for ever. */
@Timeout(120)
final class OnceTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void manyThreadsComputeOnce() throws Exception {
        Once<Object> once = new Once<>();
        assertNull(once.orNull());
        AtomicInteger computed = new AtomicInteger();
        List<Future<Object>> found = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            found.add(threads.submit(() -> once.get(() -> {
                computed.incrementAndGet();
                return new Object();
            })));
        }
        for (Future<Object> each : found) {
            assertSame(once.orNull(), each.get());
        }
        assertEquals(1, computed.get());
    }

    /** The thread that waits while another fails computes the value itself. */
    @Test
    void aFailureLetsTheNextOneTry() throws Exception {
        Once<String> once = new Once<>();
        CompletableFuture<Thread> waiter = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        Future<String> failing = threads.submit(() -> once.get(() -> {
            begun.countDown();
            awaitWaiting(waiter.join());
            throw new IllegalStateException("first");
        }));
        await(begun);
        Future<String> next = threads.submit(() -> {
            waiter.complete(Thread.currentThread());
            return once.get(() -> "second");
        });
        assertEquals("second", next.get());
        assertEquals(
                "first",
                assertThrows(ExecutionException.class, failing::get).getCause().getMessage());
        assertEquals("second", once.get(() -> "third"));
    }

    /** A formula that asks for itself: the inner one computes a value of its own. */
    @Test
    void whoComputesMayAskForTheSame() {
        Once<String> once = new Once<>();
        assertEquals("outer of inner", once.get(() -> "outer of " + once.get(() -> "inner")));
        assertEquals("outer of inner", once.orNull());
    }

    /** Two threads, each of which wants what the other computes. */
    @Test
    void aCircleOfThreadsIsNotWaitedFor() throws Exception {
        Once<String> a = new Once<>();
        Once<String> b = new Once<>();
        CountDownLatch both = new CountDownLatch(2);
        Supplier<Supplier<String>> nothing = () -> () -> "alone";
        Future<String> first = threads.submit(() -> a.get(() -> {
            both.countDown();
            await(both);
            return "a of " + b.get(nothing.get());
        }));
        Future<String> second = threads.submit(() -> b.get(() -> {
            both.countDown();
            await(both);
            return "b of " + a.get(nothing.get());
        }));
        List<String> found = List.of(first.get(), second.get());
        // Whoever would have closed the circle went on alone; the other had a value to wait for.
        assertTrue(
                found.equals(List.of("a of alone", "b of a of alone"))
                        || found.equals(List.of("a of b of alone", "b of alone")),
                found::toString);
        assertEquals(found, List.of(a.orNull(), b.orNull()));
    }

    @Test
    void anInterruptIsKeptAndNotHeeded() throws Exception {
        Once<String> once = new Once<>();
        CompletableFuture<Thread> waiter = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        Future<String> slow = threads.submit(() -> once.get(() -> {
            begun.countDown();
            awaitWaiting(waiter.join());
            waiter.join().interrupt();
            return "slow";
        }));
        await(begun);
        Future<Boolean> interrupted = threads.submit(() -> {
            waiter.complete(Thread.currentThread());
            assertEquals("slow", once.get(() -> "not this"));
            return Thread.interrupted();
        });
        assertTrue(interrupted.get());
        assertEquals("slow", slow.get());
    }
}
