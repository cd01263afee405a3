package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.fusegrad.Engine;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.run.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server loads the library for an application, and is as before when the application goes. */
@Timeout(600)
final class ContainerTest {
    private static final int LOOKS = 1_000;

    /** Whether it comes true before long; the machine may be busy. */
    static boolean soon(BooleanSupplier condition) {
        for (int i = 0; i < LOOKS && !condition.getAsBoolean(); i++) {
            System.gc();
            LockSupport.parkNanos(20_000_000);
        }
        return condition.getAsBoolean();
    }

    /**
     * In a JVM that keeps nothing softly, since what is held softly goes when memory is short. The
     * thread that serves the requests lives on.
     */
    @Test
    void anApplicationThatIsDroppedGoes() throws Exception {
        List<String> soft = List.of("-XX:SoftRefLRUPolicyMSPerMB=0");
        Child child = Child.run(List.of(), soft, p -> true, ServerMain.class.getName());
        for (String request : ServerMain.REQUESTS) {
            child.says(request + " gone");
        }
    }

    private static int running(List<WeakReference<Workers>> engines) {
        return engines.stream()
                .map(WeakReference::get)
                .mapToInt(w -> w == null ? 0 : w.running())
                .sum();
    }

    /** Computes on a new engine, which nobody closes. */
    private static Workers left(int threads) {
        Engine engine = Engine.builder().backend("interpreter").threads(threads).build();
        assertEquals(0, engine.runtime().workers().running());
        engine.run(() -> Tensor.ones(300_000).exp());
        return engine.runtime().workers();
    }

    @Test
    void enginesThatNobodyClosesGiveTheirThreadsBack() {
        int before = Thread.activeCount();
        List<WeakReference<Workers>> engines = IntStream.range(0, 50)
                .mapToObj(i -> new WeakReference<>(left(4)))
                .toList();
        assertTrue(soon(() -> running(engines) == 0), () -> Thread.activeCount() - before + " run");
        assertTrue(soon(() -> engines.stream().allMatch(e -> e.get() == null)));
    }

    /** Threads that have ended come back, and compute what they would have. */
    @Test
    void anEngineThatWasIdleComputesAgain() {
        try (Engine engine = Engine.builder().backend("interpreter").threads(3).build()) {
            Workers workers = engine.runtime().workers();
            for (int i = 0; i < 2; i++) {
                int[] slots = new int[1 << 12];
                workers.forEach(slots.length, (index, slot) -> {
                    slots[index] = slot + 1;
                    Thread.yield();
                });
                for (int slot : slots) {
                    assertTrue(slot >= 1 && slot <= 3);
                }
                assertTrue(workers.running() > 0 && workers.running() < 3);
                assertTrue(soon(() -> workers.running() == 0));
            }
        }
    }

    /** What recorded it may be gone; the tape has what it needs. */
    @Test
    void theTapeOutlivesAnEngineThatNobodyHolds() {
        Tensor x = Tensor.ones(300_000).requiresGrad(true);
        Tensor y = Engine.builder().threads(2).build().call(() -> x.mul(x).meanAll());
        assertTrue(soon(() -> true));
        y.backward();
        assertEquals(2f / 300_000, x.grad().toFloats()[0]);
    }

    /** A thread that leaves nothing in force holds nothing, and starts anew. */
    @Test
    void whatIsInForceStaysInForceHoweverOftenTheCollectorRuns() {
        try (Engine engine = Engine.builder().backend("interpreter").threads(1).build()) {
            engine.run(() -> {
                System.gc();
                assertEquals(engine, Engine.current());
                try (Scope scope = engine.scope()) {
                    System.gc();
                    Tensor inside = Tensor.ones(300).exp();
                    Tensor kept = scope.keep(Tensor.ones(300).exp());
                    assertEquals(inside.toFloats()[0], kept.toFloats()[0]);
                }
                boolean recording = Tensor.noGrad(() -> {
                    System.gc();
                    return Tensor.isRecording();
                });
                assertFalse(recording);
            });
            assertTrue(Engine.current() != engine);
        }
    }

    /** The JVM ends though nobody closed an engine, however many threads still run. */
    @Test
    void theJvmEndsWithoutClose() throws Exception {
        Child child = Child.run(List.of(), List.of(), p -> true, ContainerMain.class.getName());
        child.says("left open");
        assertEquals(0, child.code());
    }
}
