package org.fusegrad;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.fusegrad.TapeNode.Edge;
import org.fusegrad.grad.Differentiate;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.Node;
import org.fusegrad.plan.Executable;
import org.fusegrad.plan.Layouts;
import org.fusegrad.plan.Planned;
import org.fusegrad.plan.Planner;
import org.fusegrad.run.Once;
import org.fusegrad.run.Value;

/**
 * A traced graph ready to be called on tensors of one signature: its inputs are the arguments, then
 * captured tensors and states; its outputs the results, then the new values of states. Compiled and
 * differentiated on demand, once for each set of operands that wants gradients, however many
 * threads ask.
 */
final class Call {
    /**
     * How gradients for one set of operands are computed: forward with what it saves, and backward.
     */
    record Derivation(
            Executable forward,
            Executable backward,
            Pullback pullback,
            int saved,
            boolean[] kept,
            BitSet wanted) {}

    /** The backward as a graph of its own: of the forward's inputs, then the upstream gradients. */
    record Pullback(
            Graph graph,
            int[] operands,
            List<Object> bindings,
            List<State> effects,
            Once<Call> reverse) {}

    /** About what a node of a graph takes. */
    private static final int NODE_BYTES = 150;

    private final Planner planner;
    private final String name;
    private final Graph graph;
    private final int results;
    private final List<Object> bindings;
    private final List<State> effects;
    private final Layouts layouts;
    private final SharedRows shared;
    private final MainTrace origin;
    private final Retrace retraced = new Retrace();
    private final Map<BitSet, Once<Derivation>> derivations = new ConcurrentHashMap<>();
    private final Map<List<BitSet>, Call> partials = new ConcurrentHashMap<>();
    private final Once<Executable> plain = new Once<>();
    private final Once<Executable> stateful = new Once<>();
    private volatile Derivation last;

    /**
     * A call.
     *
     * @param shared where the rows of a batch shared by replicas are; null if the graph is of this
     *     replica's own tensors
     * @param origin the trace it comes from, which its backward continues
     */
    Call(
            Planner planner,
            String name,
            Graph graph,
            int results,
            List<Object> bindings,
            List<State> effects,
            Layouts layouts,
            SharedRows shared,
            MainTrace origin) {
        this.planner = planner;
        this.name = GraphPrinter.word(name);
        this.graph = graph;
        this.results = results;
        this.bindings = bindings;
        this.effects = effects;
        this.layouts = layouts;
        this.shared = shared;
        this.origin = origin;
    }

    Graph graph() {
        return graph;
    }

    List<Object> bindings() {
        return bindings;
    }

    List<State> effects() {
        return effects;
    }

    Retrace retraced() {
        return retraced;
    }

    String name() {
        return name;
    }

    int results() {
        return results;
    }

    /** Calls the graph on these arguments; records the call where gradients are wanted. */
    Tensor[] invoke(Tensor[] arguments) {
        Context context = Context.get();
        Value[] values = new Value[graph.inputs().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(source(arguments, i), context);
        }
        Derivation d = context.recording ? derivation(arguments) : null;
        if (d == null) {
            Value[] out = forward(context).run(values, allocator(context));
            if (context.recording) {
                commit(context, effects, out, results);
            }
            return wrap(out, null);
        }
        Value[] out = d.forward().run(values, allocator(context));
        commit(context, effects, out, results);
        return wrap(out, new CallNode(this, d, edges(arguments), values, out));
    }

    private Executable forward(Context context) {
        boolean moves = context.recording && !effects.isEmpty();
        return moves ? stateful() : plain();
    }

    /** Computes the results alone. */
    Executable plain() {
        return plain.get(() -> plan(graph.outputs().subList(0, results), name + "_fwd"));
    }

    private Executable stateful() {
        return stateful.get(() -> plan(graph.outputs(), name + "_fwd"));
    }

    private Executable plan(List<Node> outputs, String label) {
        Graph pure = Differentiate.withoutMarkers(Graph.of(graph.inputs(), outputs));
        return counted(
                shared == null
                        ? planner.plan(label, pure, layouts)
                        : planner.plan(label, pure, shared.share(), shared.inputs()));
    }

    /** A plan that this call keeps from now on. */
    private Executable counted(Executable plan) {
        planner.runtime().plans().add(plan.bytes());
        return plan;
    }

    /** About the memory that this and all that was made of it takes. */
    long bytes() {
        long sum = (long) NODE_BYTES * (1 + graph.nodes().size()) + bytes(plain) + bytes(stateful);
        for (Derivation d : derivations()) {
            Pullback p = d.pullback();
            Call reverse = p.reverse().orNull();
            sum += (long) NODE_BYTES * p.graph().nodes().size()
                    + d.forward().bytes()
                    + d.backward().bytes()
                    + (reverse == null ? 0 : reverse.bytes());
        }
        for (Call part : partials.values()) {
            sum += part.bytes();
        }
        return sum;
    }

    private static long bytes(Once<Executable> plan) {
        Executable made = plan.orNull();
        return made == null ? 0 : made.bytes();
    }

    /** Where an input comes from: a {@link Tensor}, a {@link State} or fresh random numbers. */
    private Object source(Tensor[] arguments, int input) {
        return input < arguments.length ? arguments[input] : bindings.get(input - arguments.length);
    }

    static Value value(Object source, Context context) {
        if (source instanceof Draws.Source) {
            return Draws.next(context);
        }
        return source instanceof State s ? s.value(context) : ((Tensor) source).value();
    }

