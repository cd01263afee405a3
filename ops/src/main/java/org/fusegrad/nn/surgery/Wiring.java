package org.fusegrad.nn.surgery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.fusegrad.Fused;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.Trace;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.nn.Foldable;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.norm.Norm;

/**
 * A map of which layer feeds which norm, read from a trace of the whole model. The trace holds
 * every use of every value, and a model that looks at values cannot be traced, so no use can be
 * overlooked.
 */
final class Wiring {
    /** A call of a module: the values that went in and came out. */
    private record Call(Module module, Node x, Node y) {}

    /** The layer that feeds a norm and nothing else, or why there is none. */
    sealed interface Source {}

    /**
     * A layer whose result goes to the norm alone.
     *
     * @param input stands for its input: type and shape
     */
    record Layer(String path, Foldable layer, Node input) implements Source {}

    /** A sentence about the norm. */
    record None(String why) implements Source {}

    private final Map<Module, List<String>> paths = new IdentityHashMap<>();
    private final Map<Module, List<Call>> calls = new IdentityHashMap<>();
    private final Map<Node, Call> producers = new IdentityHashMap<>();
    private final Map<Node, List<Node>> users = new IdentityHashMap<>();
    private final Map<Object, Node> leaves = new IdentityHashMap<>();
    private final List<Node> ends = new ArrayList<>();

    private Wiring(Module model, Tensor sample) {
        model.places()
                .forEach((path, m) ->
                        paths.computeIfAbsent(m, k -> new ArrayList<>()).add(path));
        List<Module> order = new ArrayList<>();
        Trace trace = trace(model, sample, order);
        List<Node> results = trace.results();
        for (int i = 0; i < order.size(); i++) {
            Call call = new Call(order.get(i), results.get(2 * i + 1), results.get(2 * i + 2));
            calls.computeIfAbsent(call.module(), k -> new ArrayList<>()).add(call);
            if (call.module() instanceof Foldable) {
                producers.put(call.y(), call);
            }
        }
        ends.add(results.get(0));
        ends.addAll(trace.writes());
        for (Node node : Graph.topological(ends)) {
            node.inputs().forEach(in -> uses(in).add(node));
        }
        trace.sources().forEach((leaf, source) -> leaves.put(source, leaf));
    }

    /**
     * Traces a model.
     *
     * @throws RuntimeException what the model throws on symbolic tensors
     */
    static Wiring of(Module model, Tensor sample) {
        return new Wiring(model, sample);
    }

    /** The trace; its results are the model's result, then input and output of each call. */
    private Trace trace(Module model, Tensor sample, List<Module> order) {
        List<Runnable> ends = new ArrayList<>();
        List<Tensor> seen = new ArrayList<>();
        for (Module module : paths.keySet()) {
            ends.add(module.watch((m, x, call) -> {
                Tensor y = call.get();
                order.add(m);
                seen.add(x);
                seen.add(y);
                return y;
            }));
        }
        try {
            return Fused.ofAll("wiring", in -> {
                        seen.add(0, model.forward(in.get(0)));
                        return seen;
                    })
                    .trace(sample);
        } finally {
            ends.forEach(Runnable::run);
        }
    }

    /** Work on a model with other parts, which are put back if it fails. */
    static <T> T replacing(Module model, Map<String, Module> changes, Supplier<T> work) {
        Map<String, Module> all = model.namedModules();
        Map<String, Module> before = new LinkedHashMap<>();
        changes.keySet().forEach(path -> before.put(path, all.get(path)));
        try {
            changes.forEach(model::replace);
            return work.get();
        } catch (RuntimeException | Error e) {
            before.forEach(model::replace);
            throw e;
        }
    }

    private List<Node> uses(Node node) {
        return users.computeIfAbsent(node, k -> new ArrayList<>());
    }

    /** The norms of the model by their first path, in order. */
    Map<String, Norm> norms(Module model) {
        Map<String, Norm> norms = new LinkedHashMap<>();
        model.namedModules().forEach((path, m) -> {
            if (m instanceof Norm norm) {
                norms.put(path, norm);
            }
        });
        return norms;
    }

    /** All paths under which the norm at a path stands. */
    List<String> places(Norm norm) {
        return paths.get(norm);
    }

    /** What feeds a norm. */
    Source source(Norm norm) {
        List<Call> own = calls.getOrDefault(norm, List.of());
        if (own.size() != 1) {
            return new None("it is called " + own.size() + " times, not once");
        }
        Call producer = producers.get(own.get(0).x());
        if (producer == null) {
            return new None("its input is not the very result of a convolution or linear layer");
        }
        Module layer = producer.module();
        String name = paths.get(layer).get(0);
        if (paths.get(norm).size() > 1 || paths.get(layer).size() > 1) {
            return new None("it or " + name + " is part of the model in several places");
        }
        if (calls.get(layer).size() != 1) {
            return new None(name + " is called " + calls.get(layer).size() + " times, not once");
        }
        if (((Foldable) layer).channelAxis(producer.y().shape().rank()) != 1) {
            return new None("the channels of " + name + " are not on axis 1");
        }
        if (uses(producer.y()).size() != 1 || ends.contains(producer.y())) {
            return new None("the result of " + name + " is used elsewhere too");
        }
        if (escapes(layer, producer.y()) || escapes(norm, own.get(0).y())) {
            return new None("its parameters or those of " + name + " are used elsewhere too");
        }
        return new Layer(name, (Foldable) layer, producer.x());
    }

    /** Whether parameters or states of a module reach a result other than through its own. */
    private boolean escapes(Module module, Node through) {
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        seen.add(through);
        Deque<Node> open = new ArrayDeque<>();
        for (Tensor parameter : module.parameters()) {
            open.add(leaves.getOrDefault(parameter, through));
        }
        for (State state : module.buffers()) {
            open.add(leaves.getOrDefault(state, through));
        }
        while (!open.isEmpty()) {
            Node node = open.pop();
            if (seen.add(node)) {
                if (ends.contains(node)) {
                    return true;
                }
                open.addAll(uses(node));
            }
        }
        return false;
    }
}
