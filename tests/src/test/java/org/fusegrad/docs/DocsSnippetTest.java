package org.fusegrad.docs;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every block of Java in the documents compiles; those that are programs run. */
final class DocsSnippetTest {
    @TempDir
    Path classes;

    static Stream<Snippet> snippets() throws IOException {
        List<Snippet> all = new ArrayList<>();
        for (Path document : Documents.all()) {
            all.addAll(Snippet.of(document.getFileName().toString(), Files.readAllLines(document)));
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("snippets")
    void compilesAndRuns(Snippet snippet) throws Exception {
        compile(snippet);
        URL[] path = {classes.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(path, getClass().getClassLoader())) {
            if (snippet.isStatements() || snippet.code().contains("static void main(")) {
                Method main = loader.loadClass(Snippet.PACKAGE + "." + snippet.className())
                        .getMethod("main", String[].class);
                silently(() -> main.invoke(null, (Object) new String[0]), snippet);
            }
        }
    }

    private static void silently(Executable program, Snippet snippet) {
        PrintStream console = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), true));
        try {
            assertDoesNotThrow(() -> program.execute(), snippet::toString);
        } finally {
            System.setOut(console);
        }
    }

    private void compile(Snippet snippet) {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        assumeTrue(javac != null, "this Java has no compiler");
        URI name = URI.create("string:///" + snippet.className() + ".java");
        JavaFileObject file = new SimpleJavaFileObject(name, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return snippet.source();
            }
        };
        List<String> options = List.of(
                "-d",
                classes.toString(),
                "-classpath",
                System.getProperty("java.class.path"),
                "-proc:none",
                "--add-modules",
                "jdk.incubator.vector");
        StringWriter messages = new StringWriter();
        boolean compiled = javac.getTask(messages, null, null, options, null, List.of(file))
                .call();
        assertTrue(compiled, () -> snippet + "\n" + messages + "\n" + snippet.source());
    }
}