    private Edge[] edges(Tensor[] arguments) {
        Edge[] edges = new Edge[graph.inputs().size()];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = source(arguments, i) instanceof Tensor t ? t.edge() : Edge.NONE;
        }
        return edges;
    }

    private boolean wants(Tensor[] arguments, int input) {
        return source(arguments, input) instanceof Tensor t && t.wantsGrad();
    }

    Executable.Allocator allocator(Context context) {
        return (dtype, length) -> context.allocate(planner.runtime().pool(), dtype, length);
    }

    private Tensor[] wrap(Value[] out, TapeNode producer) {
        Tensor[] tensors = new Tensor[results];
        for (int i = 0; i < results; i++) {
            boolean carries = producer != null && out[i].dtype().isFloating();
            tensors[i] = Tensor.recorded(out[i], carries ? new Edge(producer, i) : Edge.NONE);
        }
        return tensors;
    }

    static void commit(Context context, List<State> effects, Value[] out, int from) {
        for (int i = 0; i < effects.size(); i++) {
            if (context.updates != null) {
                context.updates.write(effects.get(i), out[from + i]);
            } else {
                effects.get(i).assign(out[from + i]);
            }
        }
    }

    /** The derivation for inputs that want gradients, mostly that of the last call; or null. */
    private Derivation derivation(Tensor[] arguments) {
        Derivation before = last;
        boolean any = false;
        boolean same = before != null;
        for (int i = 0; i < graph.inputs().size(); i++) {
            boolean wants = wants(arguments, i);
            any |= wants;
            same = same && before.wanted().get(i) == wants;
        }
        if (same || !any) {
            return any ? before : null;
        }
        BitSet wanted = new BitSet();
        for (int i = 0; i < graph.inputs().size(); i++) {
            wanted.set(i, wants(arguments, i));
        }
        Derivation d = derivation(wanted);
        last = d;
        return d;
    }

    private Derivation derivation(BitSet wanted) {
        return derivations.computeIfAbsent(wanted, w -> new Once<>()).get(() -> derive(wanted));
    }

    private Derivation derive(BitSet wanted) {
        Pullback pullback = pullback(wanted, null);
        Planned planned = shared == null
                ? planner.plan(name, graph, pullback.graph(), layouts)
                : planner.compile(
                        name,
                        Planner.split(
                                graph,
                                pullback.graph(),
                                shared.share(),
                                shared.pullbackInputs(graph.inputs().size())));
        boolean[] kept = new boolean[graph.inputs().size()];
        for (Node node : pullback.graph().nodes()) {
            if (node.attrs() instanceof Attrs.Input in && in.index() < kept.length) {
                kept[in.index()] = true;
            }
        }
        return new Derivation(
                counted(planned.forward()),
                counted(planned.backward()),
                pullback,
                planned.saved(),
                kept,
                wanted);
    }

    /** The gradients that have been derived so far. */
    List<Derivation> derivations() {
        return derivations.values().stream()
                .map(Once::orNull)
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * Differentiates the results by the wanted inputs; declared backwards may read and write
     * states.
     *
     * @param present the results that a gradient has arrived at; null for all
     */
    Pullback pullback(BitSet wanted, BitSet present) {
        List<Node> leaves = new ArrayList<>();
        int[] operands = wanted.stream().toArray();
        for (int i : operands) {
            leaves.add(graph.inputs().get(i));
        }
        List<Node> inputs = new ArrayList<>(graph.inputs());
        List<Node> outputs = graph.outputs().subList(0, results);
        List<Node> upstream = new ArrayList<>();
        for (int i = 0; i < results; i++) {
            Node out = outputs.get(i);
            Node dy = Node.input(inputs.size(), out.dtype(), out.shape(), "dy");
            inputs.add(dy);
            boolean arrives = out.dtype().isFloating() && (present == null || present.get(i));
            upstream.add(arrives ? dy : null);
        }
        Tracer tracer = origin.tracer(inputs);
        List<Node> grads = tracer.trace(() -> Differentiate.gradients(outputs, upstream, leaves));
        List<Node> roots = new ArrayList<>();
        for (int i = 0; i < leaves.size(); i++) {
            Node g = grads.get(i);
            roots.add(g == null ? leaves.get(i).zeros() : g);
        }
        roots.addAll(tracer.writes().values());
        return new Pullback(
                Graph.of(tracer.inputs(), roots),
                operands,
                tracer.bindings(),
                List.copyOf(tracer.writes().keySet()),
                new Once<>());
    }

    /** The pullback as a call, for gradients that are recorded themselves. */
    Call reverse(Pullback pullback) {
        return pullback.reverse().get(() -> call(pullback));
    }

    private Call call(Pullback pullback) {
        return new Call(
                planner,
                name + "_bwd",
                pullback.graph(),
                pullback.operands().length,
                pullback.bindings(),
                pullback.effects(),
                layouts,
                shared == null ? null : shared.pullback(graph.inputs().size(), pullback),
                origin);
    }

    /**
     * The pullback of some results as a call. The others are left out, not given gradients of 0,
     * which slopes that are infinite would make NaN of.
     *
     * @param present the results that a gradient has arrived at
     */
    Call partial(BitSet wanted, BitSet present) {
        return partials.computeIfAbsent(
                List.of(wanted, present), key -> call(pullback(wanted, present)));
    }

    /** Operands a gradient may be wanted for: floating arguments and captured parameters. */
    BitSet differentiable(Tensor[] arguments) {
        BitSet wanted = new BitSet();
        for (int i = 0; i < arguments.length; i++) {
            wanted.set(i, arguments[i].dtype().isFloating());
        }
        for (int i = 0; i < bindings.size(); i++) {
            if (bindings.get(i) instanceof Tensor t && t.wantsGrad()) {
                wanted.set(arguments.length + i);
            }
        }
        return wanted;
    }

    Explanation explain(String title, BitSet wanted) {
        Derivation d = derivation(wanted);
        return new Explanation(title, graph, d.pullback().graph(), d.forward(), d.backward());
    }
}
