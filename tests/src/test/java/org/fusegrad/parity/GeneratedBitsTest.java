package org.fusegrad.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fusegrad.Explanation;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.Forms;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.JavacCompiler;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Softmax;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.run.interp.Interpreter;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every generated form of a kernel, on any number of threads, yields the bits of the interpreter,
 * backward kernels included.
 */
final class GeneratedBitsTest {
    private static final int[] LENGTHS = {
        1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 257, 4095, 4096, 4097, 5000
    };
    private static final Forms JANINO = new Forms(new JaninoCompiler());
    private static final Forms JAVAC = new Forms(new JavacCompiler());
    private static final List<Workers> WORKERS =
            Stream.of(1, 2, 3, 7).map(Workers::new).toList();

    /** A formula and what it looks like at a length. */
    private static final Map<String, IntFunction<Explanation>> FORMULAS = new TreeMap<>();

    static {
        unary("sum of rows", x -> x.sum(1), n -> new int[] {6, n});
        unary("sum of squares of rows", x -> x.square().sum(1), n -> new int[] {6, n});
        unary("mean of rows", x -> x.mean(1), n -> new int[] {6, n});
        unary("variance of rows", x -> x.var(1), n -> new int[] {6, n});
        unary("maximum of rows", x -> x.max(1), n -> new int[] {6, n});
        unary("minimum of rows", x -> x.min(1), n -> new int[] {6, n});
        unary("sum of columns", x -> x.sum(0), n -> new int[] {n, 19});
        unary("sum of squares of columns", x -> x.square().sum(0), n -> new int[] {n, 19});
        unary("sum of long columns", x -> x.square().sum(0), n -> new int[] {19, n});
        unary("maximum of columns", x -> x.max(0), n -> new int[] {n, 19});
        unary("variance of columns", x -> x.var(0), n -> new int[] {n, 19});
        unary("sum of all", Tensor::sumAll, n -> new int[] {5, n});
        unary("sum of the outer and inner axis", x -> x.sum(0, 2), n -> new int[] {3, 5, n});
        unary("sum of the middle axis", x -> x.square().sum(1), n -> new int[] {3, n, 5});
        unary(
                "a chain",
                x -> x.mul(1.5).add(0.25).maximum(-1).minimum(2).sub(x.abs()).div(x.add(3)),
                n -> new int[] {3, n});
        unary(
                "functions",
                x -> x.sigmoid()
                        .mul(x.tanh())
                        .add(x.exp())
                        .sub(x.square().add(1).log().sqrt()),
                n -> new int[] {2, n});
        unary("choices", x -> x.gt(0).and(x.lt(1)).where(x.square(), x.neg().relu()), n ->
                new int[] {3, n});
        unary("softmax", x -> Softmax.softmax(x, 1), n -> new int[] {5, n});
        unary("softmax of columns", x -> Softmax.softmax(x, 0), n -> new int[] {n, 5});
        unary("log_softmax", x -> Softmax.logSoftmax(x, 1), n -> new int[] {5, n});
        FORMULAS.put("sums in float32 beside sums in float64", n -> {
            Fused f = Fused.ofAll("both", in -> {
                Tensor wide = in.get(0).cast(DType.FLOAT64);
                return List.of(
                        in.get(0).square().sum(1), wide.sum(1), wide.square().sum(1));
            });
            return f.explain(null, Tensor.zeros(6, n));
        });
        FORMULAS.put(
                "batch norm",
                n -> new BatchNorm1d(2).explain(Tensor.zeros(3, 2, n), Activation.NONE));
        FORMULAS.put("batch norm of columns", n -> {
            int rows = Math.max(2, n);
            return new BatchNorm1d(5).explain(Tensor.zeros(rows, 5), Activation.RELU);
        });
        FORMULAS.put("batch norm, residual, relu", n -> {
            BatchNorm1d norm = new BatchNorm1d(2);
            Fused f = Fused.of("block_end", (x, r) -> norm.forward(x, r, Activation.RELU));
            return f.explain(null, Tensor.zeros(3, 2, n), Tensor.zeros(3, 2, n));
        });
        FORMULAS.put(
                "batch norm in bfloat16",
                n -> new BatchNorm1d(2)
                        .explain(Tensor.zeros(3, 2, n).cast(DType.BFLOAT16), Activation.RELU));
        FORMULAS.put(
                "layer norm in float16",
                n -> new LayerNorm(n)
                        .explain(Tensor.zeros(5, n).cast(DType.FLOAT16), Activation.NONE));
        FORMULAS.put(
                "layer norm", n -> new LayerNorm(n).explain(Tensor.zeros(5, n), Activation.NONE));
        FORMULAS.put(
                "layer norm, gelu",
                n -> new LayerNorm(n).explain(Tensor.zeros(5, n), Activation.GELU));
        FORMULAS.put("rms norm", n -> new RMSNorm(n).explain(Tensor.zeros(5, n), Activation.NONE));
        FORMULAS.put(
                "group norm",
                n -> new GroupNorm(2, 4).explain(Tensor.zeros(2, 4, n), Activation.SILU));
        FORMULAS.put("instance norm", n -> {
            InstanceNorm norm =
                    new InstanceNorm(3, InstanceNorm.DEFAULT.affine(Affine.WEIGHT_AND_BIAS));
            return norm.explain(Tensor.zeros(2, 3, Math.max(2, n)), Activation.NONE);
        });
    }

    private static void unary(
            String name, UnaryOperator<Tensor> formula, IntFunction<int[]> shape) {
        Fused fused = Fused.of(name.replaceAll("\\W+", "_"), formula);
        FORMULAS.put(name, n -> fused.explain(null, Tensor.zeros(shape.apply(n))));
    }

