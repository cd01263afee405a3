package org.fusegrad.codegen.compile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.run.KernelException;

/**
 * Compiles with the JDK's own compiler, in memory: slower, but the full language and its
 * diagnostics.
 */
public final class JavacCompiler implements SourceCompiler {
    private final JavaCompiler javac;

    /**
     * Finds the compiler.
     *
     * @throws IllegalStateException on a runtime without one
     */
    public JavacCompiler() {
        javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) {
            throw new IllegalStateException(
                    "this Java runtime has no compiler: run on a JDK, or set"
                            + " fusegrad.compiler=janino");
        }
    }

    @Override
    public Compiled compile(String className, String source) {
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        Memory files = new Memory(javac.getStandardFileManager(problems, Locale.ROOT, null));
        List<String> options = new ArrayList<>(List.of("-proc:none", "-g:source,lines"));
        String path = classPath();
        if (!path.isEmpty()) {
            options.addAll(List.of("-classpath", path));
        }
        if (SimdSupport.get().isAvailable()) {
            options.addAll(List.of("--add-modules", SimdSupport.MODULE));
        }
        boolean ok = javac.getTask(
                        null,
                        files,
                        problems,
                        options,
                        null,
                        List.of(new Source(className, source)))
                .call();
        if (!ok) {
            Diagnostic<?> first = problems.getDiagnostics().stream()
                    .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
                    .findFirst()
                    .orElseThrow();
            throw new KernelException(
                    Listing.message(className, first.getMessage(Locale.ROOT), source, (int)
                            first.getLineNumber()),
                    null);
        }
        return files.load(className);
    }

    private static String classPath() {
        List<String> parts = new ArrayList<>();
        for (Class<?> c : List.of(JavacCompiler.class, KernelException.class)) {
            try {
                parts.add(new java.io.File(c.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                        .getPath());
            } catch (java.net.URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }
        return String.join(java.io.File.pathSeparator, parts);
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String className, String text) {
            super(URI.create("string:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Keeps class files in memory and loads them. */
    private static final class Memory extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();

        Memory(StandardJavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location,
                String className,
                JavaFileObject.Kind kind,
                javax.tools.FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("mem:///" + className), kind) {
                @Override
                public OutputStream openOutputStream() {
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    classes.put(className, out);
                    return out;
                }
            };
        }

        Compiled load(String className) {
            try {
                close();
                return KernelLoader.load(className, classes.get(className).toByteArray());
            } catch (LinkageError | IOException e) {
                throw new KernelException(className + " does not load: " + e.getMessage(), e);
            }
        }
    }
}
