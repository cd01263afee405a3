package org.fusegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.fusegrad.Engine;
import org.fusegrad.codegen.CodegenBackend;
import org.fusegrad.codegen.load.KernelRegistry;
import org.fusegrad.codegen.load.ProgramLoader;
import org.fusegrad.data.Augmentation;
import org.fusegrad.data.Dataset;
import org.fusegrad.dist.Collective;
import org.fusegrad.models.ResNet;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.train.DataSource;
import org.fusegrad.train.ModelName;
import org.fusegrad.train.TrainingPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsExportedIsAllThatTrainingAndValidationNeed() throws IOException {
        Path sources = folder.resolve("sources");
        String said = Ran.of(
                        ("export --limit 48 --batch 16 --lanes 0 --norm iebn --package a.b --out "
                                        + sources)
                                .split(" "))
                .succeeded()
                .out();
        assertTrue(said.startsWith("digits, small with norm iebn"), said);
        assertTrue(said.contains("files of package a.b in " + sources), said);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        compile(sources.resolve("a/b"), classes);
        URL[] path = {sources.toUri().toURL(), classes.toUri().toURL()};
        ClassLoader parent = KernelRegistry.class.getClassLoader();
        try (URLClassLoader loader = new URLClassLoader(path, parent)) {
            train(ServiceLoader.load(KernelRegistry.class, loader).findFirst().orElseThrow());
        }
    }

    private static void compile(Path sources, Path classes) throws IOException {
        List<String> args = new ArrayList<>(List.of("-nowarn", "-d", classes.toString(), "-cp"));
        args.add(System.getProperty("java.class.path"));
        try (Stream<Path> files = Files.list(sources)) {
            files.map(Path::toString).forEach(args::add);
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int code = ToolProvider.getSystemJavaCompiler()
                .run(null, null, said, args.toArray(String[]::new));
        assertEquals(0, code, () -> said.toString(StandardCharsets.UTF_8));
    }

    /** Trains and validates with exported kernels alone, for more steps than were exported from. */
    private static void train(KernelRegistry exported) throws IOException {
        Dataset.Split images = DataSource.limit(new DataSource("digits").load(0), 64);
        TrainingPlan plan = new TrainingPlan(images, 16, 2, 0.1, 0.9, 5e-4, Augmentation.none(), 1);
        ProgramLoader loader = new ProgramLoader(List.of(exported), () -> {
            throw new IllegalStateException("all is exported");
        });
        CodegenBackend backend = new CodegenBackend("scalar", 0, loader);
        try (Engine engine = Engine.builder().backend(backend).strict(true).build()) {
            ResNet network = engine.call(() -> new ResNet(
                    ModelName.parse("small"),
                    1,
                    10,
                    NormNames.parse("iebn").factory(16, Collective.alone()),
                    RandomSource.of(1)));
            plan.run(plan.trainer(Replicas.of(1), List.of(network))
                    .engine(engine)
                    .build());
            assertTrue(engine.counters().fusedKernels() > 10);
        }
    }

    @Test
    void wrongInputLeavesNothing() throws IOException {
        String out = folder.resolve("out").toString();
        Ran.of("export", "--out", out, "--package", "a b").failed(2, "package 'a b': give names");
        Ran.of("export", "--out", out, "--package", "java.lang")
                .failed(2, "package 'java.lang': the JVM loads");
        Ran.of("export", "--out", out, "--lanes", "7").failed(2, "vectors of 7 bits: this JVM has");
        Ran.of("export", "--out", out, "--norm", "xn").failed(2, "unknown norm 'xn'");
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
