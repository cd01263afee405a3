package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;
import org.fusegrad.codegen.CodegenBackend;
import org.fusegrad.nn.Module;
import org.fusegrad.optim.Adam;
import org.fusegrad.optim.Optimizer;
import org.fusegrad.run.KernelException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A worker thread that throws in the middle of a kernel, all over a step of training: the caller
 * gets the error, everything is as before, and the next step gives the bits of a model that never
 * met one.
 */
@Timeout(300)
@Isolated("sets a trap that all generated code of this JVM would run into")
final class BrokenKernelsTest {
    private static final int PLACES = 12;

    /** A model in training, and how often it was stepped. */
    private static final class Training {
        private final Module model = Workload.network().train();
        private final Optimizer adam = new Adam(model.parameters(), 1e-2);
        private int steps;

        /** One step, as a whole or not at all. */
        void step(Engine engine) {
            engine.run(() -> Transaction.run(() -> {
                Tensor y = model.forward(Workload.input(3 * steps));
                y.mul(y).mul(y).meanAll().backward();
                adam.step();
                adam.zeroGrad();
            }));
            steps++;
        }

        /** The bits of all that a step may change. */
        Map<String, List<Double>> everything() {
            Map<String, List<Double>> all = new LinkedHashMap<>();
            model.stateDict().forEach((path, t) -> all.put(path, bits(t)));
            adam.stateDict().forEach((path, t) -> all.put("adam " + path, bits(t)));
            model.namedParameters().forEach((path, t) -> {
                if (t.grad() != null) {
                    all.put("gradient " + path, bits(t.grad()));
                }
            });
            return all;
        }

        private static List<Double> bits(Tensor t) {
            return Arrays.stream(t.toDoubles()).boxed().toList();
        }
    }

    private final Training sound = new Training();
    private final Training met = new Training();
    private final Engine trapped = Engine.builder()
            .backend(new CodegenBackend("trapped", 0, Trap.compiler()))
            .threads(3)
            .strict(true)
            .build();

    @AfterEach
    void close() {
        Trap.none();
        trapped.close();
    }

    /** A step without a trap, on both sides; how many steps of kernels it took. */
    private int soundStep() {
        Trap trap = Trap.none();
        met.step(trapped);
        int passed = trap.passed();
        sound.step(Engine.current());
        assertEquals(sound.everything(), met.everything());
        return passed;
    }

    /** Lets the trap go off at places all over the step; says in how many a worker met it. */
    private <T extends Throwable> int assertSurvives(
            Class<T> expected, Throwable failure, String message) {
        int length = soundStep();
        int inWorkers = 0;
        for (int place = 0; place < PLACES; place++) {
            Map<String, List<Double>> before = met.everything();
            Trap trap = Trap.set(length * place / PLACES, false, failure);
            T e = assertThrows(expected, () -> met.step(trapped));
            assertTrue(e.getMessage().matches(message), e.getMessage());
            assertEquals(before, met.everything(), "place " + place);
            inWorkers += trap.where().startsWith("fusegrad-worker") ? 1 : 0;
            soundStep();
        }
        return inWorkers;
    }

    @Test
    void aKernelThatBreaksOffNamesItselfAndLeavesNothingBehind() {
        int inWorkers = assertSurvives(
                KernelException.class,
                new ArrayIndexOutOfBoundsException("planted"),
                "kernel \\w+ failed: java.lang.ArrayIndexOutOfBoundsException: planted");
        assertTrue(inWorkers > 0);
    }

    @Test
    void anErrorReachesTheCallerAsItIs() {
        int inWorkers = assertSurvives(
                StackOverflowError.class, new StackOverflowError("planted"), "planted");
        assertTrue(inWorkers > 0);
    }

    @Test
    void memoryThatRunsOutInAWorkerIsToldOrOvercome() {
        OutOfMemoryError failure = new OutOfMemoryError("planted");
        assertSurvives(
                OutOfMemoryError.class,
                failure,
                "kernel \\w+ has not enough memory \\(planted\\):"
                        + " raise -Xmx or take smaller batches");
        int length = soundStep();
        for (int place = 0; place < PLACES; place++) {
            Trap trap = Trap.set(length * place / PLACES, true, failure);
            met.step(trapped);
            assertTrue(trap.where() != null);
            sound.step(Engine.current());
            assertEquals(sound.everything(), met.everything(), "place " + place);
        }
    }
}
