package org.fusegrad;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.plan.Layouts;
import org.fusegrad.plan.Planner;
import org.fusegrad.run.KernelRuntime;
import org.fusegrad.run.Layout;
import org.fusegrad.run.LruCache;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/**
 * Calls by what they compute and the signature of their operands, in one engine. All of an engine
 * keep to {@link KernelRuntime#plans} together. Safe for all threads: each call is traced once.
 */
final class CallCache {
    private record Operand(DType dtype, Layout layout) {}

    private record Key(Op op, Attrs attrs, Object mode, List<Operand> operands) {
        static Key of(Op op, Attrs attrs, Object mode, Tensor[] in) {
            List<Operand> operands = new ArrayList<>(in.length);
            for (Tensor t : in) {
                operands.add(new Operand(t.value().dtype(), t.value().layout()));
            }
            return new Key(op, attrs, mode, operands);
        }

        boolean isOf(Op op, Attrs attrs, Object mode, Tensor[] in) {
            boolean same = this.op == op
                    && in.length == operands.size()
                    && this.attrs.equals(attrs)
                    && Objects.equals(this.mode, mode);
            for (int i = 0; i < in.length && same; i++) {
                Value v = in[i].value();
                Operand o = operands.get(i);
                same = o.dtype == v.dtype() && o.layout.equals(v.layout());
            }
            return same;
        }
    }

    private record Entry(Key key, Call call) {}

    private final Planner planner;
    private final LruCache<Key, Call> calls;

    /**
     * The last call of each operation, and of the formula: mostly the next one too, found without a
     * key. Threads may overwrite each other's; entries are immutable, so any will do.
     */
    private final Entry[] last = new Entry[Op.values().length + 1];

    CallCache(Planner planner) {
        this.planner = planner;
        this.calls = new LruCache<>(
                planner.runtime().plans(), Call::bytes, () -> Arrays.fill(last, null));
    }

    Planner planner() {
        return planner;
    }

    /** One operation as a call. */
    Call eager(Op op, Attrs attrs, Tensor[] in) {
        Entry entry = last[op.ordinal()];
        return entry != null && entry.key.isOf(op, attrs, null, in)
                ? entry.call
                : find(op.ordinal(), Key.of(op, attrs, null, in), () -> single(op, attrs, in));
    }

    private Call single(Op op, Attrs attrs, Tensor[] in) {
        List<Node> leaves = leaves(in);
        Graph graph = Graph.of(leaves, List.of(Node.of(op, attrs, leaves)));
        MainTrace origin = new MainTrace(op.toString());
        return new Call(
                planner, op.toString(), graph, 1, List.of(), List.of(), layouts(in), null, origin);
    }

    /** The formula these are the calls of; {@code trace} runs if this signature is new. */
    Call traced(Object mode, Tensor[] in, Supplier<Call> trace) {
        int place = last.length - 1;
        Entry entry = last[place];
        return entry != null && entry.key.isOf(null, Attrs.NONE, mode, in)
                ? entry.call
                : find(place, Key.of(null, Attrs.NONE, mode, in), trace);
    }

    private Call find(int place, Key key, Supplier<Call> maker) {
        Call call = made(key, maker);
        last[place] = new Entry(key, call);
        return call;
    }

    /** Makes it a second time if only what can be made again stood in the way of the first. */
    private Call made(Key key, Supplier<Call> maker) {
        try {
            return calls.get(key, maker);
        } catch (OutOfMemoryError e) {
            planner.runtime().makeRoom();
            return calls.get(key, maker);
        }
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
