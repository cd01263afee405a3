package org.fusegrad;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.fusegrad.TapeNode.Edge;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;

/**
 * An n-dimensional array that remembers how it was computed. Operations run at once and are
 * recorded on a tape from which {@link #backward} derives gradients; inside a traced formula (see
 * {@link Fused}) the same operations build an expression graph instead. Values never change: what
 * looks like an update,
 * {@link #assign}, gives the tensor a new value and leaves the old one to whoever still needs it.
 *
 * <p>Any number of threads may read and use a tensor. What changes one, {@link #assign}, gradients
 * and the settings of a leaf, is for one thread at a time; so is {@link #backward} of one tape.
 *
 * <p>The operations themselves are in {@link TensorOps}, this class's parent, by group.
 */
public final class Tensor extends TensorOps {
    private Value value;
    private final Node node;
    private Edge edge = Edge.NONE;
    private boolean requiresGrad;
    private Tensor grad;
    private String name;
    private List<UnaryOperator<Tensor>> hooks = List.of();

    private Tensor(Value value, Node node) {
        this.value = value;
        this.node = node;
    }

    // Making tensors.

    /** A 1-d float32 tensor. */
    public static Tensor of(float... values) {
        return of(values, values.length);
    }

    /** A float32 tensor with these elements in row-major order; the array is copied. */
    public static Tensor of(float[] values, int... shape) {
        return wrap(DType.FLOAT32, values, values.length, shape);
    }

    /** A float64 tensor with these elements in row-major order; the array is copied. */
    public static Tensor of(double[] values, int... shape) {
        return wrap(DType.FLOAT64, values, values.length, shape);
    }

    /** An int64 tensor with these elements in row-major order; the array is copied. */
    public static Tensor of(long[] values, int... shape) {
        return wrap(DType.INT64, values, values.length, shape);
    }

