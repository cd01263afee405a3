package org.fusegrad;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Ints;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.plan.Layouts;
import org.fusegrad.run.KernelRuntime;
import org.fusegrad.run.Value;

/** Calls by what they compute and the signature of their operands, in one engine. Bounded. */
final class CallCache {
    private static final int LIMIT = 8192;

    /** Type, shape and memory order of one operand; {@code strides} is null for row-major. */
    private record Meta(DType dtype, Shape shape, Ints strides) {
        static Meta of(Tensor t) {
            Value v = t.value();
            return new Meta(v.dtype(), v.shape(), v.isContiguous() ? null : Ints.of(v.strides()));
        }
    }

    private record Key(Op op, Attrs attrs, Object mode, List<Meta> operands) {}

    private final KernelRuntime runtime;
    private final Map<Key, Call> calls = new ConcurrentHashMap<>();

    CallCache(KernelRuntime runtime) {
        this.runtime = runtime;
    }

    /** One operation as a call. */
    Call eager(Op op, Attrs attrs, Tensor[] in) {
        Key key = key(op, attrs, null, in);
        Call call = calls.get(key);
        return call != null ? call : put(key, single(op, attrs, in));
    }

    private Call single(Op op, Attrs attrs, Tensor[] in) {
        List<Node> leaves = leaves(in);
        Graph graph = Graph.of(leaves, List.of(Node.of(op, attrs, leaves)));
        return new Call(runtime, op.toString(), graph, 1, List.of(), List.of(), layouts(in), null);
    }

    /** The formula these are the calls of; {@code trace} runs if this signature is new. */
    Call traced(Object mode, Tensor[] in, Supplier<Call> trace) {
        Key key = key(null, Attrs.NONE, mode, in);
        Call call = calls.get(key);
        return call != null ? call : put(key, trace.get());
    }

    private Call put(Key key, Call call) {
        if (calls.size() >= LIMIT) {
            // Dropping everything is rare and cheap: compiled kernels live in the backend's cache.
            calls.clear();
        }
        Call before = calls.putIfAbsent(key, call);
        return before == null ? call : before;
    }

    private static Key key(Op op, Attrs attrs, Object mode, Tensor[] in) {
        List<Meta> operands = new ArrayList<>(in.length);
        for (Tensor t : in) {
            operands.add(Meta.of(t));
        }
        return new Key(op, attrs, mode, operands);
    }

    /** Symbolic arguments for these tensors. */
    static List<Node> leaves(Tensor[] in) {
        List<Node> leaves = new ArrayList<>(in.length);
        for (int i = 0; i < in.length; i++) {
            String name = in[i].name() == null ? "x" + (i == 0 ? "" : i) : in[i].name();
            leaves.add(Node.input(i, in[i].dtype(), in[i].shape(), name));
        }
        return leaves;
    }

    /** The memory order of these tensors. */
    static Layouts layouts(Tensor[] in) {
        int[][] strides = new int[in.length][];
        for (int i = 0; i < in.length; i++) {
            strides[i] = in[i].value().isContiguous() ? null : in[i].value().strides();
        }
        return new Layouts(strides, false);
    }
}
