package org.fusegrad.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.fusegrad.Explanation;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.Forms;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.JavacCompiler;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.math.Half;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.run.interp.Interpreter;

/**
 * Every generated form of every kernel of a formula, forward and backward, yields the interpreter's
 * bits on any data: scalar, each vector width, and one of them compiled by javac.
 */
final class SameBits implements Check {
    /** One formula in this many is compiled by javac too, which takes long. */
    private static final int JAVAC_EVERY = 40;

    private static final float[] ODD = {
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        -0f,
        0f,
        Float.MAX_VALUE,
        Float.MIN_VALUE,
        1e-40f
    };

    private final Forms janino = new Forms(new JaninoCompiler());
    private final Forms javac = new Forms(new JavacCompiler());
    private final Interpreter interpreter = new Interpreter();
    private final Workers one = new Workers(1);
    private final Workers two = new Workers(2);

    @Override
    public String name() {
        return "same bits";
    }

    @Override
    public Verdict check(Trial trial) {
        Tensor[] arguments = trial.arguments(trial.recipe().dtype()).toArray(Tensor[]::new);
        Fused formula = trial.own().fused();
        Explanation plan = trial.engines().fused().call(() -> formula.explain(null, arguments));
        List<KernelGraph> kernels = Forms.kernels(plan);
        Random random = new Random(trial.seed());
        for (KernelGraph graph : kernels) {
            Value[] in = graph.graph().inputs().stream()
                    .map(leaf -> operand(leaf, random.nextInt(4), random))
                    .toArray(Value[]::new);
            long[][] expected = bits(interpreter.compile(graph), graph, in, one);
            for (int width : Forms.widths()) {
                Workers workers = random.nextBoolean() ? one : two;
                // Not drawn at random, so that a seed still stands for the same operands.
                boolean joined = (trial.seed() + width / 128) % 2 == 0;
                Kernel kernel = joined ? janino.joined(graph, width) : janino.kernel(graph, width);
                compare(
                        expected,
                        bits(kernel, graph, in, workers),
                        graph,
                        width + (joined ? " joined" : ""));
            }
            if (random.nextInt(JAVAC_EVERY) == 0) {
                List<Integer> widths = Forms.widths();
                int width = widths.get(random.nextInt(widths.size()));
                Kernel kernel = javac.kernel(graph, width);
                compare(expected, bits(kernel, graph, in, one), graph, width + " by javac");
            }
        }
        return kernels.isEmpty() ? Verdict.UNDECIDED : Verdict.HOLDS;
    }

    private static void compare(long[][] expected, long[][] got, KernelGraph graph, String form) {
        for (int i = 0; i < got.length; i++) {
            int at = Arrays.mismatch(expected[i], got[i]);
            if (at >= 0) {
                throw new Broken("kernel " + graph.name() + ", lanes of " + form + " bits, output "
                        + i + " element " + at + ": " + Double.longBitsToDouble(got[i][at])
                        + " instead of " + Double.longBitsToDouble(expected[i][at]) + "\n"
                        + graph.graph());
            }
        }
    }

    private static long[][] bits(Kernel kernel, KernelGraph graph, Value[] in, Workers workers) {
        List<Node> roots = graph.graph().outputs();
        Value[] out = new Value[roots.size()];
        Arrays.setAll(out, i -> Value.zeros(roots.get(i).dtype(), roots.get(i).shape()));
        kernel.run(in, out, workers);
        return Arrays.stream(out)
                .map(v -> Arrays.stream(v.toDoubles())
                        .mapToLong(Double::doubleToLongBits)
                        .toArray())
                .toArray(long[][]::new);
    }

    /** Ordinary numbers, large, small, or with odd ones among them; now and then not contiguous. */
    private static Value operand(Node leaf, int kind, Random random) {
        Value v = Value.zeros(leaf.dtype(), leaf.shape());
        double scale = new double[] {1, 1e25, 1e-41, 1}[kind];
        for (int i = 0; i < leaf.shape().numel(); i++) {
            boolean odd = kind == 3 && random.nextInt(9) == 0;
            put(
                    v,
                    v.offset() + i,
                    odd ? ODD[random.nextInt(ODD.length)] : scale * random.nextGaussian());
        }
        if (random.nextInt(4) > 0) {
            return v;
        }
        int[] order = new int[leaf.shape().rank()];
        Arrays.setAll(order, i -> order.length - 1 - i);
        return v.permute(order).contiguous().permute(order);
    }

    private static void put(Value v, int i, double x) {
        switch (v.dtype()) {
            case FLOAT32 -> v.floats()[i] = (float) x;
            case FLOAT64 -> v.doubles()[i] = x;
            case FLOAT16 -> v.shorts()[i] = Half.toFloat16((float) x);
            case BFLOAT16 -> v.shorts()[i] = Half.toBfloat16((float) x);
            case INT64 -> v.longs()[i] = (long) (x * 10);
            case BOOL -> v.bytes()[i] = (byte) (x > 0 ? 1 : 0);
        }
    }

    @Override
    public void close() {
        one.close();
        two.close();
    }
}
