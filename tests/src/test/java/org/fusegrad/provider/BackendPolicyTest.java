package org.fusegrad.provider;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.CodegenBackend;
import org.fusegrad.codegen.Forms;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.SourceCompiler;
import org.fusegrad.codegen.load.KernelRegistry;
import org.fusegrad.codegen.load.ProgramLoader;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.flags.Flags;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.ops.Activation;
import org.fusegrad.run.BufferPool;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.KernelException;
import org.fusegrad.run.KernelRuntime;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.run.interp.Interpreter;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What happens when kernels do not compile, how they are kept, and which code really runs. */
@Isolated("sets flags and listens to the log")
final class BackendPolicyTest {
    /** Remembers what is logged. */
    private static final class Log extends Handler implements AutoCloseable {
        // Held here, since the log manager lets go of loggers that nobody refers to.
        private final Logger logger = Logger.getLogger("org.fusegrad");
        final List<String> messages = new ArrayList<>();

        Log() {
            logger.addHandler(this);
            logger.setUseParentHandlers(false);
        }

        @Override
        public synchronized void publish(LogRecord entry) {
            messages.add(java.text.MessageFormat.format(
                    entry.getMessage().replace("'", "''"), entry.getParameters()));
        }

        synchronized int count() {
            return messages.size();
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
            logger.setUseParentHandlers(true);
        }
    }

