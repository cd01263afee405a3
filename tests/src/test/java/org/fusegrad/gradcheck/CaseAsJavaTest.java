package org.fusegrad.gradcheck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Java in a report compiles, runs, and fails in the same way. */
final class CaseAsJavaTest {
    @TempDir
    Path classes;

    static Stream<PlantedBug> bugs() {
        return PlantedFormulas.all().stream()
                .filter(bug -> bug.setting().apply(GradCheck.of(bug.formula())).reference == null);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bugs")
    void failsInTheSameWay(PlantedBug bug) throws Exception {
        GradCheckReport report = bug.find();
        GradCheckReport again = run(report.java());
        assertEquals(report.mismatches().size(), again.mismatches().size());
        assertEquals(report.wrongNode().get().op(), again.wrongNode().get().op());
        for (int i = 0; i < report.mismatches().size(); i++) {
            Mismatch a = report.mismatches().get(i);
            Mismatch b = again.mismatches().get(i);
            assertArrayEquals(a.at(), b.at());
            assertEquals(a.expected(), b.expected(), 1e-9);
            assertEquals(a.got(), b.got(), 1e-9);
        }
    }

    @Test
    void knowsEveryPublicOperation() throws Exception {
        Tensor index = Tensor.of(new long[] {1, 0, 2, 1, 0, 0}, 2, 3);
        Tensor single = Tensor.of(new float[] {0.5f, 1.5f, 2.5f}, 3).cast(DType.BFLOAT16);
        int[] one = {1};
        int[] two = {2};
        int[] none = {0};
        TensorFunction f = TensorFunction.of(x -> {
            Tensor y = x.sin().reshape(3, 2).permute(1, 0).slice(1, 0, 3, 2).pad(one2(), one2(), 1);
            Tensor z = Tensor.concat(1, y, y.flip(1)).cumsum(0).mean(0).expand(2, 8);
            Tensor p = x.mul(single.cast(DType.FLOAT64)).gather(1, index).scatterAdd(1, index, 4);
            Tensor q = Primitives.conv(x.reshape(1, 2, 3), p.reshape(1, 2, 4), one, one, one, 1);
            Tensor w = Primitives.maxPool(z.reshape(1, 2, 8), two, two, none, one, false);
            Tensor v = Primitives.avgPool(z.reshape(1, 2, 8), two, two, none, false, true, 0);
            Tensor cut = x.gt(0).where(x.abs().sqrt(), x.maximum(0.5).prod(1)).detach();
            return q.sumAll().add(w.sumAll()).add(v.sumAll()).add(cut.sumAll()).add(z.max());
        });
        Tensor x = Samples.of(3).distinct(0.1, 2, 3);
        GradCheckReport report = GradCheck.of(f).report(x);
        assertTrue(!report.java().contains("not a public operation"), report::java);
        assertEquals(report.mismatches().size(), run(report.java()).mismatches().size());
    }

    private static int[] one2() {
        return new int[] {1, 1};
    }

    /** Runs statements that end in a failing check and answers its report. */
    private GradCheckReport run(String statements) throws Exception {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        assumeTrue(javac != null, "this Java has no compiler");
        String source = "import java.util.List; import org.fusegrad.*;"
                + " import org.fusegrad.gradcheck.*; import org.fusegrad.type.*;"
                + " public final class Rebuilt { public static void run() {\n" + statements + "}}";
        JavaFileObject file =
                new SimpleJavaFileObject(
                        URI.create("string:///Rebuilt.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options = List.of(
                "-d",
                classes.toString(),
                "-classpath",
                System.getProperty("java.class.path"),
                "-proc:none");
        StringWriter messages = new StringWriter();
        assertTrue(
                javac.getTask(messages, null, null, options, null, List.of(file))
                        .call(),
                () -> messages + source);
        URL[] path = {classes.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(path, getClass().getClassLoader())) {
            Throwable thrown = assertThrows(
                            InvocationTargetException.class,
                            () -> loader.loadClass("Rebuilt").getMethod("run").invoke(null))
                    .getCause();
            return ((GradCheckFailure) thrown).report();
        }
    }
}
