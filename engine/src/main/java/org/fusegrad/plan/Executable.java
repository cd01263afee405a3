package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Sizes;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.KernelException;
import org.fusegrad.run.KernelRuntime;
import org.fusegrad.run.Layout;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/**
 * A planned graph: kernels and views in order, each reading and filling numbered slots. The first
 * slots are the graph's inputs.
 */
public final class Executable {
    /** Where buffers for results come from. */
    @FunctionalInterface
    public interface Allocator {
        Buffer allocate(DType dtype, int length);
    }

    /** One action of an executable. */
    sealed interface Step permits Call, ViewStep, Constant {}

    /** One kernel call. */
    record Call(
            String name,
            Supplier<KernelGraph> source,
            Kernel kernel,
            int[] from,
            int[] to,
            Made[] made)
            implements Step {
        Call(KernelGraph graph, Kernel kernel, int[] from, int[] to) {
            this(
                    graph.name(),
                    () -> graph,
                    kernel,
                    from,
                    to,
                    Made.of(graph.graph().outputs()));
        }

        KernelGraph graph() {
            return source.get();
        }

        /** What the kernel moves; worked out for those who ask. */
        Traffic traffic() {
            KernelGraph g = graph();
            return g.fused() ? KernelSchedule.of(g).traffic() : Traffic.once(g.graph());
        }

        /** The same at other sizes; the graph is made for those who ask. */
        Call at(Sizes sizes, KernelRuntime runtime) {
            Supplier<KernelGraph> resized = () -> graph().at(sizes);
            Kernel other = kernel.at(sizes);
            if (other == null) {
                KernelGraph graph = resized.get();
                return new Call(graph, runtime.compile(graph), from, to);
            }
            Made[] resizedMade = Arrays.stream(made).map(m -> m.at(sizes)).toArray(Made[]::new);
            return new Call(name, resized, other, from, to, resizedMade);
        }
    }

    /** What a kernel fills. */
    record Made(DType dtype, Layout layout) {
        static Made[] of(List<Node> roots) {
            return roots.stream()
                    .map(n -> new Made(n.dtype(), Layout.rowMajor(n.shape())))
                    .toArray(Made[]::new);
        }

        Made at(Sizes sizes) {
            return new Made(dtype, Layout.rowMajor(sizes.shape(layout.shape())));
        }

        Value in(Allocator allocator) {
            return new Value(allocator.allocate(dtype, layout.shape().numel()), layout, 0);
        }
    }

    /** A constant of the plan. */
    record Constant(Node node, Value value, int to) implements Step {
        Constant(Node node, int to) {
            this(node, value(node), to);
        }

        private static Value value(Node node) {
            double v = node.constValue();
            Object array = switch (node.dtype()) {
                case FLOAT32 -> new float[] {(float) v};
                case FLOAT64 -> new double[] {v};
                case INT64 -> new long[] {(long) v};
                case BOOL -> new byte[] {(byte) (v == 0 ? 0 : 1)};
                default -> throw new AssertionError("constants are never stored in half precision");
            };
            return Value.wrap(node.dtype(), array, node.shape());
        }
    }

    /** About what a step takes, a kernel, and a node of a kernel. */
    private static final int STEP_BYTES = 150;

    private static final int KERNEL_BYTES = 2_500;
    private static final int NODE_BYTES = 300;

    private final String name;
    private final KernelRuntime runtime;
    private final Step[] steps;
    private final int[] outputs;
    private final int slots;

    Executable(String name, KernelRuntime runtime, List<Step> steps, int[] outputs, int slots) {
        this.name = name;
        this.runtime = runtime;
        this.steps = steps.toArray(Step[]::new);
        this.outputs = outputs;
        this.slots = slots;
    }

    /** This plan at other sizes. */
    Executable at(Sizes sizes) {
        List<Step> resized = new ArrayList<>(steps.length);
        for (Step step : steps) {
            if (step instanceof Call call) {
                resized.add(call.at(sizes, runtime));
            } else if (step instanceof ViewStep view) {
                resized.add(view.at(sizes));
            } else if (step instanceof Constant constant) {
                Node node = sizes.node(constant.node(), List.of());
                resized.add(new Constant(node, constant.to()));
            }
        }
        return new Executable(name, runtime, resized, outputs, slots);
    }

