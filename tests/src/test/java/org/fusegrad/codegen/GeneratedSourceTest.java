package org.fusegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.compile.BytecodeStats;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.JavacCompiler;
import org.fusegrad.codegen.compile.SourceCompiler;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Softmax;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names given by users do no harm, and generated classes stay within the JVM's limits. */
final class GeneratedSourceTest {
    private static final List<SourceCompiler> COMPILERS =
            List.of(new JaninoCompiler(), new JavacCompiler());

    /** As a word of its own; within a name made safe it does no harm. */
    private static final Pattern EVIL = Pattern.compile("\\bevil;");

    static Stream<String> hostileNames() {
        return Stream.of(
                "",
                " ",
                "a b",
                "\"quoted\"",
                "'",
                "new\nline",
                "carriage\rreturn",
                "*/ int evil; /*",
                "// evil",
                "\\u000a int evil;",
                "\\u002a/ int evil; /*",
                "\\",
                "$L",
                "$$",
                "$1",
                "%s%n",
                "{@code",
                "</pre>",
                "class",
                "true",
                "null",
                "_",
                "yield",
                "var",
                "record",
                "assert",
                "1st",
                "f",
                "i",
                "n",
                "S",
                "this",
                "Math",
                "Float",
                "Floats",
                "Doubles",
                "Half",
                "Frame",
                "FloatVector",
                "VectorMask",
                "VectorOperators",
                "org",
                "java",
                "step0",
                "prefetched",
                "run",
                "\u00e4\u00f6\u00fc",
                "\u6e29\u5ea6",
                "\ud83d\ude00",
                "\u202e",
                "\u0000",
                "evil\u2028line",
                "x".repeat(10_000),
                "*/".repeat(5_000));
    }

    private static List<Source> sources(String kernel, String first, String second) {
        return Forms.sources(() -> Fused.of(kernel, x -> {
                    Tensor mean = x.mean(1).named(first);
                    Tensor centred = x.sub(mean).named(second);
                    Tensor scaled =
                            centred.div(centred.square().mean(1).add(1e-5).sqrt());
                    return scaled.named(first).exp().mul(scaled.sigmoid().named(second));
                })
                .explain(null, Tensor.zeros(3, 5)));
    }

    private static void assertCompiles(Source source) {
        for (SourceCompiler compiler : COMPILERS) {
            compiler.compile(source.className(), source.text());
        }
    }

    @ParameterizedTest
    @MethodSource("hostileNames")
    void namesOfValuesDoNoHarm(String name) {
        List<Source> sources = sources("hostile", name, name + name);
        assertFalse(sources.isEmpty());
        for (Source source : sources) {
            assertCompiles(source);
            assertPlain(source.text());
        }
    }

    static void assertPlain(String source) {
        assertFalse(EVIL.matcher(source).find(), source);
        assertFalse(source.contains("\\u"), source);
        assertTrue(source.chars().allMatch(c -> c == '\n' || c >= 32 && c < 127), source);
        assertTrue(source.lines().allMatch(line -> line.length() < 2000), source);
    }

    @ParameterizedTest
    @MethodSource("hostileNames")
    void namesOfFormulasDoNoHarm(String name) {
        try (Engine engine =
                Engine.builder().backend("scalar").threads(1).strict(true).build()) {
            Tensor x = Tensor.of(1f, 2f, 3f);
            Fused formula = Fused.of(name, a -> a.mul(2).add(1));
            double[] y = engine.call(() -> formula.call(x)).toDoubles();
            assertEquals(7, y[2]);
            String source = engine.call(() -> formula.explain(null, x)).source();
            assertFalse(source.lines().anyMatch(l -> l.startsWith("int evil;")), source);
        }
    }

    static Stream<List<String>> clashingNames() {
        return Stream.of(
                List.of("aAt", "a"),
                List.of("a", "aAt"),
                List.of("aArray", "a"),
                List.of("a", "aArray"),
                List.of("aSum", "a"),
                List.of("a", "aSum"),
                List.of("aV", "a"),
                List.of("a", "aV0"),
                List.of("aV0", "a"),
                List.of("aP", "a"),
                List.of("aKept", "a"),
                List.of("a", "aKept"),
                List.of("aHeld12", "a"),
                List.of("a", "aV12"),
                List.of("from", "rows"),
                List.of("end", "row"),
                List.of("prefetched", "System"),
                List.of("a", "a_2"),
                List.of("a_2", "a"),
                List.of("c0", "c1"),
                List.of("t1", "t2"),
                List.of("x", "x_2"),
                List.of("x".repeat(24) + 1, "x".repeat(24) + 2),
                List.of("a b", "a_b"));
    }

