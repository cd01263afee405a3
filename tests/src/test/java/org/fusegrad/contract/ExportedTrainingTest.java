package org.fusegrad.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.cache.Cache;
import com.google.common.util.concurrent.internal.InternalFutureFailureAccess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fusegrad.Engine;
import org.fusegrad.codegen.CodegenBackend;
import org.fusegrad.codegen.ExportedSources;
import org.fusegrad.codegen.export.KernelExport;
import org.fusegrad.data.Digits;
import org.fusegrad.models.ResNet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kernels exported from training, compiled by the JDK and run where there is neither Janino nor
 * JavaPoet, end with the bits of every other training.
 */
final class ExportedTrainingTest {
    private static final int BITS = TrainingProcess.BITS;

    @TempDir
    private Path folder;

    @Test
    void trainingOnExportedKernelsEndsWithTheSameBits() throws Exception {
        Map<String, String> golden = TrainingBitsTest.golden();
        KernelExport export = new KernelExport("org.example.kernels", List.of(0, BITS));
        for (Training training : Training.values()) {
            try (Engine engine = Engine.builder().backend(export).strict(true).build()) {
                assertEquals(golden.get(training.name()), training.hash(engine));
            }
        }
        Path sources = folder.resolve("sources");
        export.write(sources);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        ExportedSources.compile(sources, classes);
        assertEquals(golden, hashes(sources, classes, 0));
        if (BITS > 0) {
            assertEquals(golden, hashes(sources, classes, BITS));
        }
    }

    /** Of training in a JVM of its own. */
    private Map<String, String> hashes(Path sources, Path classes, int bits)
            throws IOException, InterruptedException {
        String libraries = ExportedSources.classPath(
                Engine.class,
                CodegenBackend.class,
                ResNet.class,
                Digits.class,
                Cache.class,
                InternalFutureFailureAccess.class,
                ExportedTraining.class);
        String classPath =
                String.join(File.pathSeparator, libraries, sources.toString(), classes.toString());
        return new TrainingProcess(ExportedTraining.class, classPath, List.of(), folder)
                .hashes(bits);
    }
}