    private static <T> T with(String property, String value, Supplier<T> work) {
        String before = System.getProperty(property);
        System.setProperty(property, value);
        try {
            return work.get();
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    private static KernelGraph doubling(int n) {
        Fused f = Fused.of("doubling", x -> x.mul(2).add(1));
        return Forms.kernels(() -> f.explain(null, Tensor.zeros(n))).get(0);
    }

    private static KernelGraph power(int times) {
        Fused f = Fused.of("power", x -> {
            Tensor y = x.add(1);
            for (int i = 1; i < times; i++) {
                y = y.mul(x);
            }
            return y;
        });
        return Forms.kernels(() -> f.explain(null, Tensor.zeros(4))).get(0);
    }

    private static KernelRuntime runtime(CodegenBackend backend, boolean strict) {
        return new KernelRuntime(
                backend, new Interpreter(), new Workers(1), new BufferPool(), strict, false);
    }

    private static float[] run(KernelRuntime runtime, Kernel kernel, float... x) {
        Value in = Tensor.of(x).value();
        Value out = Value.zeros(in.dtype(), in.shape());
        runtime.run(kernel, new Value[] {in}, new Value[] {out});
        return out.floats();
    }

    private static SourceCompiler failing(RuntimeException reason) {
        return (name, source) -> {
            throw reason;
        };
    }

    private static void assertFallsBack(SourceCompiler compiler, String reason) {
        assertFallsBack(ProgramLoader.of(compiler), reason);
    }

    private static void assertFallsBack(ProgramLoader loader, String reason) {
        try (Log log = new Log()) {
            KernelRuntime runtime = runtime(new CodegenBackend("scalar", 0, loader), false);
            Kernel kernel = runtime.compile(doubling(3));
            assertArrayEquals(new float[] {3, 5, 7}, run(runtime, kernel, 1, 2, 3));
            assertArrayEquals(new float[] {1, 5, 9}, run(runtime, kernel, 0, 2, 4));
            assertEquals(1, runtime.counters().fallbacks());
            assertEquals(1, log.messages.size(), log.messages::toString);
            assertTrue(log.messages.get(0).contains("doubling"), log.messages::toString);
            assertTrue(log.messages.get(0).contains(reason), log.messages::toString);
        }
    }

    /** A kernel whose vector form turned out not to work after it was compiled. */
    private static Kernel degraded(KernelException failure) {
        return new Kernel() {
            @Override
            public void run(Value[] inputs, Value[] outputs, Workers workers) {
                outputs[0].floats()[0] = 7;
            }

            @Override
            public KernelException failure() {
                return failure;
            }
        };
    }

    @Test
    void aVectorFormThatFailsIsCountedOnceAndAnErrorUnderStrict() {
        CodegenBackend backend = new CodegenBackend("scalar", 0);
        Kernel kernel = degraded(new KernelException("no vectors", null));
        try (Log log = new Log()) {
            KernelRuntime runtime = runtime(backend, false);
            assertArrayEquals(new float[] {7}, run(runtime, kernel, 1));
            assertArrayEquals(new float[] {7}, run(runtime, kernel, 1));
            assertEquals(1, runtime.counters().degraded());
            assertEquals(List.of("no vectors"), log.messages);
        }
        KernelRuntime strict = runtime(backend, true);
        assertThrows(KernelException.class, () -> run(strict, kernel, 1));
    }

    @Test
    void aKernelThatDoesNotCompileRunsInterpretedWithOneWarning() {
        assertFallsBack(failing(new KernelException("the reason", null)), "the reason");
    }

    @Test
    void aCompilerThatBreaksIsLikeAKernelThatDoesNotCompile() {
        assertFallsBack(failing(new IllegalStateException("broken down")), "broken down");
    }

    @Test
    void aSourceThatIsRefusedIsLikeAKernelThatDoesNotCompile() {
        JaninoCompiler janino = new JaninoCompiler();
        assertFallsBack(
                (name, source) -> janino.compile(name, source.replace("float[]", "flaot[]")),
                "does not compile");
    }

    @Test
    void strictRuntimesThrowInstead() {
        KernelRuntime runtime = runtime(
                new CodegenBackend("scalar", 0, failing(new KernelException("the reason", null))),
                true);
        KernelException e = assertThrows(KernelException.class, () -> runtime.compile(doubling(3)));
        assertTrue(e.getMessage().contains("the reason"), e.getMessage());
        assertEquals(0, runtime.counters().fallbacks());
    }

    @Test
    void withoutACompilerWhatWasNotExportedRunsInterpretedAndSaysWhy() {
        ProgramLoader none = with(Flags.COMPILER.property(), "none", ProgramLoader::byFlags);
        assertFallsBack(none, "was not exported and cannot be generated, since fusegrad.compiler");
        ProgramLoader absent = new ProgramLoader(List.of(), () -> {
            throw new NoClassDefFoundError("org/codehaus/janino/SimpleCompiler");
        });
        assertFallsBack(absent, "org/codehaus/janino/SimpleCompiler is not on the class path");
        KernelRuntime strict = runtime(new CodegenBackend("scalar", 0, absent), true);
        KernelException e = assertThrows(KernelException.class, () -> strict.compile(doubling(3)));
        assertTrue(e.getMessage().startsWith("kernel doubling"), e.getMessage());
    }

    @Test
    void withoutACompilerContractionsRunInterpreted() {
        ProgramLoader none = with(Flags.COMPILER.property(), "none", ProgramLoader::byFlags);
        Engine.Builder builder =
                Engine.builder().backend(new CodegenBackend("scalar", 0, none)).threads(1);
        try (Log log = new Log();
                Engine engine = builder.strict(false).build()) {
            Tensor x = Tensor.ones(2, 3);
            double[] y = engine.call(() -> x.matmul(Tensor.ones(3, 2))).toDoubles();
            assertArrayEquals(new double[] {3, 3, 3, 3}, y);
            assertTrue(
                    log.messages.get(0).contains("tiles of contractions was not"),
                    log.messages::toString);
        }
    }

    /** A registry of anything. */
    private record Registry(int format, Supplier<Object> programs) implements KernelRegistry {
        @Override
        public Object program(String key) {
            return programs.get();
        }
    }

    private static ProgramLoader loader(int format, Supplier<Object> programs) {
        return new ProgramLoader(List.of(new Registry(format, programs)), JaninoCompiler::new);
    }

    @Test
    void registriesOfAnotherFormatAreRefused() {
        Exception e = assertThrows(
                IllegalArgumentException.class,
                () -> loader(KernelRegistry.FORMAT + 1, () -> null));
        assertTrue(e.getMessage().endsWith("export them again"), e.getMessage());
    }

    @Test
    void exportedClassesThatDoNotLoadAreLikeKernelsThatDoNotCompile() {
        assertFallsBack(loader(KernelRegistry.FORMAT, () -> "no program"), "does not load");
        Supplier<Object> broken = () -> {
            throw new NoClassDefFoundError("jdk/incubator/vector/Vector");
        };
        assertFallsBack(loader(KernelRegistry.FORMAT, broken), "jdk/incubator/vector/Vector");
    }

    @Test
    void nothingFallsBackWhereEverythingCompiles() {
        for (String backend : List.of("scalar", "interpreter")) {
            try (Engine engine = Engine.builder().backend(backend).threads(1).build()) {
                Tensor x = Tensor.ones(2, 3, 4, 4).requiresGrad(true);
                BatchNorm2d norm = new BatchNorm2d(3);
                engine.run(() -> norm.forward(x, Activation.RELU).sumAll().backward());
                assertEquals(0, engine.counters().fallbacks());
                assertTrue(engine.counters().fusedKernels() >= 2);
                assertEquals(backend, engine.backendName());
            }
        }
    }

    @Test
    void sizesShareCode() {
        int[] compiled = {0};
        JaninoCompiler janino = new JaninoCompiler();
        CodegenBackend backend = new CodegenBackend("scalar", 0, (name, source) -> {
            compiled[0]++;
            return janino.compile(name, source);
        });
        KernelRuntime runtime = runtime(backend, true);
        for (int n = 2; n < 12; n++) {
            float[] x = new float[n];
            Arrays.fill(x, n);
            float[] y = run(runtime, runtime.compile(doubling(n)), x);
            assertEquals(2 * n + 1, y[n - 1]);
        }
        assertEquals(1, compiled[0]);
        assertEquals(1, backend.cache().size());
        assertEquals(1, backend.cache().stats().missCount());
        assertEquals(9, backend.cache().stats().hitCount());
    }

    @Test
    void theCacheIsBounded() {
        CodegenBackend backend = with(
                Flags.CACHE.property(),
                "3",
                () -> new CodegenBackend("scalar", 0, new JaninoCompiler()));
        KernelRuntime runtime = runtime(backend, true);
        List<Kernel> kernels = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            kernels.add(runtime.compile(power(i)));
        }
        assertTrue(backend.cache().size() <= 3, () -> backend.cache().size() + " held");
        assertTrue(backend.cache().stats().evictionCount() >= 5);
        // A kernel in use outlives its place in the cache.
        assertEquals(3, run(runtime, kernels.get(0), 2, 2, 2, 2)[0]);
        assertEquals(3 * 128, run(runtime, kernels.get(7), 2, 2, 2, 2)[0]);
    }

    @Test
    void theVectorBackendComesToRunVectorCode() {
        Assumptions.assumeTrue(
                SimdSupport.get().isAvailable(), SimdSupport.get().reason());
        Fused formula = Fused.of("doubling", x -> x.mul(2).add(1));
        with(Flags.PROMOTE.property(), "1", () -> {
            try (Engine engine =
                    Engine.builder().backend("vector").threads(1).strict(true).build()) {
                Tensor x = Tensor.arange(100).cast(DType.FLOAT32);
                float[] first = engine.call(() -> formula.call(x)).toFloats();
                await(() ->
                        engine.call(() -> formula.explain(null, x)).forward().source());
                assertArrayEquals(first, engine.call(() -> formula.call(x)).toFloats());
                assertEquals(0, engine.counters().fallbacks());
                assertEquals("vector", engine.backendName());
            }
            return null;
        });
    }

    /** Waits until a source has become one with vectors. */
    private static void await(Supplier<String> source) {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!source.get().contains("FloatVector") && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        assertTrue(source.get().contains("FloatVector"), source);
    }

    private static SourceCompiler withoutVectors() {
        JaninoCompiler janino = new JaninoCompiler();
        return (name, source) -> {
            if (source.contains("FloatVector")) {
                throw new KernelException("no vectors today", null);
            }
            return janino.compile(name, source);
        };
    }

    @Test
    void aVectorFormThatDoesNotCompileLeavesTheScalarOne() {
        Assumptions.assumeTrue(
                SimdSupport.get().isAvailable(), SimdSupport.get().reason());
        with(Flags.PROMOTE.property(), "1", () -> {
            try (Log log = new Log()) {
                KernelRuntime runtime =
                        runtime(new CodegenBackend("vector", 128, withoutVectors()), false);
                Kernel kernel = runtime.compile(doubling(3));
                long end = System.nanoTime() + 20_000_000_000L;
                do {
                    assertArrayEquals(new float[] {3, 5, 7}, run(runtime, kernel, 1, 2, 3));
                    LockSupport.parkNanos(1_000_000);
                } while (log.count() == 0 && System.nanoTime() < end);
                assertEquals(1, log.count(), log.messages::toString);
                assertTrue(
                        log.messages.get(0).contains("no vectors today"), log.messages::toString);
                assertArrayEquals(new float[] {3, 5, 7}, run(runtime, kernel, 1, 2, 3));
            }
            return null;
        });
    }

    @Test
    void tilesWithoutTheirVectorFormAreCountedAndAnErrorUnderStrict() {
        with(Flags.PROMOTE.property(), "1", () -> {
            for (boolean strict : new boolean[] {false, true}) {
                Engine.Builder builder = Engine.builder()
                        .backend(new CodegenBackend("vector", 128, withoutVectors()))
                        .threads(1)
                        .strict(strict);
                try (Log log = new Log();
                        Engine engine = builder.build()) {
                    KernelException failure = failure(engine);
                    assertEquals(strict, failure != null);
                    assertEquals(strict ? 0 : 1, engine.counters().degraded());
                    String message = strict ? failure.getMessage() : log.messages.get(0);
                    assertTrue(message.startsWith("contractions stay in scalar form"), message);
                }
            }
            return null;
        });
    }

    /** Multiplies matrices until the engine says, by throwing or counting, what has failed. */
    private static KernelException failure(Engine engine) {
        Tensor x = Tensor.ones(8, 8);
        long end = System.nanoTime() + 20_000_000_000L;
        while (engine.counters().degraded() == 0 && System.nanoTime() < end) {
            try {
                assertEquals(8, engine.call(() -> x.matmul(x)).toDoubles()[0]);
            } catch (KernelException e) {
                return e;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return null;
    }
}
