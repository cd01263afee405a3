package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fusegrad.Engine;
import org.fusegrad.Explanation;
import org.fusegrad.Fused;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.Forms;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.JavacCompiler;
import org.fusegrad.gradcheck.Backends;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names that try to become code: they reach generated source as identifiers or not at all. */
final class HostileNamesTest {
    private static final Forms JANINO = new Forms(new JaninoCompiler());
    private static final Forms JAVAC = new Forms(new JavacCompiler());

    static List<String> names() {
        List<String> names = new ArrayList<>(List.of(
                "",
                " ",
                "_",
                "\"; System.exit(1); //",
                "'\\'",
                "line\nbreak",
                "line\r\n}}}\n{{{",
                "*/ System.exit(1); /*",
                "\\u002a/ System.exit(1); /\\u002a",
                "\\u000a System.exit(1);",
                "\\",
                "$L $T $N $$ $>",
                "%s %n %d",
                "{0} {1}",
                "</pre> & <script>",
                "@Override",
                "\0\1\2",
                "\u2028\u2029\u0085",
                "\u202Egnp.exe",
                "😀👩‍🚀",
                "größe",
                "变量",
                "../../etc/passwd",
                "C:\\x:y",
                "0",
                "1e5",
                "x".repeat(10_000),
                "*/".repeat(5_000)));
        names.addAll(List.of(
                "class",
                "int",
                "true",
                "null",
                "this",
                "var",
                "yield",
                "record",
                "sealed",
                "enum",
                "when",
                "goto",
                "strictfp",
                "String",
                "Object",
                "System",
                "Math",
                "Float",
                "f",
                "i",
                "S",
                "n",
                "org",
                "xSum",
                "x_2",
                "xV0",
                "xAt",
                "xKept",
                "t1Kept",
                "from",
                "end",
                "step0",
                "run",
                "c0",
                "t1"));
        return names;
    }

    private static Fused formula(String name, State state) {
        return Fused.ofAll(name, in -> {
            Tensor x = in.get(0);
            Tensor centred = x.sub(x.mean(1)).named(name);
            Tensor y = centred.mul(in.get(1)).named(name).add(state.read());
            state.write(state.read().mul(0.5).named(name));
            return List.of(y.mul(y).sum(0).named(name), y.sigmoid());
        });
    }

    private static List<Tensor> arguments(String name) {
        Samples samples = Samples.of(5);
        return List.of(
                samples.normal(3, 20).cast(DType.FLOAT32).requiresGrad(true).named(name),
                samples.normal(1, 20).cast(DType.FLOAT32).requiresGrad(true).named(name));
    }

    private static List<Integer> bits(Tensor... tensors) {
        List<Integer> bits = new ArrayList<>();
        for (Tensor t : tensors) {
            for (float v : t.toFloats()) {
                bits.add(Float.floatToRawIntBits(v));
            }
        }
        return bits;
    }

    private static List<Integer> bits(String backend, String name) {
        State state = State.of(name, Tensor.full(Tensor.ones(1, 20).shape(), 2, DType.FLOAT32));
        List<Tensor> in = arguments(name);
        try (Engine engine =
                Engine.builder().backend(backend).threads(1).strict(true).build()) {
            return engine.call(() -> {
                List<Tensor> out = formula(name, state).callAll(in.toArray(Tensor[]::new));
                out.get(0).sumAll().add(out.get(1).sumAll()).backward();
                return bits(
                        out.get(0), out.get(1), in.get(0).grad(), in.get(1).grad(), state.get());
            });
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void anyNameGivesTheBitsOfAPlainOne(String name) {
        List<Integer> plain = bits("interpreter", "plain");
        for (String backend : Backends.available()) {
            assertEquals(plain, bits(backend, name), backend);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void bothCompilersTakeItAndNothingOfItIsLeft(String name) {
        State state = State.of(name, Tensor.ones(1, 20));
        Tensor[] in = arguments(name).toArray(Tensor[]::new);
        List<KernelGraph> kernels = Forms.kernels(() -> formula(name, state).explain(null, in));
        assertFalse(kernels.isEmpty());
        for (KernelGraph kernel : kernels) {
            for (int bits : Forms.widths()) {
                String source = Forms.source(kernel, "Hostile", bits).text();
                assertTrue(source.chars().allMatch(c -> c == '\n' || c >= ' ' && c < 127), source);
                assertFalse(source.contains("exit("), source);
                assertFalse(source.contains("\\"), source);
                assertEquals(run(JANINO, kernel, bits), run(JAVAC, kernel, bits), "" + bits);
            }
        }
    }

    private static List<Double> run(Forms forms, KernelGraph kernel, int bits) {
        Value[] in = kernel.graph().inputs().stream()
                .map(n -> Samples.of(9)
                        .normal(n.shape().dims())
                        .cast(n.dtype())
                        .value()
                        .contiguous())
                .toArray(Value[]::new);
        Value[] out = kernel.graph().outputs().stream()
                .map(n -> Value.zeros(n.dtype(), n.shape()))
                .toArray(Value[]::new);
        try (Workers workers = new Workers(1)) {
            forms.kernel(kernel, bits).run(in, out, workers);
        }
        List<Double> all = new ArrayList<>();
        for (Value v : out) {
            Arrays.stream(v.toDoubles()).forEach(all::add);
        }
        return all;
    }

    /** Listings stay listings: a name takes one short word of one line, in comments too. */
    @ParameterizedTest
    @MethodSource("names")
    void listingsKeepTheirLines(String name) {
        Explanation plain = explain("plain");
        Explanation hostile = explain(name);
        assertEquals(plain.text().lines().count(), hostile.text().lines().count(), hostile::text);
        assertEquals(
                plain.source().lines().count(), hostile.source().lines().count(), hostile::source);
        assertTrue(hostile.text().lines().allMatch(line -> line.length() < 400), hostile::text);
        assertFalse(hostile.source().contains("exit("), hostile::source);
    }

    private static Explanation explain(String name) {
        State state = State.of(name, Tensor.ones(1, 20));
        try (Engine engine =
                Engine.builder().backend("scalar").threads(1).strict(true).build()) {
            return engine.call(() ->
                    formula(name, state).explain(null, arguments(name).toArray(Tensor[]::new)));
        }
    }
}
