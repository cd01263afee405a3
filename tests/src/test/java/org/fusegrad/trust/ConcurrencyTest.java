package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Scope;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.CodegenBackend;
import org.fusegrad.codegen.Forms;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.gradcheck.Backends;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.nn.CrossEntropyLoss;
import org.fusegrad.nn.Init;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.optim.Adam;
import org.fusegrad.optim.Optimizer;
import org.fusegrad.type.DType;
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

    /** Sums of rows, and sums of those: tasks that each added their part took turns at chance. */
    @ParameterizedTest
    @MethodSource("backends")
    void aSumOfRowSumsIsOfAllRows(String backend) {
        int rows = 40_000;
        int classes = 10;
        long[] labels = LongStream.range(0, rows).map(i -> i % classes).toArray();
        CrossEntropyLoss loss = new CrossEntropyLoss();
        Fused spread = Fused.of("spread", t -> t.sub(t.mean(1)).square().mean(1).sum(0));
        try (Engine engine = engine(backend, 4)) {
            engine.run(() -> {
                Tensor x = Init.normal(RandomSource.of(3), DType.FLOAT32, rows, classes);
                Tensor target = Tensor.of(labels, rows);
                float first = (float) loss.call(x, target).item();
                float same = (float) spread.call(x).item();
                for (int i = 0; i < 300; i++) {
                    assertEquals(first, (float) loss.call(x, target).item());
                    assertEquals(same, (float) spread.call(x).item());
                }
                // About log(10) and a half: of all rows, not of some.
                assertEquals(2.73, first, 0.05);
            });
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

    /** What one thread plans, many that start at one moment plan too, and not each for itself. */
    @ParameterizedTest
    @MethodSource("backends")
    void threadsThatStartColdPlanEachKernelOnce(String backend) throws Exception {
        Module network = Workload.network();
        long alone;
        try (Engine engine = engine(backend, 1)) {
            for (int i = 0; i < INPUTS; i++) {
                int number = i;
                engine.run(() -> Workload.bits(network, number));
            }
            alone = engine.counters().kernels();
        }
        try (Engine engine = engine(backend, 2)) {
            together(16, i -> engine.call(() -> Workload.bits(network, i % INPUTS)));
            assertEquals(alone, engine.counters().kernels());
        }
    }

    /** One formula, each thread with a shape of its own, forward and second derivative. */
    @Test
    void oneFormulaServesThreadsWithDifferentShapes() throws Exception {
        Fused cubes = Fused.of("cubes", x -> x.mul(x).mul(x));
        try (Engine engine = engine("scalar", 2)) {
            List<Double> found = together(
                    16,
                    i -> engine.call(() -> {
                        double sum = 0;
                        for (int k = 0; k < 20; k++) {
                            Tensor x = Tensor.ones(1 + i, 2 + k).requiresGrad(true);
                            List<Tensor> y = List.of(cubes.call(x).sumAll());
                            List<Tensor> dy = Arrays.asList((Tensor) null);
                            Tensor first = Tensor.grad(y, List.of(x), dy, true).get(0);
                            Tensor second = Tensor.grad(List.of(first.sumAll()), List.of(x))
                                    .get(0);
                            sum += second.sumAll().item() / 6 / (1 + i) / (2 + k);
                        }
                        return sum;
                    }));
            found.forEach(sum -> assertEquals(20, sum, 1e-9));
        }
    }

    /** Threads that train, each a module of its own, come to where one thread alone comes. */
    @Test
    void threadsTrainModulesOfTheirOwn() throws Exception {
        try (Engine engine = engine("scalar", 2)) {
            List<List<Integer>> alone = new ArrayList<>();
            for (int i = 0; i < INPUTS; i++) {
                int number = i;
                alone.add(engine.call(() -> trained(engine, number)));
            }
            List<List<Integer>> found =
                    together(24, i -> engine.call(() -> trained(engine, i % INPUTS)));
            for (int i = 0; i < found.size(); i++) {
                assertEquals(alone.get(i % INPUTS), found.get(i), "thread " + i);
            }
        }
    }

    private static List<Integer> trained(Engine engine, int number) {
        Module network = Workload.network().train();
        Optimizer adam = new Adam(network.parameters(), 1e-2);
        for (int step = 0; step < 5; step++) {
            try (Scope scope = engine.scope()) {
                adam.zeroGrad();
                network.forward(Workload.input(number + step))
                        .square()
                        .meanAll()
                        .backward();
                adam.step();
            }
        }
        return Workload.bits(network.eval(), number);
    }

    /** Whoever computes meanwhile gets a whole result or is told; nobody hangs. */
    @ParameterizedTest
    @MethodSource("backends")
    void anEngineIsClosedWhileOthersCompute(String backend) throws Exception {
        Module network = Workload.network();
        List<List<Integer>> expected = expected(backend, network);
        Engine engine = engine(backend, 3);
        CountDownLatch computing = new CountDownLatch(7);
        List<String> told = together(8, i -> {
            try {
                while (i > 0) {
                    List<Integer> bits = engine.call(() -> Workload.bits(network, i % INPUTS));
                    assertEquals(expected.get(i % INPUTS), bits);
                    computing.countDown();
                }
                computing.await();
                engine.close();
                return "closed";
            } catch (IllegalStateException e) {
                return e.getMessage();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertEquals("closed", told.get(0));
        for (String message : told.subList(1, told.size())) {
            assertTrue(message.contains("this engine is closed"), message);
        }
    }

    /** Memory is let go while others compute; no result changes. */
    @Test
    void anEngineIsTrimmedWhileOthersCompute() throws Exception {
        Module network = Workload.network();
        List<List<Integer>> expected = expected("scalar", network);
        try (Engine engine = engine("scalar", 2)) {
            together(8, i -> {
                for (int k = 0; k < 6; k++) {
                    engine.trim();
                    assertEquals(
                            expected.get(i % INPUTS),
                            engine.call(() -> Workload.bits(network, i % INPUTS)));
                }
                return null;
            });
            engine.trim();
            assertEquals(0, engine.runtime().plans().taken());
            assertEquals(0, engine.runtime().pool().pooledBytes());
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
