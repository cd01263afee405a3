package org.fusegrad;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * Records a formula as an expression graph. Arguments are symbolic; a tensor from outside becomes
 * an input bound to that tensor, a state an input bound to that state, and a write an extra output.
 */
final class Tracer {
    /**
     * Where a graph input that is no argument takes its value from: a {@link Tensor}, a {@link
     * State} or a {@link Draws.Source}.
     */
    private final List<Object> bindings = new ArrayList<>();

    private final List<Node> inputs = new ArrayList<>();
    private final Map<Object, Node> bound = new IdentityHashMap<>();
    private final Map<State, Node> writes = new LinkedHashMap<>();

    private final Set<Dependency> dependencies = new LinkedHashSet<>();
    private final Set<Object> made = Collections.newSetFromMap(new IdentityHashMap<>());
    private final MainTrace origin;
    private boolean recordsOutside;

    /** Starts with the leaves that already exist, in order. */
    Tracer(MainTrace origin, List<Node> arguments) {
        this.origin = origin;
        inputs.addAll(arguments);
    }

    /** Runs a formula on symbolic tensors, and writes down what it has looked at. */
    <T> T trace(Supplier<T> formula) {
        Context context = Context.get();
        Tracer before = context.tracer;
        recordsOutside = context.recording;
        context.tracer = this;
        context.recording = true;
        try {
            return formula.get();
        } finally {
            context.tracer = before;
            context.recording = recordsOutside;
            origin.dependencies().addAll(dependencies);
        }
    }

    Tensor record(Op op, Attrs attrs, Tensor... in) {
        List<Node> operands = new ArrayList<>(in.length);
        for (Tensor t : in) {
            operands.add(node(t));
        }
        Node node = Node.of(op, attrs, operands);
        // Where the formula itself says noGrad: nothing flows back, as if it ran eagerly.
        boolean cut = !Context.get().recording && op != Op.DETACH;
        return Tensor.symbolic(cut ? Node.of(Op.DETACH, Attrs.NONE, node) : node);
    }

    /**
     * The node a tensor stands for in this trace.
     *
     * @throws IllegalStateException if it belongs to another trace
     */
    Node node(Tensor tensor) {
        if (tensor.isSymbolic()) {
            tensor.requireOf(origin);
            return tensor.node();
        }
        return bound.computeIfAbsent(
                tensor, t -> bind(t, tensor.dtype(), tensor.shape(), tensor.name()));
    }

    /** The formula looks at something that may change. */
    void depend(Dependency on) {
        // What the formula makes itself it makes again in each trace.
        if (!made.contains(on)) {
            dependencies.add(on);
        }
    }

    /** The formula has made this while it was traced. */
    void made(Object thing) {
        made.add(thing);
    }

    /** Whether gradients are recorded, as the formula sees it when it asks. */
    boolean isRecording() {
        if (!Context.get().recording) {
            return false;
        }
        depend(Dependency.Recording.HERE);
        return recordsOutside;
    }

    MainTrace origin() {
        return origin;
    }

    /** Whether the formula has used a tensor from outside. */
    boolean captures(Tensor tensor) {
        return bound.containsKey(tensor);
    }

    Tensor read(State state) {
        Node written = writes.get(state);
        if (written != null) {
            return Tensor.symbolic(written);
        }
        return Tensor.symbolic(bound.computeIfAbsent(
                state, s -> bind(s, state.value().dtype(), state.value().shape(), state.name())));
    }

    /** The key of a random tensor, which each call draws for itself. */
    Tensor draw() {
        return Tensor.symbolic(bind(new Draws.Source(), DType.INT64, Shape.of(2), "key"));
    }

    /** Whether the formula draws random numbers. */
    boolean draws() {
        return bindings.stream().anyMatch(Draws.Source.class::isInstance);
    }

    void write(State state, Tensor next) {
        writes.put(state, Node.of(Op.DETACH, Attrs.NONE, node(next)));
    }

    private Node bind(Object source, DType dtype, Shape shape, String name) {
        Node leaf = Node.input(inputs.size(), dtype, shape, name);
        inputs.add(leaf);
        bindings.add(source);
        return leaf;
    }

    List<Node> inputs() {
        return inputs;
    }

    List<Object> bindings() {
        return bindings;
    }

    Map<State, Node> writes() {
        return writes;
    }
}
