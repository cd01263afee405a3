package org.fusegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.fusegrad.codegen.WarmKernels.Group;
import org.fusegrad.codegen.simd.SimdSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A warm kernel allocates nothing, scalar or vector. For vector code this also shows that the JVM
 * keeps its vectors in registers: where it does not, each is an object.
 *
 * <p>Each form runs in a JVM of its own, a group of layers at a time. What the JVM makes of vector
 * code depends on all vector code it ran before, and only tests mix vectors of several widths.
 */
final class AllocationTest {
    /** Handing tasks to another thread takes a job for each loop nest that is shared out. */
    private static final long BYTES_OF_JOBS = 2048;

    /** A tenth more than it is on JDK 17 and 25. */
    private static final long BYTES_OF_A_STEP = 4608;

    static Stream<Integer> widths() {
        return Stream.of(0, SimdSupport.get().bits()).distinct();
    }

    static Stream<Arguments> groups() {
        return widths().flatMap(bits -> Stream.of(Group.values()).map(g -> Arguments.of(bits, g)));
    }

    @ParameterizedTest
    @MethodSource("groups")
    void warmKernelsAllocateNothing(int bits, Group group)
            throws IOException, InterruptedException {
        List<String> lines = run(bits, 1, 0, group);
        assertTrue(lines.size() >= WarmKernels.size(group), lines.toString());
        for (String line : lines) {
            assertEquals(0, bytes(line), line);
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void onTwoThreadsOnlyJobsAreAllocated(int bits) throws IOException, InterruptedException {
        for (String line : run(bits, 2, BYTES_OF_JOBS, Group.ROWS)) {
            assertTrue(bytes(line) <= BYTES_OF_JOBS, line);
        }
    }

    /**
     * A step of a whole layer in a scope allocates what describes it: tensors, the node of the
     * tape, small arrays of statistics. Results and gradients, 4 KB here, come from the pool.
     */
    @Test
    void aLayersStepAllocatesLittle() throws IOException, InterruptedException {
        List<String> lines = child(WarmLayer.class, 0, BYTES_OF_A_STEP + "");
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(bytes(lines.get(0)) <= BYTES_OF_A_STEP, lines.get(0));
    }

    private static long bytes(String line) {
        return Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
    }

    private static List<String> run(int bits, int threads, long enough, Group group)
            throws IOException, InterruptedException {
        return child(WarmKernels.class, bits, bits + "", threads + "", enough + "", group.name());
    }

    private static List<String> child(Class<?> program, int bits, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (bits > 0) {
            command.add("--add-modules=" + SimdSupport.MODULE);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        File errors = File.createTempFile("warm-kernels", ".txt");
        Process child = new ProcessBuilder(command).redirectError(errors).start();
        String text = new String(child.getInputStream().readAllBytes());
        assertEquals(0, child.waitFor(), () -> text + " " + errors);
        errors.delete();
        return text.lines().toList();
    }
}
