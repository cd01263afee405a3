package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.run.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks that fail, callers that meet, and what is told to who comes after the end. */
@Timeout(120)
final class WorkersTest {
    private static final String CLOSED =
            "this engine is closed: run backward, and all else it shall compute, before close()";

    /** Throws whatever it is given, declared or not. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }

    @Test
    void callersAtOnceEachGetTheirTasksDone() throws Exception {
        try (Workers workers = new Workers(3)) {
            CompletableFuture<?>[] callers = new CompletableFuture<?>[4];
            AtomicIntegerArray[] done = new AtomicIntegerArray[callers.length];
            for (int c = 0; c < callers.length; c++) {
                AtomicIntegerArray mine = new AtomicIntegerArray(1000);
                done[c] = mine;
                callers[c] = CompletableFuture.runAsync(() -> {
                    for (int round = 0; round < 20; round++) {
                        workers.forEach(1000, (int i) -> mine.incrementAndGet(i));
                    }
                });
            }
            CompletableFuture.allOf(callers).get(60, TimeUnit.SECONDS);
            for (AtomicIntegerArray mine : done) {
                for (int i = 0; i < 1000; i++) {
                    assertEquals(20, mine.get(i));
                }
            }
        }
    }

    @Test
    void aTaskMayHandOutTasks() {
        try (Workers workers = new Workers(3)) {
            AtomicInteger done = new AtomicInteger();
            workers.forEach(10, (int i) -> workers.forEach(10, (int k) -> done.incrementAndGet()));
            assertEquals(100, done.get());
        }
    }

    @Test
    void whatATaskThrowsReachesTheCallerWhenAllHaveEnded() {
        try (Workers workers = new Workers(3)) {
            Throwable[] failures = {
                new IllegalStateException("unchecked"), new StackOverflowError("error")
            };
            for (Throwable failure : failures) {
                AtomicInteger done = new AtomicInteger();
                assertSame(
                        failure,
                        assertThrows(
                                failure.getClass(),
                                () -> workers.forEach(100, (int i) -> {
                                    done.incrementAndGet();
                                    if (i == 50) {
                                        WorkersTest.<RuntimeException>sneak(failure);
                                    }
                                })));
                assertEquals(100, done.get());
            }
            workers.forEach(100, (int i) -> {});
        }
    }

    /** Not counted, such a task would be waited for without end. */
    @Test
    void aCheckedExceptionThrownUnseenReachesTheCallerToo() {
        try (Workers workers = new Workers(3)) {
            IOException failure = new IOException("unseen");
            IllegalStateException e = assertThrows(
                    IllegalStateException.class,
                    () -> workers.forEach(
                            100, (int i) -> WorkersTest.<RuntimeException>sneak(failure)));
            assertSame(failure, e.getCause());
        }
    }

    @Test
    void aClosedEngineSaysSoInOneSentence() {
        Engine engine = Engine.builder().threads(2).build();
        Tensor x = Tensor.ones(2, 3).requiresGrad(true);
        Fused cube = Fused.of("cube", v -> v.mul(v).mul(v));
        Tensor fused = engine.call(() -> cube.call(x).sumAll());
        Tensor eager = engine.call(() -> x.exp().sumAll());
        engine.close();
        engine.close();
        for (Runnable use : new Runnable[] {
            fused::backward,
            eager::backward,
            () -> engine.run(() -> cube.call(x)),
            () -> engine.run(x::exp),
            () -> engine.run(() -> x.reshape(3, 2)),
            () -> fused.backward(null, true, true)
        }) {
            assertEquals(
                    CLOSED, assertThrows(IllegalStateException.class, use::run).getMessage());
        }
        // Nothing moved, and what had been computed is still there to be read.
        assertEquals(null, x.grad());
        assertEquals(6, fused.item());
        assertEquals(3, cube.call(Tensor.ones(3)).sumAll().item());
    }

    @Test
    void aStepOnAClosedEngineMovesNoState() {
        Engine engine = Engine.builder().threads(1).build();
        BatchNorm2d norm = new BatchNorm2d(2);
        Tensor x = Tensor.ones(2, 2, 3, 3);
        engine.run(() -> norm.forward(x));
        double[] before = norm.stateDict().get("running_mean").toDoubles();
        engine.close();
        assertThrows(IllegalStateException.class, () -> engine.run(() -> norm.forward(x)));
        assertArrayEquals(before, norm.stateDict().get("running_mean").toDoubles());
        norm.forward(x);
    }

    @Test
    void closingLetsGoOfPooledMemory() {
        Engine engine = Engine.builder().threads(1).build();
        engine.run(() -> {
            try (Scope step = engine.scope()) {
                Tensor.ones(1000).exp();
            }
        });
        assertTrue(engine.runtime().pool().pooledBytes() > 0);
        engine.close();
        assertEquals(0, engine.runtime().pool().pooledBytes());
    }
}
