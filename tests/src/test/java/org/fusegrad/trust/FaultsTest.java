package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Scope;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.checkpoint.Checkpoint;
import org.fusegrad.checkpoint.Safetensors;
import org.fusegrad.codegen.CodegenBackend;
import org.fusegrad.codegen.compile.SourceCompiler;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.nn.Linear;
import org.fusegrad.run.BufferPool;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.KernelException;
import org.fusegrad.run.KernelRuntime;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.run.interp.Interpreter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What breaks says so, nothing is left half done, and the engine goes on. */
final class FaultsTest {
    private static final String MAIN = "org.fusegrad.trust.FaultsMain";
    private static final String VECTORS = "jdk.incubator.vector";

    @TempDir
    Path folder;

    static List<Throwable> failures() {
        return List.of(
                new KernelException("the reason", null),
                new IllegalStateException("the reason"),
                new NoClassDefFoundError("the reason"),
                new StackOverflowError("the reason"));
    }

    private static SourceCompiler failing(Throwable reason) {
        return (name, source) -> {
            if (reason instanceof RuntimeException e) {
                throw e;
            }
            throw (Error) reason;
        };
    }

    private static KernelRuntime runtime(Throwable reason, boolean strict) {
        CodegenBackend backend = new CodegenBackend("scalar", 0, failing(reason));
        return new KernelRuntime(
                backend, new Interpreter(), new Workers(1), new BufferPool(), strict, false);
    }

