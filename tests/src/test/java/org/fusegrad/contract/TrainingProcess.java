package org.fusegrad.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.fusegrad.codegen.simd.SimdSupport;

/**
 * Training in a JVM of its own.
 *
 * @param main prints a hash for each {@link Training}; its argument is the bits of vectors
 * @param classPath of that JVM
 * @param options of that JVM, besides the module of vectors
 * @param folder for what it prints
 */
record TrainingProcess(Class<?> main, String classPath, List<String> options, Path folder) {
    private static final int MINUTES = 10;

    /** Bits of the vectors to try; 0 if there are none. */
    static final int BITS = Math.min(512, SimdSupport.get().bits());

    /** The hashes, by training; of scalar code if bits is 0. */
    Map<String, String> hashes(int bits) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (bits > 0) {
            command.addAll(List.of("--add-modules", SimdSupport.MODULE));
        }
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName(), Integer.toString(bits)));
        Path out = folder.resolve("out" + bits);
        Path err = folder.resolve("err" + bits);
        Process child = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertTrue(child.waitFor(MINUTES, TimeUnit.MINUTES), "it takes too long");
        } finally {
            child.destroyForcibly();
        }
        assertEquals(0, child.exitValue(), Files.readString(err));
        Properties read = new Properties();
        read.load(Files.newBufferedReader(out));
        Map<String, String> hashes = new TreeMap<>();
        read.stringPropertyNames().forEach(n -> hashes.put(n, read.getProperty(n)));
        return hashes;
    }
}
