package org.fusegrad;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * Records a formula as an expression graph. Arguments are symbolic; a tensor from outside becomes
 * an input bound to that tensor, a state an input bound to that state, and a write an extra output.
 */
final class Tracer {
    /**
     * Where a graph input that is no argument takes its value from: a {@link Tensor} or a {@link
     * State}.
     */
    private final List<Object> bindings = new ArrayList<>();

    private final List<Node> inputs = new ArrayList<>();
    private final Map<Object, Node> bound = new IdentityHashMap<>();
    private final Map<State, Node> writes = new LinkedHashMap<>();

    /** Starts with the leaves that already exist, in order. */
    Tracer(List<Node> arguments) {
        inputs.addAll(arguments);
    }

    <T> T trace(Supplier<T> formula) {
        Context context = Context.get();
        Tracer before = context.tracer;
        context.tracer = this;
        try {
            return formula.get();
        } finally {
            context.tracer = before;
        }
    }

    Tensor record(Op op, Attrs attrs, Tensor... in) {
        List<Node> operands = new ArrayList<>(in.length);
        for (Tensor t : in) {
            operands.add(node(t));
        }
        return Tensor.symbolic(Node.of(op, attrs, operands));
    }

    /** The node a tensor stands for in this trace. */
    Node node(Tensor tensor) {
        Node node = tensor.node();
        return node != null
                ? node
                : bound.computeIfAbsent(
                        tensor, t -> bind(t, tensor.dtype(), tensor.shape(), tensor.name()));
    }

    Tensor read(State state) {
        Node written = writes.get(state);
        if (written != null) {
            return Tensor.symbolic(written);
        }
        return Tensor.symbolic(bound.computeIfAbsent(
                state, s -> bind(s, state.value().dtype(), state.value().shape(), state.name())));
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
