package org.fusegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.export.KernelExport;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.ops.Activation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an export writes; that it runs is for the tests of training. */
final class KernelExportTest {
    private static final String PACKAGE = "org.example.kernels";

    @TempDir
    private Path folder;

    private static KernelExport exporting(Runnable work) {
        KernelExport export = new KernelExport(PACKAGE);
        try (Engine engine =
                Engine.builder().backend(export).threads(1).strict(true).build()) {
            engine.run(work);
        }
        return export;
    }

    private static KernelExport normalizing() {
        Tensor x = Tensor.ones(2, 3, 4, 4).requiresGrad(true);
        BatchNorm2d norm = new BatchNorm2d(3);
        return exporting(() -> norm.forward(x, Activation.RELU).sumAll().backward());
    }

    private static Map<String, String> texts(Path folder) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                texts.put(folder.relativize(file).toString(), Files.readString(file));
            }
        }
        return texts;
    }

    @Test
    void exportingTwiceGivesTheSameFiles() throws IOException {
        int files = normalizing().write(folder.resolve("a")).size();
        normalizing().write(folder.resolve("b"));
        assertEquals(texts(folder.resolve("a")), texts(folder.resolve("b")));
        assertEquals(files, texts(folder.resolve("a")).size());
    }

    @Test
    void anExportReplacesTheOneBeforeAndNothingElse() throws IOException {
        Path own = folder.resolve("org/example/kernels/Own.java");
        exporting(() -> Tensor.ones(3).exp().log()).write(folder);
        Files.writeString(own, "class Own {}");
        normalizing().write(folder);
        assertTrue(Files.exists(own));
        Files.delete(own);
        normalizing().write(folder.resolve("fresh"));
        Map<String, String> fresh = texts(folder.resolve("fresh"));
        Map<String, String> again = texts(folder);
        again.keySet().removeIf(name -> name.startsWith("fresh"));
        assertEquals(fresh, again);
    }

    @Test
    void aClassSaysItsFormulaAndARegistryItsService() throws IOException {
        normalizing().write(folder);
        Map<String, String> texts = texts(folder);
        String forward = texts.entrySet().stream()
                .filter(e -> e.getKey().matches(".*K_batch_norm\\w*fwd\\w*_s\\.java"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(texts.keySet()))
                .getValue();
        String comment = forward.substring(0, forward.indexOf("public final class"));
        assertTrue(comment.contains("weight     = input"), comment);
        assertTrue(comment.contains(" maximum "), comment);
        assertTrue(comment.contains("return "), comment);
        assertEquals(
                PACKAGE + ".ExportedKernels\n",
                texts.get(Path.of("META-INF/services/org.fusegrad.codegen.load.KernelRegistry")
                        .toString()));
    }

    @Test
    void hostileNamesStayNames() throws IOException {
        List<String> names = GeneratedSourceTest.hostileNames().toList();
        KernelExport export = exporting(() -> {
            for (int i = 0; i < names.size(); i++) {
                formula(names.get(i), i + 1).call(Tensor.ones(3));
            }
        });
        assertEquals(names.size(), export.kernels());
        export.write(folder);
        texts(folder).values().forEach(GeneratedSourceTest::assertPlain);
        ExportedSources.compile(folder, Files.createDirectories(folder.resolve("classes")));
    }

    /** A formula of a structure of its own. */
    private static Fused formula(String name, int operations) {
        return Fused.of(name, x -> {
            Tensor y = x.exp();
            for (int i = 0; i < operations; i++) {
                y = y.sub(x).named(name);
            }
            return y;
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a..b",
                "a b",
                "a.class",
                "../a",
                "a;import b",
                "a/b",
                "1a",
                "a.\u00e4"
            })
    void packagesHavePlainNames(String name) {
        assertThrows(IllegalArgumentException.class, () -> new KernelExport(name));
    }

    @Test
    void widthsMustBeOnesThatThereAre() {
        assertThrows(
                IllegalArgumentException.class, () -> new KernelExport(PACKAGE, List.of(0, 96)));
    }

    @Test
    void scalarAloneNeedsNoVectors() throws IOException {
        KernelExport export = new KernelExport(PACKAGE, List.of(0));
        try (Engine engine = Engine.builder().backend(export).threads(1).build()) {
            engine.run(() -> Tensor.ones(3).add(1).matmul(Tensor.ones(3, 1)));
        }
        export.write(folder);
        assertFalse(texts(folder).toString().contains("incubator"));
    }
}