    /** A bool tensor with these elements in row-major order. */
    public static Tensor of(boolean[] values, int... shape) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return wrap(DType.BOOL, bytes, bytes.length, shape);
    }

    private static Tensor wrap(DType dtype, Object array, int length, int[] dims) {
        Shape shape = Shape.of(dims);
        if (shape.numel() != length) {
            throw new IllegalArgumentException(
                    length + " values do not fill shape " + shape + " of " + shape.numel());
        }
        return constant(Value.copyOf(dtype, array, shape));
    }

    /** A float32 scalar. */
    public static Tensor scalar(double value) {
        return full(Shape.SCALAR, value, DType.FLOAT32);
    }

    /** A scalar of a type. */
    public static Tensor scalar(double value, DType dtype) {
        return full(Shape.SCALAR, value, dtype);
    }

    /** Float32 zeros. */
    public static Tensor zeros(int... shape) {
        return full(Shape.of(shape), 0, DType.FLOAT32);
    }

    /** Float32 ones. */
    public static Tensor ones(int... shape) {
        return full(Shape.of(shape), 1, DType.FLOAT32);
    }

    /** One value everywhere. */
    public static Tensor full(Shape shape, double value, DType dtype) {
        if (Context.get().tracer != null) {
            return symbolic(Node.constant(value, dtype.compute())).cast(dtype).expand(shape);
        }
        Object array = switch (dtype) {
            case FLOAT64 -> new double[] {value};
            case INT64 -> new long[] {(long) value};
            case BOOL -> new byte[] {(byte) (value != 0 ? 1 : 0)};
            default -> new float[] {(float) value};
        };
        DType stored = dtype.isHalf() ? DType.FLOAT32 : dtype;
        Tensor one = constant(Value.wrap(stored, array, Shape.SCALAR)).cast(dtype);
        return constant(one.value().expand(shape));
    }

    /** The integers 0 … n - 1. */
    public static Tensor arange(int n) {
        long[] values = new long[Shape.of(n).numel()];
        Arrays.setAll(values, i -> i);
        return of(values, n);
    }

    static Tensor constant(Value value) {
        return new Tensor(value, null);
    }

    /** A tensor around a value, without copying it; the value must never be written again. */
    public static Tensor ofValue(Value value) {
        return constant(value);
    }

    static Tensor symbolic(Node node) {
        return new Tensor(null, node);
    }

    static Tensor recorded(Value value, Edge edge) {
        Tensor t = new Tensor(value, null);
        t.edge = edge;
        t.requiresGrad = edge.node() != null;
        return t;
    }

    // What it is.

    public Shape shape() {
        return node != null ? node.shape() : value.shape();
    }

    /** Size of an axis; negative axes count from the end. */
    public int dim(int axis) {
        return shape().dim(axis);
    }

    public int rank() {
        return shape().rank();
    }

    public DType dtype() {
        return node != null ? node.dtype() : value.dtype();
    }

    /** The name given by {@link #named}, or {@code null}. */
    public String name() {
        return name;
    }

    /** Names this tensor; generated code and listings use the name. */
    public Tensor named(String newName) {
        if (node != null) {
            return symbolic(node.named(newName));
        }
        name = newName;
        return this;
    }

    Node node() {
        return node;
    }

    /** Whether it stands for a value that is not known yet: inside a traced formula. */
    public boolean isSymbolic() {
        return node != null;
    }

    /**
     * The value.
     *
     * @throws IllegalStateException inside a traced formula
     */
    public Value value() {
        if (node != null) {
            throw new IllegalStateException("a traced formula cannot look at values: " + node
                    + " is symbolic; use where() instead of a Java condition");
        }
        return value;
    }

    /** The only element, widened to double. */
    public double item() {
        if (shape().numel() != 1) {
            throw new IllegalArgumentException("item() needs one element, shape is " + shape());
        }
        return value().toDoubles()[0];
    }

    /** All elements in row-major order, widened to double. */
    public double[] toDoubles() {
        return value().toDoubles();
    }

    /** All elements of a float32 tensor in row-major order. */
    public float[] toFloats() {
        requireType(DType.FLOAT32);
        Value v = value().contiguous();
        return Arrays.copyOfRange(v.floats(), v.offset(), v.offset() + v.shape().numel());
    }

    /** All elements of an int64 tensor in row-major order. */
    public long[] toLongs() {
        requireType(DType.INT64);
        Value v = value().contiguous();
        return Arrays.copyOfRange(v.longs(), v.offset(), v.offset() + v.shape().numel());
    }

    private void requireType(DType dtype) {
        if (dtype() != dtype) {
            throw new IllegalArgumentException("tensor is " + dtype() + ", not " + dtype);
        }
    }

    // Gradients.

    /** Whether gradients flow to this tensor. */
    public boolean requiresGrad() {
        return requiresGrad;
    }

    /**
     * Makes this leaf collect gradients, or stops it.
     *
     * @throws IllegalArgumentException if the type is not floating
     * @throws IllegalStateException if it was computed from other tensors
     */
    public Tensor requiresGrad(boolean wanted) {
        if (wanted && !dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "only floating tensors have gradients, not " + dtype());
        }
        if (edge.node() != null && !(edge.node() instanceof TapeNode.Leaf)) {
            throw new IllegalStateException(
                    "requiresGrad is set on leaves; this tensor was computed: use detach() first");
        }
        requiresGrad = wanted;
        edge = wanted ? new Edge(new TapeNode.Leaf(this), 0) : Edge.NONE;
        return this;
    }

    Edge edge() {
        return edge;
    }

    /** The gradient collected so far, or {@code null}. */
    public Tensor grad() {
        return grad;
    }

    /** Sets or clears the collected gradient. */
    public void setGrad(Tensor g) {
        Tensor before = grad;
        Transaction.onRollback(() -> grad = before);
        grad = g;
    }

    void accumulate(Tensor g, boolean createGraph) {
        Tensor hooked = g;
        for (UnaryOperator<Tensor> hook : hooks) {
            Tensor changed = hook.apply(hooked);
            hooked = changed == null ? hooked : changed;
        }
        Tensor sum = grad == null ? hooked : grad.add(hooked).cast(dtype());
        setGrad(createGraph ? sum : sum.detach());
    }

    /**
     * Calls {@code hook} with each gradient that reaches this leaf; it may answer another one.
     *
     * @return removes the hook when it is run
     */
    public Runnable registerHook(UnaryOperator<Tensor> hook) {
        List<UnaryOperator<Tensor>> all = new ArrayList<>(hooks);
        all.add(hook);
        hooks = all;
        return () -> hooks = hooks.stream().filter(h -> h != hook).toList();
    }

    /** Adds the gradient of this single element to every leaf below it. */
    public void backward() {
        backward(null, false, false);
    }

    /** Adds the gradient of {@code <upstream, this>} to every leaf below it. */
    public void backward(Tensor upstream) {
        backward(upstream, false, false);
    }

    /**
     * Adds gradients to every leaf below.
     *
     * @param upstream cotangent of this tensor's shape and type; {@code null} for 1
     * @param retainGraph keep what was saved, so that backward can run again
     * @param createGraph record the gradients themselves, so that they can be differentiated
     */
    public void backward(Tensor upstream, boolean retainGraph, boolean createGraph) {
        recording(createGraph, () -> {
            Backward.accumulate(
                    List.of(this),
                    Arrays.asList(upstream),
                    retainGraph || createGraph,
                    createGraph);
            return null;
        });
    }

    /** Gradients of the sum of {@code outputs} with respect to {@code inputs}. */
    public static List<Tensor> grad(List<Tensor> outputs, List<Tensor> inputs) {
        return grad(outputs, inputs, Arrays.asList(new Tensor[outputs.size()]), false);
    }

    /**
     * Gradients of the sum over outputs of {@code <upstream, output>} with respect to some tensors,
     * which may be leaves or intermediate results. Leaves collect nothing.
     *
     * @param upstream one for each output; {@code null} entries mean 1 for single elements
     * @param createGraph record the gradients, so that they can be differentiated again
     * @return one for each input, {@code null} where no path leads to it
     */
    public static List<Tensor> grad(
            List<Tensor> outputs, List<Tensor> inputs, List<Tensor> upstream, boolean createGraph) {
        return recording(
                createGraph,
                () -> Backward.gradients(outputs, upstream, inputs, true, createGraph));
    }

    /** Runs {@code work} without recording: no gradients, no state updates. */
    public static <T> T noGrad(Supplier<T> work) {
        return recording(false, work);
    }

    /** Whether operations on this thread are recorded. */
    public static boolean isRecording() {
        return Context.get().recording;
    }

    /** Runs {@code work} with recording on, as it usually is, or off. */
    public static <T> T recording(boolean on, Supplier<T> work) {
        Context context = Context.get();
        boolean before = context.recording;
        context.recording = on;
        try {
            return work.get();
        } finally {
            context.recording = before;
        }
    }

    /** The same value, cut off from the tape. */
    public Tensor detach() {
        if (node != null || Context.get().tracer != null) {
            return TensorOps.apply(Op.DETACH, Attrs.NONE, this);
        }
        return edge.node() == null ? this : constant(value);
    }

    /** Gives this leaf a new value of the same type and shape: how optimisers update parameters. */
    public void assign(Tensor next) {
        if (!next.shape().equals(shape()) || next.dtype() != dtype()) {
            throw new IllegalArgumentException(
                    "cannot assign " + next.dtype() + next.shape() + " to " + dtype() + shape());
        }
        next.value().buffer().keep();
        Value before = value;
        Transaction.onRollback(() -> value = before);
        value = next.value();
    }

    @Override
    Tensor self() {
        return this;
    }

    /** Type, shape and, for up to 12 elements, the values. */
    @Override
    public String toString() {
        if (node != null) {
            return "traced " + node;
        }
        String data = shape().numel() <= 12 ? " " + Arrays.toString(value.toDoubles()) : "";
        return dtype() + shape().toString() + data;
    }
}
