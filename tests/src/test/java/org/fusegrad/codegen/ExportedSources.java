package org.fusegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.fusegrad.Engine;
import org.fusegrad.codegen.simd.SimdSupport;

/** Compiles exported sources as their user would. */
public final class ExportedSources {
    private ExportedSources() {}

    /** Compiles a folder against the engine and the code generator, and nothing else. */
    public static void compile(Path sources, Path classes) throws IOException {
        List<String> options = new ArrayList<>(List.of("-proc:none", "-nowarn", "-d"));
        options.add(classes.toString());
        options.addAll(List.of("-cp", classPath(Engine.class, CodegenBackend.class)));
        if (SimdSupport.get().isAvailable()) {
            options.addAll(List.of("--add-modules", SimdSupport.MODULE));
        }
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(f -> f.endsWith(".java")).forEach(options::add);
        }
        java.io.ByteArrayOutputStream said = new java.io.ByteArrayOutputStream();
        int code = ToolProvider.getSystemJavaCompiler()
                .run(null, null, said, options.toArray(String[]::new));
        assertTrue(code == 0, () -> said.toString(StandardCharsets.UTF_8));
    }

    /** The jars or folders that classes come from. */
    public static String classPath(Class<?>... classes) {
        List<String> parts = new ArrayList<>();
        for (Class<?> c : classes) {
            try {
                parts.add(Path.of(c.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                        .toString());
            } catch (URISyntaxException e) {
                throw new AssertionError(e);
            }
        }
        return String.join(File.pathSeparator, parts);
    }
}
