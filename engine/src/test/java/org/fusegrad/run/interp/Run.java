package org.fusegrad.run.interp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** Runs single operations and graphs for the tests, into memory full of garbage. */
public final class Run {
    private Run() {}

    /** The result of an operation, on one thread; on four, elsewhere in memory, it is the same. */
    static Value op(Op op, Attrs attrs, Value... in) {
        List<Node> leaves = new ArrayList<>();
        for (Value v : in) {
            leaves.add(Node.input(leaves.size(), v.dtype(), v.shape(), null));
        }
        Node node = Node.of(op, attrs, leaves);
        Value one = graph(leaves, List.of(node), 1, 0, in)[0];
        Value four = graph(leaves, List.of(node), 4, 3, in)[0];
        if (!Bits.of(one).equals(Bits.of(four))) {
            throw new AssertionError(op + " depends on the number of threads");
        }
        return one;
    }

    static Value op(Op op, Value... in) {
        return op(op, Attrs.NONE, in);
    }

    /** The outputs of a graph, each at the start of its array. */
    public static Value[] graph(List<Node> inputs, List<Node> outputs, int threads, Value... in) {
        return graph(inputs, outputs, threads, 0, in);
    }

    private static Value[] graph(
            List<Node> inputs, List<Node> outputs, int threads, int offset, Value... in) {
        Graph graph = Graph.of(inputs, outputs);
        Value[] out = new Value[outputs.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = garbage(outputs.get(i).dtype(), outputs.get(i).shape(), offset);
        }
        try (Workers workers = new Workers(threads)) {
            new Interpreter().compile(new KernelGraph("test", graph, false)).run(in, out, workers);
        }
        return out;
    }

    /** A value whose elements are all wrong, at the start of its array. */
    static Value garbage(DType dtype, Shape shape) {
        return garbage(dtype, shape, 0);
    }

    /** A value whose elements are all wrong, somewhere in an array. */
    static Value garbage(DType dtype, Shape shape, int offset) {
        int n = shape.numel() + 2 * offset;
        Object array = switch (dtype) {
            case FLOAT32 -> new float[n];
            case FLOAT64 -> new double[n];
            case INT64 -> new long[n];
            case BOOL -> new byte[n];
            default -> new short[n];
        };
        Value v = new Value(Buffer.wrap(dtype, array), shape, shape.strides(), offset);
        switch (dtype) {
            case FLOAT32 -> Arrays.fill(v.floats(), -12345.5f);
            case FLOAT64 -> Arrays.fill(v.doubles(), -12345.5);
            case INT64 -> Arrays.fill(v.longs(), -12345);
            case BOOL -> Arrays.fill(v.bytes(), (byte) 7);
            default -> Arrays.fill(v.shorts(), (short) 0x4321);
        }
        return v;
    }

    public static Value floats(Shape shape, float... x) {
        return Value.wrap(DType.FLOAT32, x, shape);
    }

    static Value doubles(Shape shape, double... x) {
        return Value.wrap(DType.FLOAT64, x, shape);
    }

    static Value longs(Shape shape, long... x) {
        return Value.wrap(DType.INT64, x, shape);
    }

    static Value bools(Shape shape, int... x) {
        byte[] b = new byte[x.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) x[i];
        }
        return Value.wrap(DType.BOOL, b, shape);
    }

    /** Normal random numbers. */
    public static Value random(DType dtype, long seed, int... dims) {
        Random random = new Random(seed);
        Value v = garbage(dtype, Shape.of(dims));
        for (int i = 0; i < v.shape().numel(); i++) {
            if (dtype == DType.FLOAT32) {
                v.floats()[i] = (float) random.nextGaussian();
            } else {
                v.doubles()[i] = random.nextGaussian();
            }
        }
        return v;
    }

    /** Random numbers of few different values, so that ties occur. */
    static Value ties(long seed, int... dims) {
        Random random = new Random(seed);
        Value v = garbage(DType.FLOAT32, Shape.of(dims));
        for (int i = 0; i < v.shape().numel(); i++) {
            v.floats()[i] = random.nextInt(5) - 2;
        }
        return v;
    }

    /** The sum of products, in double. */
    public static double dot(Value a, Value b) {
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    /** Elements compared bit for bit. */
    record Bits(DType dtype, Shape shape, List<Long> bits) {
        static Bits of(Value v) {
            List<Long> bits = new ArrayList<>();
            for (double x : v.toDoubles()) {
                bits.add(Double.doubleToLongBits(x));
            }
            return new Bits(v.dtype(), v.shape(), bits);
        }
    }
}
