package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.CodegenBackend;
import org.fusegrad.codegen.Forms;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.gradcheck.Backends;
import org.fusegrad.nn.Module;
import org.fusegrad.plan.KernelGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many threads at once compute what one thread computes, and wait for nothing for ever. */
final class ConcurrencyTest {
    private static final int THREADS = 64;
    private static final int INPUTS = 6;

    static List<String> backends() {
        return Backends.available();
    }

    private static Engine engine(String backend, int threads) {
        return Engine.builder().backend(backend).threads(threads).strict(true).build();
    }

    /** Starts all tasks at one moment; what one throws is thrown here. */
    private static <T> List<T> together(int threads, IntFunction<T> task) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CountDownLatch start = new CountDownLatch(threads);
        try {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                running.add(pool.submit(() -> {
                    start.countDown();
                    start.await();
                    return task.apply(number);
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : running) {
                results.add(future.get(5, TimeUnit.MINUTES));
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    /** What one thread computes, on an engine without workers. */
    private static List<List<Integer>> expected(String backend, Module network) {
        List<List<Integer>> all = new ArrayList<>();
        try (Engine engine = engine(backend, 1)) {
            for (int i = 0; i < INPUTS; i++) {
                int number = i;
                all.add(engine.call(() -> Workload.bits(network, number)));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("backends")
    void oneEngineServesManyThreadsThatShareLayers(String backend) throws Exception {
        Module network = Workload.network();
        List<List<Integer>> expected = expected(backend, network);
        try (Engine engine = engine(backend, 3)) {
            List<List<Integer>> found =
                    together(THREADS, i -> engine.call(() -> Workload.bits(network, i % INPUTS)));
            for (int i = 0; i < THREADS; i++) {
                assertEquals(expected.get(i % INPUTS), found.get(i), "thread " + i);
            }
        }
    }

    @Test
    void enginesSideBySideShareFormulasAndNothingElse() throws Exception {
        Module network = Workload.network();
        List<List<Integer>> expected = expected("interpreter", network);
        Engine closed = engine("interpreter", 2);
        try (Engine one = engine("scalar", 2);
                Engine two = engine("interpreter", 3)) {
            List<List<Integer>> found = together(16, i -> {
                Engine mine = i % 2 == 0 ? one : two;
                return mine.call(() -> {
                    closed.close();
                    return Workload.bits(network, i % INPUTS);
                });
            });
            for (int i = 0; i < found.size(); i++) {
                assertEquals(expected.get(i % INPUTS), found.get(i), "thread " + i);
            }
            assertTrue(one.counters().runs() > 0 && two.counters().runs() > 0);
            assertEquals(0, closed.counters().runs());
        }
    }

    @Test
    void manyThreadsThatWantOneKernelCompileItOnce() throws Exception {
        AtomicInteger compiled = new AtomicInteger();
        JaninoCompiler janino = new JaninoCompiler();
        CodegenBackend backend = new CodegenBackend("scalar", 0, (name, source) -> {
            compiled.incrementAndGet();
            return janino.compile(name, source);
        });
        Fused formula = Fused.of("wanted", x -> x.mul(3).exp().sum(1).add(1));
        KernelGraph graph =
                Forms.kernels(() -> formula.explain(null, Tensor.zeros(5, 7))).get(0);
        together(THREADS, i -> backend.compile(graph));
        assertEquals(1, compiled.get());
        assertEquals(1, backend.cache().size());
    }

    /** Each thread's own state moves once a call, whoever else runs the same formula's code. */
    @Test
    void statesOfDifferentThreadsDoNotMix() throws Exception {
        try (Engine engine = engine("scalar", 2)) {
            List<Double> counts = together(
                    16,
                    i -> engine.call(() -> {
                        State count = State.of("count", Tensor.scalar(0));
                        Fused step = Fused.of("step", x -> {
                            count.write(count.read().add(x));
                            return x.mul(2);
                        });
                        for (int k = 0; k < 50; k++) {
                            step.call(Tensor.scalar(i));
                        }
                        return count.get().item();
                    }));
            for (int i = 0; i < counts.size(); i++) {
                assertEquals(50.0 * i, counts.get(i));
            }
        }
    }

    /** An interrupt is neither lost nor heeded half-way: results are whole and the flag stays. */
    @ParameterizedTest
    @MethodSource("backends")
    void interruptedThreadsFinishAndStayInterrupted(String backend) throws Exception {
        Module network = Workload.network();
        List<List<Integer>> expected = expected(backend, network);
        try (Engine engine = engine(backend, 3)) {
            List<Boolean> kept = together(8, i -> {
                Thread self = Thread.currentThread();
                if (i % 2 == 0) {
                    self.interrupt();
                }
                List<Integer> bits = engine.call(() -> Workload.bits(network, i % INPUTS));
                assertEquals(expected.get(i % INPUTS), bits);
                return Thread.interrupted();
            });
            for (int i = 0; i < kept.size(); i++) {
                assertEquals(i % 2 == 0, kept.get(i), "thread " + i);
            }
            assertEquals(expected.get(1), engine.call(() -> Workload.bits(network, 1)));
        }
    }
}