    @ParameterizedTest
    @MethodSource("clashingNames")
    void namesThatMeetDerivedNamesDoNoHarm(List<String> names) {
        String first = names.get(0);
        String second = names.get(1);
        List<Source> all = new ArrayList<>(sources("clash", first, second));
        all.addAll(sources(x -> x.mul(3).named(first).exp().named(second)));
        all.addAll(sources(x -> x.mul(3).named(first).abs().sum(1).named(second)));
        all.addAll(sources(x -> x.mul(3).named(first).abs().sum(0).named(second)));
        all.addAll(sources(x -> x.sub(x.mean(1).named(first)).square().named(second)));
        all.addAll(Forms.sources(() -> Fused.ofAll(
                        "columns", in -> List.of(in.get(0).mul(in.get(1)).exp().named("out")))
                .explain(
                        null,
                        Tensor.zeros(70, 40).named(first),
                        Tensor.zeros(1, 40).named(second))));
        all.forEach(GeneratedSourceTest::assertCompiles);
    }

    private static List<Source> sources(UnaryOperator<Tensor> formula) {
        return Forms.sources(
                () -> Fused.of("formula", formula).explain(null, Tensor.zeros(70, 70)));
    }

    @Test
    void methodsAreSmallEnoughForTheJvmToCompile() {
        Tensor images = Tensor.zeros(2, 8, 3, 3);
        Stream.of(
                        Forms.sources(() -> new BatchNorm2d(8).explain(images, Activation.NONE)),
                        Forms.sources(() -> new BatchNorm2d(8).explain(images, Activation.GELU)),
                        Forms.sources(() -> new GroupNorm(2, 8).explain(images, Activation.MISH)),
                        Forms.sources(() -> new InstanceNorm(8).explain(images, Activation.TANH)),
                        Forms.sources(() -> new LayerNorm(3, 3).explain(images, Activation.SILU)),
                        Forms.sources(() -> new RMSNorm(3).explain(images, Activation.SOFTPLUS)),
                        Forms.sources(() -> new BatchNorm2d(8)
                                .explain(images.cast(DType.BFLOAT16), Activation.GELU)),
                        Forms.sources(() -> Fused.of("softmax", x -> Softmax.softmax(x, 1))
                                .explain(null, images)))
                .flatMap(List::stream)
                .forEach(source -> {
                    for (SourceCompiler compiler : COMPILERS) {
                        int largest = BytecodeStats.largestMethod(
                                compiler.compile(source.className(), source.text())
                                        .bytecode());
                        assertTrue(
                                largest > 0 && largest < BytecodeStats.LIMIT,
                                () -> largest + " bytes in\n" + source.text());
                    }
                });
    }

    @Test
    void aFormulaOfAThousandOperationsStillRunsCompiled() {
        Fused formula = Fused.of("long", x -> {
            Tensor y = x;
            for (int i = 0; i < 1000; i++) {
                y = y.mul(1.001 + i * 1e-6).add(x.mul(0.5 + i * 1e-3));
            }
            return y;
        });
        Tensor x = Tensor.of(1f, -2f, 3f);
        double[] expected = null;
        for (String backend : List.of("interpreter", "scalar")) {
            try (Engine engine = Engine.builder().backend(backend).threads(1).build()) {
                double[] y = engine.call(() -> formula.call(x)).toDoubles();
                expected = expected == null ? y : expected;
                assertEquals(
                        IntStream.range(0, 3).mapToObj(i -> y[i]).toList(),
                        java.util.Arrays.stream(expected).boxed().toList());
            }
        }
    }

    /** Each yields a truth value from two. */
    private static final Map<String, BinaryOperator<Tensor>> TRUTHS = Map.of(
            "and", Tensor::and,
            "or", Tensor::or,
            "xor", Tensor::xor,
            "not", (a, b) -> a.not().and(b.not()),
            "eq", Tensor::eq,
            "ne", Tensor::ne,
            "where", (a, b) -> a.where(b, b.not()));

    static Set<String> truths() {
        return new TreeSet<>(TRUTHS.keySet());
    }

    @ParameterizedTest
    @MethodSource("truths")
    void truthValuesCompile(String operation) {
        BinaryOperator<Tensor> truth = TRUTHS.get(operation);
        sources(x -> truth.apply(x.gt(0), x.square().lt(1)).where(x.mul(3), x.sub(1)))
                .forEach(GeneratedSourceTest::assertCompiles);
    }

    @Test
    void classesOfOneGraphAreTheSameEveryTime() {
        Set<String> texts = IntStream.range(0, 5)
                .mapToObj(i -> sources("same", "mean", "xc").get(0).text())
                .collect(Collectors.toSet());
        assertEquals(1, texts.size());
    }
}