    /**
     * Computes the outputs from the inputs; inputs that nothing reads may be null.
     *
     * @throws IllegalStateException if the engine is closed
     * @throws KernelException naming the kernel that broke off, in whatever thread
     * @throws OutOfMemoryError naming the kernel; whatever was pooled or planned has been let go
     */
    public Value[] run(Value[] inputs, Allocator allocator) {
        runtime.workers().requireOpen();
        Value[] at = new Value[slots];
        System.arraycopy(inputs, 0, at, 0, inputs.length);
        for (Step step : steps) {
            if (step instanceof Call call) {
                runWithRoom(call, at, allocator);
            } else if (step instanceof ViewStep view) {
                view.run(at);
            } else if (step instanceof Constant constant) {
                at[constant.to()] = constant.value();
            }
        }
        Value[] results = new Value[outputs.length];
        for (int i = 0; i < results.length; i++) {
            results[i] = at[outputs[i]];
        }
        return results;
    }

    /** Runs a kernel, a second time if only spare memory stood in the way of the first. */
    private void runWithRoom(Call call, Value[] at, Allocator allocator) {
        try {
            run(call, at, allocator);
        } catch (OutOfMemoryError first) {
            runtime.makeRoom();
            try {
                run(call, at, allocator);
            } catch (OutOfMemoryError e) {
                throw new OutOfMemoryError("kernel " + call.name()
                        + " has not enough memory (" + e.getMessage()
                        + "): raise -Xmx or take smaller batches");
            }
        }
    }

    private void run(Call call, Value[] at, Allocator allocator) {
        Value[] in = new Value[call.from().length];
        for (int i = 0; i < in.length; i++) {
            in[i] = at[call.from()[i]];
        }
        Value[] out = new Value[call.to().length];
        for (int i = 0; i < out.length; i++) {
            out[i] = call.made()[i].in(allocator);
        }
        try {
            runtime.run(call.kernel(), in, out);
        } catch (IndexOutOfBoundsException | NullPointerException | ClassCastException e) {
            // No operation throws these at its user: they are faults of the kernel itself.
            throw new KernelException("kernel " + call.name() + " failed: " + e, e);
        }
        for (int i = 0; i < out.length; i++) {
            at[call.to()[i]] = out[i];
        }
    }

    /** Kernels in order of execution. */
    public List<KernelGraph> kernels() {
        return calls().map(Call::graph).toList();
    }

    /** What each kernel moves, in order of execution. */
    public List<Traffic> traffic() {
        return calls().map(Call::traffic).toList();
    }

    /** About the memory it takes, without generated code. */
    public long bytes() {
        long sum = (long) STEP_BYTES * (1 + steps.length);
        for (Step step : steps) {
            if (step instanceof Call call) {
                long nodes = call.graph().graph().nodes().size();
                sum += KERNEL_BYTES + NODE_BYTES * nodes + call.kernel().bytes();
            }
        }
        return sum;
    }

    private Stream<Call> calls() {
        return Arrays.stream(steps).filter(Call.class::isInstance).map(Call.class::cast);
    }

    /** Kernels with their scans and bytes, and the graph of each. */
    public String explain() {
        StringBuilder text = new StringBuilder(name + ": " + kernels().size() + " kernel(s)\n");
        calls().forEach(call -> text.append("  ")
                .append(call.graph().name())
                .append("  ")
                .append(call.traffic())
                .append('\n')
                .append(call.graph().graph().toString().indent(4)));
        return text.toString();
    }

    /** What the backend made of each kernel. */
    public String source() {
        StringBuilder text = new StringBuilder();
        calls().forEach(call -> text.append("// kernel ")
                .append(call.graph().name())
                .append('\n')
                .append(call.kernel().describe())
                .append('\n'));
        return text.toString();
    }
}