    static List<String> formulas() {
        return List.copyOf(FORMULAS.keySet());
    }

    @AfterAll
    static void close() {
        WORKERS.forEach(Workers::close);
    }

    private static List<KernelGraph> kernels(String formula, int length) {
        return Forms.kernels(() -> FORMULAS.get(formula).apply(length));
    }

    private static Value[] operands(KernelGraph graph, Data data, int length) {
        List<Value> in = new ArrayList<>();
        for (Node leaf : graph.graph().inputs()) {
            in.add(data.of(leaf, length * 31L + in.size()));
        }
        return in.toArray(Value[]::new);
    }

    private static long[][] bits(Kernel kernel, KernelGraph graph, Value[] in, Workers workers) {
        List<Node> roots = graph.graph().outputs();
        Value[] out = new Value[roots.size()];
        Arrays.setAll(out, i -> Value.zeros(roots.get(i).dtype(), roots.get(i).shape()));
        kernel.run(in, out, workers);
        long[][] bits = new long[out.length][];
        for (int i = 0; i < out.length; i++) {
            bits[i] = out[i].dtype() == DType.INT64
                    ? out[i].longs()
                    : Arrays.stream(out[i].toDoubles())
                            .mapToLong(Double::doubleToLongBits)
                            .toArray();
        }
        return bits;
    }

    private static void assertSame(
            long[][] expected, Kernel kernel, KernelGraph graph, Value[] in, int on, String form) {
        long[][] got = bits(kernel, graph, in, WORKERS.get(on));
        for (int i = 0; i < got.length; i++) {
            int at = Arrays.mismatch(expected[i], got[i]);
            int output = i;
            assertEquals(
                    -1,
                    at,
                    () -> graph.name() + " " + form + ", threads "
                            + WORKERS.get(on).size()
                            + ", output " + output + " element " + at + ": "
                            + Double.longBitsToDouble(got[output][at]) + " instead of "
                            + Double.longBitsToDouble(expected[output][at]) + "\n"
                            + graph.graph());
        }
    }

    /** Every length with one kind of data, which changes from length to length. */
    @ParameterizedTest
    @MethodSource("formulas")
    void everyFormYieldsTheBitsOfTheInterpreter(String formula) {
        for (int i = 0; i < LENGTHS.length; i++) {
            assertEveryForm(formula, LENGTHS[i], Data.values()[i % Data.values().length]);
        }
    }

    @ParameterizedTest
    @MethodSource("formulas")
    @Tag("exhaustive")
    void everyFormYieldsTheBitsOfTheInterpreterOnAllData(String formula) {
        for (int length : LENGTHS) {
            for (Data data : Data.values()) {
                assertEveryForm(formula, length, data);
            }
        }
    }

    private static void assertEveryForm(String formula, int length, Data data) {
        for (KernelGraph graph : kernels(formula, length)) {
            Value[] in = operands(graph, data, length);
            long[][] expected = bits(new Interpreter().compile(graph), graph, in, WORKERS.get(0));
            for (int bits : Forms.widths()) {
                String form = data + " length " + length + " bits " + bits;
                assertSame(expected, JANINO.kernel(graph, bits), graph, in, 0, form);
                Kernel joined = JANINO.joined(graph, bits);
                assertSame(expected, joined, graph, in, 0, form + " joined");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formulas")
    void threadsNeverShow(String formula) {
        int widest = Forms.widths().get(Forms.widths().size() - 1);
        for (int length : new int[] {1, 65, 4097, 30_011}) {
            for (KernelGraph graph : kernels(formula, length)) {
                Value[] in = operands(graph, Data.HUGE, length);
                long[][] expected =
                        bits(new Interpreter().compile(graph), graph, in, WORKERS.get(0));
                for (int bits : List.of(0, widest)) {
                    Kernel kernel = JANINO.joined(graph, bits);
                    for (int t = 0; t < WORKERS.size(); t++) {
                        assertSame(expected, kernel, graph, in, t, length + " bits " + bits);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formulas")
    void bothCompilersAgree(String formula) {
        for (int length : new int[] {1, 33, 4097}) {
            for (KernelGraph graph : kernels(formula, length)) {
                Value[] in = operands(graph, Data.BROKEN, length);
                for (int bits : Forms.widths()) {
                    long[][] expected = bits(JANINO.kernel(graph, bits), graph, in, WORKERS.get(0));
                    Kernel kernel = JAVAC.kernel(graph, bits);
                    assertSame(expected, kernel, graph, in, 0, "javac bits " + bits);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formulas")
    void stridedOperandsMakeNoDifference(String formula) {
        for (int length : new int[] {1, 17, 257}) {
            for (KernelGraph graph : kernels(formula, length)) {
                Value[] in = operands(graph, Data.NORMAL, length);
                long[][] expected =
                        bits(new Interpreter().compile(graph), graph, in, WORKERS.get(0));
                Value[] reversed = Arrays.stream(in)
                        .map(GeneratedBitsTest::storedBackwards)
                        .toArray(Value[]::new);
                for (int bits : Forms.widths()) {
                    Kernel kernel = JANINO.joined(graph, bits);
                    assertSame(expected, kernel, graph, reversed, 0, "strided bits " + bits);
                }
            }
        }
    }

    /** The same elements with the axes stored in reverse order. */
    private static Value storedBackwards(Value v) {
        int[] order = new int[v.shape().rank()];
        Arrays.setAll(order, i -> order.length - 1 - i);
        return v.permute(order).contiguous().permute(order);
    }
}
