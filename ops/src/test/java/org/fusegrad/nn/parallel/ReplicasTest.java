package org.fusegrad.nn.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.fusegrad.dist.Collective;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReplicasTest {
    private static Value number(double x) {
        return Value.wrap(DType.FLOAT64, new double[] {x}, Shape.SCALAR);
    }

    private static List<Double> gather(Collective r, double x) {
        return r.gather("x", number(x)).stream().map(v -> v.at(0)).toList();
    }

    @Test
    void everybodyGetsEverythingInOrderOfRanks() {
        for (int size = 1; size <= 5; size++) {
            Replicas replicas = Replicas.of(size);
            List<Double> expected = new ArrayList<>();
            for (int r = 0; r < size; r++) {
                expected.add(100.0 + r);
            }
            List<List<Double>> got = replicas.run(r -> {
                List<Double> last = null;
                for (int i = 0; i < 200; i++) {
                    last = gather(r, i == 199 ? 100 + r.rank() : i);
                }
                return last;
            });
            got.forEach(g -> assertEquals(expected, g));
        }
    }

    @Test
    void theLastToArriveChangesNothing() {
        for (int late = 0; late < 3; late++) {
            int slow = late;
            CountDownLatch others = new CountDownLatch(2);
            List<List<Double>> got = Replicas.of(3).run(r -> {
                if (r.rank() == slow) {
                    await(others);
                } else {
                    others.countDown();
                }
                return gather(r, r.rank());
            });
            got.forEach(g -> assertEquals(List.of(0.0, 1.0, 2.0), g));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFailureReleasesTheOthersAndIsTheOneReported() {
        Replicas replicas = Replicas.of(3);
        List<Throwable> seen = new ArrayList<>();
        ArithmeticException fault = new ArithmeticException("bad step");
        RuntimeException thrown = assertThrows(
                RuntimeException.class,
                () -> replicas.run(r -> {
                    if (r.rank() == 1) {
                        throw fault;
                    }
                    try {
                        return gather(r, 1);
                    } catch (IllegalStateException e) {
                        synchronized (seen) {
                            seen.add(e);
                        }
                        throw e;
                    }
                }));
        assertSame(fault, thrown);
        assertEquals(2, seen.size());
        seen.forEach(e -> assertTrue(e.getMessage().contains("bad step"), e.getMessage()));
        // The next run knows nothing of it.
        replicas.run(r -> gather(r, 1)).forEach(g -> assertEquals(List.of(1.0, 1.0, 1.0), g));
    }

    @Test
    void aReplicaThatNeverComesIsWaitedForInVainOnlySoLong() {
        Replicas replicas = Replicas.of(2, Duration.ofMillis(50));
        CountDownLatch released = new CountDownLatch(1);
        String fault = assertThrows(
                        IllegalStateException.class,
                        () -> replicas.run(r -> {
                            if (r.rank() == 1) {
                                await(released);
                                return null;
                            }
                            try {
                                return gather(r, 1);
                            } finally {
                                released.countDown();
                            }
                        }))
                .getMessage();
        assertTrue(fault.contains("replica 0 waited PT0.05S at 'x'"), fault);
    }

    @Test
    void fewerStepsOrOtherExchangesAreNamed() {
        String fewer = assertThrows(
                        IllegalStateException.class,
                        () -> Replicas.of(2).run(r -> r.rank() == 0 ? null : gather(r, 1)))
                .getMessage();
        assertTrue(fewer.contains("replica 0, which has finished"), fewer);
        String other = assertThrows(
                        IllegalStateException.class,
                        () -> Replicas.of(2)
                                .run(r -> r.gather(r.rank() == 0 ? "sums" : "rows", number(1))))
                .getMessage();
        assertTrue(other.contains("'sums'") && other.contains("'rows'"), other);
    }

    @Test
    void anInterruptOfOneReleasesAll() {
        IllegalStateException e = assertThrows(
                IllegalStateException.class,
                () -> Replicas.of(2).run(r -> {
                    if (r.rank() == 0) {
                        Thread.currentThread().interrupt();
                    }
                    return gather(r, 1);
                }));
        assertTrue(e.getMessage().contains("was interrupted at 'x'"), e.getMessage());
    }

    @Test
    void refusesNoReplicasAtAll() {
        assertThrows(IllegalArgumentException.class, () -> Replicas.of(0));
    }
}
