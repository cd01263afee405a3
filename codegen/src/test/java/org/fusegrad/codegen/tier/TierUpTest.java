package org.fusegrad.codegen.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TierUpTest {
    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until all that was asked for before is done. */
    private static void finish(TierUp tierUp) {
        CountDownLatch done = new CountDownLatch(1);
        tierUp.later(done::countDown);
        await(done);
    }

    @Test
    void workIsDoneInOrderAndUrgentWorkFirst() {
        try (TierUp tierUp = new TierUp()) {
            CountDownLatch go = new CountDownLatch(1);
            List<Integer> order = new ArrayList<>();
            tierUp.later(() -> await(go));
            tierUp.later(() -> order.add(1));
            tierUp.later(() -> order.add(2));
            tierUp.first(() -> order.add(0));
            go.countDown();
            finish(tierUp);
            assertEquals(List.of(0, 1, 2), order);
        }
    }

    @Test
    void closedDoesNotStartWhatWaits() {
        TierUp tierUp = new TierUp();
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        AtomicInteger later = new AtomicInteger();
        tierUp.later(() -> {
            started.countDown();
            try {
                while (true) {
                    tierUp.checkOpen();
                }
            } finally {
                ended.countDown();
            }
        });
        tierUp.later(later::incrementAndGet);
        await(started);
        tierUp.close();
        await(ended);
        tierUp.later(later::incrementAndGet);
        tierUp.first(later::incrementAndGet);
        assertEquals(0, tierUp.waiting());
        assertEquals(0, later.get());
        assertThrows(CancellationException.class, tierUp::checkOpen);
    }

    @Test
    void whatFailsDoesNotKeepTheNextFromRunning() {
        try (TierUp tierUp = new TierUp()) {
            tierUp.later(() -> {
                throw new StackOverflowError("wanted by a test");
            });
            finish(tierUp);
        }
    }

    @Test
    void backendsDoNotShareAThread() {
        AtomicReference<Thread> one = new AtomicReference<>();
        AtomicReference<Thread> other = new AtomicReference<>();
        try (TierUp a = new TierUp();
                TierUp b = new TierUp()) {
            a.later(() -> one.set(Thread.currentThread()));
            b.later(() -> other.set(Thread.currentThread()));
            finish(a);
            finish(b);
        }
        assertTrue(one.get().isDaemon());
        assertNotSame(one.get(), other.get());
    }

    @Test
    void vectorFormComesAfterEnoughWork() {
        try (TierUp tierUp = new TierUp()) {
            TieredKernel<String> kernel =
                    new TieredKernel<>("it stays", () -> "scalar", () -> "vector", 100, tierUp);
            kernel.ran(60);
            finish(tierUp);
            assertEquals("scalar", kernel.current());
            kernel.ran(60);
            finish(tierUp);
            assertEquals("vector", kernel.current());
        }
    }

    @Test
    void largeWorkThatIsExpectedWarmsTheScalarFormOnce() {
        try (TierUp tierUp = new TierUp()) {
            TieredKernel<String> kernel =
                    new TieredKernel<>("it stays", () -> "scalar", () -> "vector", 100, tierUp);
            List<String> warmed = new ArrayList<>();
            kernel.expect(99, warmed::add);
            kernel.expect(100, warmed::add);
            kernel.expect(200, warmed::add);
            finish(tierUp);
            assertEquals(List.of("scalar"), warmed);
        }
    }

    @Test
    void aFormThatFailsIsReportedAndOneThatWasStoppedIsNot() {
        try (TierUp tierUp = new TierUp()) {
            TieredKernel<String> bad = new TieredKernel<>(
                    "it stays",
                    () -> "scalar",
                    () -> {
                        throw new IllegalStateException("no registers");
                    },
                    1,
                    tierUp);
            TieredKernel<String> stopped = new TieredKernel<>(
                    "it stays",
                    () -> "scalar",
                    () -> {
                        throw new CancellationException("stopped");
                    },
                    1,
                    tierUp);
            bad.ran(1);
            stopped.ran(1);
            finish(tierUp);
            assertEquals("scalar", bad.current());
            assertTrue(bad.failure().getMessage().equals("it stays in scalar form: no registers"));
            assertEquals("scalar", stopped.current());
            assertNull(stopped.failure());
        }
    }

    @Test
    void oneFormStaysWhatItIs() {
        TieredKernel<Object> only = TieredKernel.of("form");
        only.ran(Long.MAX_VALUE);
        only.expect(Long.MAX_VALUE, form -> {
            throw new AssertionError();
        });
        only.promote();
        assertSame("form", only.current());
    }
}
