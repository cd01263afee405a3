package org.fusegrad.codegen;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.fusegrad.Explanation;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;

/** A program that prints what a call of each layer's kernels allocates once they are warm. */
final class WarmKernels {
    private static final int CALLS = 100;
    private static final int ROUNDS = 2000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** They run before the layers after them by name, whose vectors must stay known to the JVM. */
    private static final List<Activation> FUNCTIONS =
            List.of(Activation.SIGMOID, Activation.SILU, Activation.TANH, Activation.SOFTPLUS);

    /**
     * Layers whose kernels run one after the other in one JVM. What it learns from many unlike ones
     * can make it forget the class of a vector in the next.
     */
    enum Group {
        ROWS,
        COLUMNS,
        HALF
    }

    private static final Map<Group, Map<String, Supplier<Explanation>>> LAYERS =
            new EnumMap<>(Group.class);

    static {
        row("bn, relu", () -> new BatchNorm2d(4).explain(images(), Activation.RELU));
        for (Activation function : FUNCTIONS) {
            row("bn, " + function, () -> new BatchNorm2d(4).explain(images(), function));
        }
        row("layer norm", () -> new LayerNorm(101).explain(Tensor.zeros(70, 101), Activation.NONE));
        row(
                "layer norm of long rows",
                () -> new LayerNorm(769).explain(Tensor.zeros(70, 769), Activation.RELU));
        row(
                "rms norm of long rows",
                () -> new RMSNorm(1000).explain(Tensor.zeros(70, 1000), Activation.NONE));
        row(
                "instance norm of long rows",
                () -> new InstanceNorm(3).explain(Tensor.zeros(2, 3, 24, 24), Activation.NONE));
        row("group norm", () -> new GroupNorm(2, 4).explain(images(), Activation.NONE));
        row("iebn", () -> new IEBN2d(4).explain(images(), Activation.NONE));
        row("mabn", () -> new MABN2d(4, MABNWindow.of(3, 3)).explain(images(), Activation.NONE));
        layer(
                Group.COLUMNS,
                "bn of more columns than are held",
                () -> new BatchNorm2d(67).explain(channelsLast(67), Activation.NONE));
        layer(
                Group.COLUMNS,
                "bn of columns",
                () -> new BatchNorm2d(64).explain(channelsLast(64), Activation.RELU));
        layer(
                Group.HALF,
                "bn of half precision",
                () -> new BatchNorm2d(4).explain(images().cast(DType.BFLOAT16), Activation.NONE));
        layer(
                Group.HALF,
                "bn of columns of half precision",
                () -> new BatchNorm2d(62)
                        .explain(channelsLast(62).cast(DType.BFLOAT16), Activation.NONE));
        layer(
                Group.HALF,
                "bn of more columns of half precision than are held",
                () -> new BatchNorm2d(67)
                        .explain(channelsLast(67).cast(DType.BFLOAT16), Activation.NONE));
        layer(
                Group.HALF,
                "layer norm of half precision",
                () -> new LayerNorm(101)
                        .explain(Tensor.zeros(70, 101).cast(DType.BFLOAT16), Activation.NONE));
    }

    private WarmKernels() {}

    private static void row(String name, Supplier<Explanation> formula) {
        layer(Group.ROWS, name, formula);
    }

    private static void layer(Group group, String name, Supplier<Explanation> formula) {
        LAYERS.computeIfAbsent(group, g -> new TreeMap<>()).put(name, formula);
    }

    /** How many layers a group has. */
    static int size(Group group) {
        return LAYERS.get(group).size();
    }

    /** With an array of its own: zeros are one element at strides of 0 and cannot be permuted. */
    private static Tensor channelsLast(int channels) {
        float[] values = new float[2 * 9 * 11 * channels];
        return Tensor.of(values, 2, 9, 11, channels).permute(0, 3, 1, 2);
    }

    private static Tensor images() {
        return Tensor.zeros(3, 4, 9, 11);
    }

    /**
     * Lane width in bits (0 for scalar code), number of threads, bytes that are few enough, and a
     * group of layers.
     */
    public static void main(String[] args) throws InterruptedException {
        int bits = Integer.parseInt(args[0]);
        long enough = Long.parseLong(args[2]);
        Map<String, Supplier<Explanation>> layers = LAYERS.get(Group.valueOf(args[3]));
        try (Workers workers = new Workers(Integer.parseInt(args[1]))) {
            for (Map.Entry<String, Supplier<Explanation>> layer : layers.entrySet()) {
                for (KernelGraph graph : Forms.kernels(layer.getValue())) {
                    System.out.println(layer.getKey() + ", kernel " + graph.name() + ", " + bits
                            + " bits: " + leastBytes(graph, bits, workers, enough));
                }
            }
        }
    }

    private static long leastBytes(KernelGraph graph, int bits, Workers workers, long enough)
            throws InterruptedException {
        Kernel kernel = new Forms(new JaninoCompiler()).kernel(graph, bits);
        Value[] in = values(graph.graph().inputs());
        Value[] out = values(graph.graph().outputs());
        return leastBytes(() -> kernel.run(in, out, workers), enough);
    }

    /** The least that a call allocates on this thread; falls as the JVM compiles what it runs. */
    static long leastBytes(Runnable call, long enough) throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least > enough; round++) {
            long before = allocated();
            for (int i = 0; i < CALLS; i++) {
                call.run();
            }
            least = Math.min(least, (allocated() - before) / CALLS);
            Thread.sleep(1);
        }
        return least;
    }

    private static long allocated() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static Value[] values(List<Node> nodes) {
        return nodes.stream().map(n -> Value.zeros(n.dtype(), n.shape())).toArray(Value[]::new);
    }
}
