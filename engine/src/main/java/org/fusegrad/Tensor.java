package org.fusegrad;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.fusegrad.TapeNode.Edge;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

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
    /** What a symbolic tensor stands for, and the trace in which it does. */
    private record Symbol(Node node, MainTrace origin) {}

    private Value value;
    private final Symbol symbol;
    private Edge edge = Edge.NONE;
    private boolean requiresGrad;
    private Tensor grad;
    private String name;
    private TapeNode.Leaf leaf;

    private Tensor(Value value, Symbol symbol) {
        this.value = value;
        this.symbol = symbol;
    }

    // Making tensors.

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

    /** Stands for a node of the formula that is being traced. */
    static Tensor symbolic(Node node) {
        return symbolic(node, Context.get().tracer.origin());
    }

    static Tensor symbolic(Node node, MainTrace origin) {
        return new Tensor(null, new Symbol(node, origin));
    }

    static Tensor recorded(Value value, Edge edge) {
        Tensor t = new Tensor(value, null);
        t.edge = edge;
        t.requiresGrad = edge.node() != null;
        return t;
    }

    // What it is.

    public Shape shape() {
        return symbol != null ? symbol.node.shape() : value.shape();
    }

    /** Size of an axis; negative axes count from the end. */
    public int dim(int axis) {
        return shape().dim(axis);
    }

    public int rank() {
        return shape().rank();
    }

    public DType dtype() {
        return symbol != null ? symbol.node.dtype() : value.dtype();
    }

    /** The name given by {@link #named}, or {@code null}. */
    public String name() {
        return name;
    }

    /** Names this tensor; generated code and listings use the name. */
    public Tensor named(String newName) {
        if (symbol != null) {
            return symbolic(symbol.node.named(newName), symbol.origin);
        }
        name = newName;
        return this;
    }

    Node node() {
        return symbol == null ? null : symbol.node;
    }

    MainTrace origin() {
        return symbol.origin;
    }

    /** Refuses a symbolic tensor where another formula, or none, is at work. */
    void requireOf(MainTrace current) {
        if (symbol.origin != current) {
            throw Misuse.outside(this, symbol.origin, current);
        }
    }

    /** Whether it stands for a value that is not known yet: inside a traced formula. */
    public boolean isSymbolic() {
        return symbol != null;
    }

    /**
     * The value.
     *
     * @throws IllegalStateException if it stands for a value that is not known yet, or its scope
     *     has taken the value back
     */
    public Value value() {
        if (symbol != null) {
            throw Misuse.noValue(this, symbol.origin);
        }
        if (isReleased()) {
            throw Misuse.released(this, value);
        }
        return value;
    }

    boolean isReleased() {
        return value.buffer().isReleased();
    }

    // Gradients.

    /**
     * Whether gradients flow to this tensor.
     *
     * @throws IllegalStateException if it is symbolic: that depends on the call
     */
    public boolean requiresGrad() {
        Tracer tracer = Context.get().tracer;
        if (symbol != null) {
            throw Misuse.onSymbol("requiresGrad()", this, symbol.origin);
        } else if (tracer != null) {
            tracer.depend(new Dependency.Wanted(this));
        }
        return requiresGrad;
    }

    /** Whether gradients flow to it, asked from outside of formulas. */
    boolean wantsGrad() {
        return requiresGrad;
    }

    /** Whether no recorded operation computed it: such a tensor collects gradients if it wants. */
    public boolean isLeaf() {
        return symbol == null && (edge.node() == null || edge.node() instanceof TapeNode.Leaf);
    }

    /**
     * Makes this leaf collect gradients, or stops it; its hooks stay.
     *
     * @throws IllegalArgumentException if the type is not floating
     * @throws IllegalStateException if it was computed from other tensors
     */
    public Tensor requiresGrad(boolean wanted) {
        Misuse.refuseInFormula("requiresGrad(...)", this, edge == Edge.NONE && grad == null);
        if (wanted && !dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "only floating tensors have gradients, not " + dtype());
        }
        TapeRules.requireLeaf(this, "requiresGrad is set on");
        if (wanted && leaf == null) {
            leaf = new TapeNode.Leaf(this);
        }
        requiresGrad = wanted;
        edge = wanted ? new Edge(leaf, 0) : Edge.NONE;
        return this;
    }

    Edge edge() {
        return edge;
    }

    /** The gradient collected so far, or {@code null}. */
    public Tensor grad() {
        if (symbol != null) {
            throw Misuse.onSymbol("grad()", this, symbol.origin);
        }
        return grad;
    }

    /**
     * Sets the collected gradient, or clears it where {@code g} is {@code null}.
     *
     * @throws IllegalArgumentException if it has not this tensor's type and shape
     */
    public void setGrad(Tensor g) {
        Misuse.refuseInFormula("setGrad", this, false);
        if (g != null) {
            TapeRules.requireFits(this, "a gradient ", g);
        }
        Tensor before = grad;
        Transaction.onRollback(() -> grad = before);
        grad = g;
    }

    void accumulate(Tensor g, boolean createGraph) {
        Tensor sum = grad == null ? g : grad.add(g).cast(dtype());
        setGrad(createGraph ? sum : sum.detach());
        Scope scope = Context.get().scope;
        if (scope != null) {
            scope.collects(this);
        }
    }

    /**
     * Calls {@code hook} in each backward with the gradient of this tensor, leaf or computed, once
     * all uses have added to it. Its answer takes the gradient's place, here and below; {@code
     * null} leaves it. An answer of another type or shape fails the backward as a whole.
     *
     * @return removes the hook when it is run
     * @throws IllegalStateException if no gradient flows here, or inside a traced formula
     */
    public Runnable registerHook(UnaryOperator<Tensor> hook) {
        Misuse.refuseInFormula("registerHook", this, false);
        return TapeRules.hook(this, hook);
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
        Misuse.refuseInFormula("backward", this, false);
        Backward.accumulate(this, upstream, retainGraph || createGraph, createGraph);
    }

    /** Gradients of the sum of {@code outputs} with respect to {@code inputs}. */
    public static List<Tensor> grad(List<Tensor> outputs, List<Tensor> inputs) {
        return grad(outputs, inputs, Arrays.asList(new Tensor[outputs.size()]), false);
    }

    /**
     * Gradients of the sum over outputs of {@code <upstream, output>} with respect to some tensors,
     * which may be leaves or intermediate results. Hooks run; leaves collect nothing; what was
     * saved is kept, so that gradients can be asked for again.
     *
     * @param upstream one for each output; {@code null} entries mean 1 for single elements
     * @param createGraph record the gradients, so that they can be differentiated again
     * @return one for each input, {@code null} where no path leads to it
     */
    public static List<Tensor> grad(
            List<Tensor> outputs, List<Tensor> inputs, List<Tensor> upstream, boolean createGraph) {
        return grad(outputs, inputs, upstream, true, createGraph);
    }

    /**
     * As {@link #grad(List, List, List, boolean)}.
     *
     * @param retainGraph keep what was saved; without, the tape is spent, as after a backward
     */
    public static List<Tensor> grad(
            List<Tensor> outputs,
            List<Tensor> inputs,
            List<Tensor> upstream,
            boolean retainGraph,
            boolean createGraph) {
        outputs.forEach(out -> Misuse.refuseInFormula("Tensor.grad", out, false));
        return Backward.gradients(
                outputs, upstream, inputs, retainGraph || createGraph, createGraph);
    }

    /**
     * The gradient of {@code output} with respect to {@code input}; other leaves collect nothing.
     *
     * @param output a single element
     * @return {@code null} where no path leads to the input
     * @throws IllegalArgumentException if the output has several elements
     */
    public static Tensor grad(Tensor output, Tensor input) {
        return grad(List.of(output), List.of(input)).get(0);
    }

    /** Runs {@code work} without recording: no gradients, no state updates. */
    public static void noGrad(Runnable work) {
        recording(false, () -> {
            work.run();
            return null;
        });
    }

    /** Runs {@code work} without recording: no gradients, no state updates. */
    public static <T> T noGrad(Supplier<T> work) {
        return recording(false, work);
    }

    /** Whether operations on this thread are recorded. */
    public static boolean isRecording() {
        Context context = Context.get();
        return context.tracer == null ? context.recording : context.tracer.isRecording();
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
        if (symbol != null || Context.get().tracer != null) {
            return TensorOps.apply(Op.DETACH, Attrs.NONE, this);
        }
        return edge.node() == null ? this : constant(value);
    }

    /**
     * Gives this leaf a new value of the same type and shape: how optimisers update parameters.
     *
     * @throws IllegalStateException if this tensor was computed from others
     */
    public void assign(Tensor next) {
        Misuse.refuseInFormula("assign", this, false);
        TapeRules.requireLeaf(this, "values are assigned to");
        TapeRules.requireFits(this, "", next);
        next.value().buffer().keep();
        Value before = value;
        Transaction.onRollback(() -> value = before);
        value = next.value();
    }

    @Override
    Tensor self() {
        return this;
    }

    /**
     * Type, shape and values, as NumPy prints arrays: {@code float32(2) [1.0, 2.5]}, with more than
     * one axis on lines of their own; of more than a thousand elements the first and last.
     */
    @Override
    public String toString() {
        if (symbol != null) {
            return "traced " + symbol.node;
        }
        String head = dtype() + shape().toString();
        if (isReleased()) {
            return head + " returned by its scope";
        }
        return head + (rank() > 1 ? "\n" : " ") + TensorFormat.of(value);
    }
}
