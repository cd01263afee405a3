package org.fusegrad.codegen.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.run.interp.Interpreter;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * Runs an operation in every form on several numbers of threads and compares with the interpreter.
 */
final class SameBits {
    private static final List<Contractions> FORMS = new ArrayList<>();
    private static final List<Workers> WORKERS = new ArrayList<>();

    static {
        FORMS.add(new Contractions(0, new JaninoCompiler()));
        for (int bits : new int[] {128, 256, 512}) {
            if (bits <= SimdSupport.get().bits()) {
                Contractions vector = new Contractions(bits, new JaninoCompiler());
                vector.promote();
                FORMS.add(vector);
            }
        }
        for (int threads = 1; threads <= 3; threads++) {
            WORKERS.add(new Workers(threads));
        }
    }

    private SameBits() {}

    /** The kernel's graph of one operation. */
    static KernelGraph graph(Op op, Attrs attrs, Value... in) {
        List<Node> leaves = new ArrayList<>();
        for (Value v : in) {
            leaves.add(Node.input(leaves.size(), v.dtype(), v.shape(), null));
        }
        Node node = Node.of(op, attrs, leaves);
        return new KernelGraph("test", Graph.of(leaves, List.of(node)), false);
    }

    /** Checks one operation and returns its result. */
    static Value check(Op op, Attrs attrs, Value... in) {
        KernelGraph graph = graph(op, attrs, in);
        Value want = run(new Interpreter().compile(graph), graph, WORKERS.get(1), in);
        for (int f = 0; f < FORMS.size(); f++) {
            assertTrue(FORMS.get(f).covers(graph));
            Kernel kernel = FORMS.get(f).compile(graph);
            for (Workers workers : WORKERS) {
                Value got = run(kernel, graph, workers, in);
                int form = f;
                for (int i = 0; i < want.shape().numel(); i++) {
                    int at = i;
                    assertEquals(
                            Float.floatToIntBits(want.floats()[i]),
                            Float.floatToIntBits(got.floats()[i]),
                            () -> op + " " + attrs + " " + Arrays.toString(in) + " form " + form
                                    + " threads " + workers.size() + " element " + at + ": "
                                    + want.floats()[at] + " and " + got.floats()[at]);
                }
            }
        }
        return want;
    }

    private static Value run(Kernel kernel, KernelGraph graph, Workers workers, Value... in) {
        Shape shape = graph.graph().outputs().get(0).shape();
        Value out = Value.wrap(DType.FLOAT32, new float[shape.numel()], shape);
        Arrays.fill(out.floats(), -12345.5f);
        kernel.run(in, new Value[] {out}, workers);
        return out;
    }

    /** Normal random numbers. */
    static Value random(long seed, int... dims) {
        Random random = new Random(seed);
        Shape shape = Shape.of(dims);
        Value v = Value.wrap(DType.FLOAT32, new float[shape.numel()], shape);
        for (int i = 0; i < v.shape().numel(); i++) {
            v.floats()[i] = (float) random.nextGaussian();
        }
        return v;
    }

    /** Random numbers, among them zeros of both signs, tiny ones, infinities and NaN. */
    static Value wild(long seed, int... dims) {
        Value v = random(seed, dims);
        float[] odd = {
            0f,
            -0f,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            1e-30f,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY
        };
        Random random = new Random(seed);
        int n = v.shape().numel();
        for (int i = 0; i < n / 5; i++) {
            v.floats()[random.nextInt(n)] = odd[random.nextInt(5)];
        }
        for (int i = 0; i < n / 40 + 1 && n > 0; i++) {
            v.floats()[random.nextInt(n)] = odd[random.nextInt(odd.length)];
        }
        return v;
    }

    /** The same elements as a view in which every second element of a longer last axis counts. */
    static Value spread(Value v) {
        int rank = v.shape().rank();
        int[] strides = v.shape().strides();
        for (int i = 0; i < rank; i++) {
            strides[i] *= 2;
        }
        float[] x = new float[2 * v.shape().numel() + 3];
        Arrays.fill(x, Float.NaN);
        for (int i = 0; i < v.shape().numel(); i++) {
            x[3 + 2 * i] = v.floats()[i];
        }
        Value all = Value.wrap(DType.FLOAT32, x, Shape.of(x.length));
        return new Value(all.buffer(), v.shape(), strides, 3);
    }

    /** The same elements with the axes stored in another order. */
    static Value stored(Value v, int... order) {
        int[] inverse = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            inverse[order[i]] = i;
        }
        return v.permute(order).contiguous().permute(inverse);
    }
}
