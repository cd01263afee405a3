package org.fusegrad.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.fusegrad.Engine;
import org.fusegrad.arch.ProjectFiles;
import org.fusegrad.codegen.Forms;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.gradcheck.Backends;
import org.fusegrad.run.Backend;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The numeric contract as a whole: training ends with the same bits on every backend, lane width
 * and number of threads, and on every JDK, since each run compares with the one committed file.
 * After a change of the contract that is meant, {@code -Dgolden.update=true} writes it anew from
 * the interpreter.
 */
final class TrainingBitsTest {
    private static final String UPDATE = "golden.update";
    private static final Path GOLDEN =
            ProjectFiles.root().resolve("tests/src/test/resources/golden/training.properties");

    /** The backends by their names, as engines for a number of threads. */
    private static Map<String, IntFunction<Engine>> backends() {
        Map<String, IntFunction<Engine>> all = new LinkedHashMap<>();
        for (String name : Backends.available()) {
            all.put(
                    name,
                    threads -> Engine.builder()
                            .backend(name)
                            .threads(threads)
                            .fuse(true)
                            .strict(true)
                            .build());
        }
        return all;
    }

    /** As {@link #backends}, vectors of one width each, none wider than the machine's. */
    private static Map<String, IntFunction<Engine>> widths() {
        Map<String, IntFunction<Engine>> all = new LinkedHashMap<>();
        for (int bits : Forms.widths()) {
            if (bits > 0 && bits <= SimdSupport.get().bits()) {
                Backend backend = VectorFromTheStart.backend(bits);
                all.put("vectors of " + bits, t -> VectorFromTheStart.engine(backend, t));
            }
        }
        return all;
    }

    private static void assertSameWeights(
            Training training, String name, IntFunction<Engine> engines, int threads)
            throws IOException {
        try (Engine engine = engines.apply(threads)) {
            String where = training + " on " + name + " with " + threads + " threads, JDK "
                    + Runtime.version().feature();
            assertEquals(golden().get(training.name()), training.hash(engine), where);
        }
    }

    /** The hashes that training must end with, by name. */
    static Map<String, String> golden() throws IOException {
        Properties read = new Properties();
        try (Reader file = Files.newBufferedReader(GOLDEN)) {
            read.load(file);
        }
        Map<String, String> hashes = new TreeMap<>();
        read.stringPropertyNames().forEach(n -> hashes.put(n, read.getProperty(n)));
        return hashes;
    }

    private static void updateIfAsked(Training training) throws IOException {
        if (Boolean.getBoolean(UPDATE)) {
            Map<String, String> hashes = Files.exists(GOLDEN) ? golden() : new TreeMap<>();
            try (Engine engine =
                    Engine.builder().backend("interpreter").fuse(true).build()) {
                hashes.put(training.name(), training.hash(engine));
            }
            List<String> lines = new ArrayList<>(
                    List.of("# SHA-256 of the weights that TrainingBitsTest expects."));
            hashes.forEach((name, hash) -> lines.add(name + "=" + hash));
            Files.write(GOLDEN, lines);
        }
    }

    /** Every backend and one width, each with another number of threads. */
    @ParameterizedTest
    @EnumSource
    void trainingEndsWithTheSameBits(Training training) throws IOException {
        updateIfAsked(training);
        Map<String, IntFunction<Engine>> engines = backends();
        List<Map.Entry<String, IntFunction<Engine>>> widths = List.copyOf(widths().entrySet());
        if (!widths.isEmpty()) {
            Map.Entry<String, IntFunction<Engine>> one =
                    widths.get(training.ordinal() % widths.size());
            engines.put(one.getKey(), one.getValue());
        }
        int threads = training.ordinal();
        for (Map.Entry<String, IntFunction<Engine>> entry : engines.entrySet()) {
            threads = threads % 3 + 1;
            assertSameWeights(training, entry.getKey(), entry.getValue(), threads);
        }
    }

    /** Every backend and width with 1, 2, 3 and 7 threads. */
    @Tag("exhaustive")
    @ParameterizedTest
    @EnumSource
    void trainingEndsWithTheSameBitsForAllThreads(Training training) throws IOException {
        Map<String, IntFunction<Engine>> engines = backends();
        engines.putAll(widths());
        for (Map.Entry<String, IntFunction<Engine>> entry : engines.entrySet()) {
            for (int threads : new int[] {1, 2, 3, 7}) {
                assertSameWeights(training, entry.getKey(), entry.getValue(), threads);
            }
        }
    }

    /** The hash is of something: two norms, two hashes. */
    @Test
    void everyTrainingLearnsSomethingElse() throws IOException {
        assertEquals(
                Training.values().length, golden().values().stream().distinct().count());
    }
}