    private static KernelGraph product() {
        List<Node> leaves = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Tensor t = Tensor.zeros(2, 2);
            leaves.add(Node.input(i, t.dtype(), t.shape(), "x"));
        }
        Node product = Node.of(Op.MATMUL, Attrs.NONE, leaves);
        return new KernelGraph("product", Graph.of(leaves, List.of(product)), false);
    }

    /** Contractions share generated tiles; where those do not compile, the interpreter is there. */
    @ParameterizedTest
    @MethodSource("failures")
    void aContractionWhoseTilesDoNotCompileRunsInterpreted(Throwable reason) {
        KernelRuntime runtime = runtime(reason, false);
        Kernel kernel = runtime.compile(product());
        Value a = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).value();
        Value out = Value.zeros(a.dtype(), a.shape());
        runtime.run(kernel, new Value[] {a, a}, new Value[] {out});
        assertArrayEquals(new float[] {7, 10, 15, 22}, out.floats());
        assertEquals(1, runtime.counters().fallbacks());
        KernelException e =
                assertThrows(KernelException.class, () -> runtime(reason, true).compile(product()));
        assertTrue(e.getMessage().contains("the reason"), e.getMessage());
    }

    private Child child(List<String> jvm, List<String> without, String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of(MAIN));
        all.addAll(List.of(args));
        return Child.run(
                List.of(),
                jvm,
                part -> without.stream().noneMatch(part::contains),
                all.toArray(String[]::new));
    }

    private static String bits(Child child) {
        assertEquals(0, child.code(), child.out());
        return child.out()
                .lines()
                .filter(l -> l.startsWith("bits "))
                .findFirst()
                .orElseThrow();
    }

    /** Without the Vector API, without Janino, without both: the same bits, and it is said. */
    @Test
    void whatIsMissingChangesNoBit() throws Exception {
        List<String> none = List.of();
        List<String> janino = List.of("janino", "commons-compiler");
        Child scalar = child(none, none, "bits").says("backend scalar").says("fallbacks false");
        Child bare = child(none, janino, "bits")
                .says("backend scalar")
                .says("fallbacks true")
                .says("is not on the class path");
        assertEquals(bits(scalar), bits(bare));
        if (ModuleLayer.boot().findModule(VECTORS).isPresent()) {
            Child vector = child(List.of("--add-modules", VECTORS), none, "bits");
            assertEquals(bits(scalar), bits(vector.says("backend vector")));
        }
    }

    @Test
    void theVectorBackendSaysWhatItNeeds() throws Exception {
        child(List.of("-Dfusegrad.backend=vector"), List.of(), "bits")
                .says("backend 'vector' needs the Vector API: start the JVM with --add-modules");
    }

    @Test
    void aKernelWithoutMemoryNamesItselfAndTheEngineGoesOn() throws Exception {
        child(
                        List.of("-Xmx200m", "-XX:+UseSerialGC", "-Dfusegrad.backend=scalar"),
                        List.of(),
                        "memory")
                .says("told: kernel ")
                .says("has not enough memory")
                .says("raise -Xmx or take smaller batches")
                .says("state kept true")
                .says("large enough 2.0")
                .says("state moves true");
    }

    /** A small disk of the test's own, full at each page of the file that is written to it. */
    @Test
    void aDiskThatIsFullLeavesTheOldFile() throws Exception {
        List<String> mounting = List.of("unshare", "-rm", "/bin/sh", "-c");
        String disk = "mount -t tmpfs -o size=128k none \"$0\"";
        List<String> before = new ArrayList<>(mounting);
        before.addAll(List.of(disk + " && exec \"$@\"", folder.toString()));
        List<String> probe = new ArrayList<>(mounting);
        probe.addAll(List.of(disk, folder.toString()));
        assumeTrue(succeeds(probe), "no disk can be mounted here");
        // 80 x 80 weights are 25,600 bytes; with biases and header, seven pages.
        Child.run(before, List.of(), part -> true, MAIN, "full", folder.toString())
                .says("told: cannot write " + folder.resolve("model.safetensors"))
                .says("No space left on device; what was there is kept")
                .says("old file kept true at 7 failures")
                .says("new width 80");
    }

    private static boolean succeeds(List<String> command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Where no disk can be mounted: the operating system ends the file early. */
    @Test
    void aFileThatMayNotGrowLeavesTheOldFile() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")));
        List<String> limiting = List.of("/bin/sh", "-c", "ulimit -f 64; exec \"$@\"", "sh");
        savingKeepsTheOldFile(limiting).says("told: ").says("model.safetensors");
    }

    /** The file is written whole, but the disk does not confirm it: each fsync is made to fail. */
    @Test
    void aFileThatIsNotConfirmedLeavesTheOldFile() throws Exception {
        List<String> failing = new ArrayList<>(List.of("strace", "-f", "-qq", "--seccomp-bpf"));
        failing.addAll(List.of("-o", "/dev/null", "-e", "trace=fsync"));
        failing.addAll(List.of("-e", "inject=fsync:error=EIO"));
        List<String> probe = new ArrayList<>(failing);
        probe.add("true");
        assumeTrue(succeeds(probe), "no system call can be made to fail here");
        savingKeepsTheOldFile(failing)
                .says("told: cannot write " + folder.resolve("model.safetensors"))
                .says("Input/output error; what was there is kept");
    }

    /** Saves a small model, then a large one in a process that another program starts. */
    private Child savingKeepsTheOldFile(List<String> starting) throws Exception {
        Path file = folder.resolve("model.safetensors");
        child(List.of(), List.of(), "save", file.toString(), "4").says("saved");
        byte[] old = Files.readAllBytes(file);
        List<String> jvm = List.of("-Xshare:auto", "-XX:-UsePerfData");
        Child broken = Child.run(starting, jvm, part -> true, MAIN, "save", file.toString(), "512");
        assertArrayEquals(old, Files.readAllBytes(file));
        assertOnly(file);
        return broken;
    }

    @Test
    void aPlaceThatCannotBeReplacedIsNamed() throws IOException {
        Path taken = Files.createDirectories(folder.resolve("taken/by/folders"))
                .getParent()
                .getParent();
        IOException e =
                assertThrows(IOException.class, () -> Checkpoint.save(new Linear(3, 2), taken));
        assertTrue(e.getMessage().startsWith("cannot write " + taken), e.getMessage());
        assertOnly(taken);
    }

    private void assertOnly(Path file) throws IOException {
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void aCheckpointThatFailsHalfWayLeavesTheOldFile() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Checkpoint.save(new Linear(3, 2), file);
        byte[] old = Files.readAllBytes(file);
        Map<String, Tensor> tensors = new HashMap<>();
        try (Engine engine = Engine.builder().threads(1).build()) {
            engine.run(() -> {
                try (Scope step = engine.scope()) {
                    tensors.put("gone", Tensor.ones(100).exp());
                }
            });
        }
        Checkpoint damaged = new Checkpoint(tensors, Map.of());
        assertThrows(IllegalStateException.class, () -> Safetensors.write(file, damaged));
        Thread.currentThread().interrupt();
        assertThrows(
                ClosedByInterruptException.class, () -> Checkpoint.save(new Linear(9, 9), file));
        assertTrue(Thread.interrupted());
        assertArrayEquals(old, Files.readAllBytes(file));
        assertOnly(file);
    }

    /** Threads that save to one place at once leave one whole file, whichever it is. */
    @Test
    void whoSavesAtOnceDoesNotMix() throws Exception {
        Path file = folder.resolve("model.safetensors");
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failed = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < 8; t++) {
            Linear model = new Linear(64 + t, 64);
            Thread thread = new Thread(() -> {
                try {
                    for (int i = 0; i < 10; i++) {
                        Checkpoint.save(model, file);
                    }
                } catch (IOException | RuntimeException e) {
                    failed.add(e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failed);
        assertEquals(64, Safetensors.read(file).tensors().get("weight").dim(0));
        assertOnly(file);
    }

    @Test
    void aTaskThatThrowsLeavesStatesAsTheyWere() {
        State count = State.of("count", Tensor.scalar(0));
        Fused step = Fused.of("step", x -> {
            count.write(count.read().add(1));
            return x.mul(2);
        });
        try (Engine engine = Engine.builder().threads(2).build()) {
            engine.run(() -> {
                Tensor released;
                try (Scope scope = engine.scope()) {
                    released = Tensor.ones(100_000).exp();
                }
                assertThrows(IllegalStateException.class, () -> step.call(released));
                assertEquals(0, count.get().item());
                step.call(Tensor.ones(100_000));
                assertEquals(1, count.get().item());
            });
        }
    }
}
