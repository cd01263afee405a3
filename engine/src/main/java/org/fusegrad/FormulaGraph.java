package org.fusegrad;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fusegrad.grad.Differentiate;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;

/**
 * A formula as a graph, for tools that look into formulas: nothing is planned or compiled.
 * {@link #gradient} is a formula again, so gradients of any order are graphs too.
 */
public final class FormulaGraph {
    private final Graph graph;
    private final List<Object> sources;
    private final Map<State, Node> writes;
    private final MainTrace origin;

    FormulaGraph(Graph graph, List<Object> sources, Map<State, Node> writes, MainTrace origin) {
        this.graph = graph;
        this.sources = sources.stream().map(FormulaGraph::fixed).toList();
        this.writes = writes;
        this.origin = origin;
    }

    private static Object fixed(Object source) {
        return source instanceof Draws.Source ? Tensor.constant(Draws.next(Context.get())) : source;
    }

    /** The formula; its outputs are the results, without the new values of states. */
    public Graph graph() {
        return graph;
    }

    /**
     * Where the graph's inputs take their values from, in order: a {@link Tensor}, which is an
     * argument, a captured tensor or an upstream gradient, or a {@link State}. The key of random
     * numbers is a tensor too, drawn when the graph was made: its numbers are always the same.
     */
    public List<Object> sources() {
        return sources;
    }

    /** States the formula reads or writes. */
    public List<State> states() {
        List<State> states = new ArrayList<>(writes.keySet());
        for (Object source : sources) {
            if (source instanceof State s && !states.contains(s)) {
                states.add(s);
            }
        }
        return states;
    }

    /**
     * Gradients of the sum over results of {@code <upstream, result>}.
     *
     * @param wrt sources to differentiate by; one gradient for each, zeros where no path leads
     * @param upstream one for each result, {@code null} for those without; they become sources
     */
    public FormulaGraph gradient(List<Tensor> wrt, List<Tensor> upstream) {
        List<Node> inputs = new ArrayList<>(graph.inputs());
        List<Object> from = new ArrayList<>(sources);
        List<Node> dys = new ArrayList<>();
        for (Tensor u : upstream) {
            dys.add(u == null ? null : leaf(u, inputs, from));
        }
        Tracer tracer = tracer(inputs);
        List<Node> leaves = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            boolean wanted = false;
            for (Tensor t : wrt) {
                wanted |= t == sources.get(i);
            }
            leaves.add(wanted ? graph.inputs().get(i) : null);
        }
        List<Node> wanted = leaves.stream().filter(java.util.Objects::nonNull).toList();
        List<Node> found =
                tracer.trace(() -> Differentiate.gradients(graph.outputs(), dys, wanted));
        List<Node> results = new ArrayList<>();
        for (Tensor t : wrt) {
            results.add(total(t, leaves, wanted, found));
        }
        return of(tracer, from, results);
    }

    /** The sum over the leaves that stand for one tensor. */
    private Node total(Tensor t, List<Node> leaves, List<Node> wanted, List<Node> found) {
        Node sum = null;
        for (int i = 0; i < leaves.size(); i++) {
            Node g = sources.get(i) == t ? found.get(wanted.indexOf(leaves.get(i))) : null;
            sum = sum == null || g == null ? (g == null ? sum : g) : sum.add(g);
        }
        return sum == null
                ? Node.constant(0, t.dtype().compute()).cast(t.dtype()).expand(t.shape())
                : sum;
    }

    /**
     * What the backward declared by a node of this graph answers to an upstream gradient.
     *
     * @param custom a node with declared backward
     */
    public FormulaGraph declared(Node custom, Tensor upstream) {
        List<Node> inputs = new ArrayList<>(graph.inputs());
        List<Object> from = new ArrayList<>(sources);
        Node dy = leaf(upstream, inputs, from);
        Tracer tracer = tracer(inputs);
        List<Node> answers = new ArrayList<>(
                tracer.trace(() -> ((Attrs.Custom) custom.attrs()).rule().pullback(dy)));
        for (int i = 0; i < answers.size(); i++) {
            Node operand = custom.input(i + 1);
            answers.set(i, answers.get(i) == null ? operand.zeros() : answers.get(i));
        }
        return of(tracer, from, answers);
    }

    private static Node leaf(Tensor t, List<Node> inputs, List<Object> from) {
        Node leaf = Node.input(inputs.size(), t.dtype(), t.shape(), "dy");
        inputs.add(leaf);
        from.add(t);
        return leaf;
    }

    /** A backward runs when the forward has written its states, and reads what that wrote. */
    private Tracer tracer(List<Node> inputs) {
        Tracer tracer = origin.tracer(inputs);
        tracer.writes().putAll(writes);
        return tracer;
    }

    private FormulaGraph of(Tracer tracer, List<Object> from, List<Node> results) {
        from.addAll(tracer.bindings());
        return new FormulaGraph(Graph.of(tracer.inputs(), results), from, tracer.writes(), origin);
    }
}
