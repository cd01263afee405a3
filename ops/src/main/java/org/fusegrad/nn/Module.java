package org.fusegrad.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.fusegrad.State;
import org.fusegrad.Tensor;

/**
 * A part of a network: named parameters, named states and named children, in the order in which
 * they were registered. Their paths join the names with dots, as in {@code layer1.0.bn1.weight}.
 */
public abstract class Module {
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, State> buffers = new LinkedHashMap<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private boolean training = true;

    /** The output for an input. */
    public abstract Tensor forward(Tensor x);

    /** Registers a leaf that collects gradients. */
    protected final Tensor parameter(String name, Tensor initial) {
        register(parameters, name, initial.named(name).requiresGrad(true));
        return initial;
    }

    /** Registers a state that is saved with the module. */
    protected final State buffer(String name, Tensor initial) {
        State state = State.of(name, initial);
        register(buffers, name, state);
        return state;
    }

    /** Registers a part. */
    protected final <M extends Module> M child(String name, M module) {
        register(children, name, module);
        return module;
    }

    private <T> void register(Map<String, T> into, String name, T item) {
        boolean taken = parameters.containsKey(name)
                || buffers.containsKey(name)
                || children.containsKey(name);
        if (taken || name.isEmpty() || name.contains(".")) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": the name '" + name
                    + "' is taken, empty or contains a dot");
        }
        into.put(name, item);
    }

    // Mode.

    /** Whether it is in training mode, as it is at first. */
    public final boolean isTraining() {
        return training;
    }

    /** Puts this module and all below in training or evaluation mode. */
    public final Module train(boolean on) {
        namedModules().values().forEach(m -> m.training = on);
        return this;
    }

    public final Module train() {
        return train(true);
    }

    public final Module eval() {
        return train(false);
    }

    // What it holds.

    /** This module under the empty path and all modules below under theirs. */
    public final Map<String, Module> namedModules() {
        Map<String, Module> all = new LinkedHashMap<>();
        collect("", all::put);
        return all;
    }

    private void collect(String path, BiConsumer<String, Module> into) {
        into.accept(path, this);
        children.forEach((name, m) -> m.collect(join(path, name), into));
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** All parameters by path. */
    public final Map<String, Tensor> namedParameters() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        collect("", (path, m) -> m.parameters.forEach((n, p) -> all.put(join(path, n), p)));
        return all;
    }

    /** All states by path. */
    public final Map<String, State> namedBuffers() {
        Map<String, State> all = new LinkedHashMap<>();
        collect("", (path, m) -> m.buffers.forEach((n, s) -> all.put(join(path, n), s)));
        return all;
    }

    public final List<Tensor> parameters() {
        return List.copyOf(namedParameters().values());
    }

    public final List<State> buffers() {
        return List.copyOf(namedBuffers().values());
    }

    /** Number of trainable values: elements of all parameters, states not counted. */
    public final long parameterCount() {
        return parameters().stream().mapToLong(p -> p.shape().numel()).sum();
    }

    /** Forgets the gradients of all parameters. */
    public final void zeroGrad() {
        parameters().forEach(p -> p.setGrad(null));
    }

    // Saving and loading.

    /**
     * The current values of all parameters and states by path; later training does not move them.
     */
    public final Map<String, Tensor> stateDict() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        collect("", (path, m) -> {
            m.parameters.forEach((n, p) -> all.put(join(path, n), Tensor.ofValue(p.value())));
            m.buffers.forEach((n, s) -> all.put(join(path, n), s.get()));
        });
        return all;
    }

    /**
     * Takes over the values of parameters and states. Nothing is changed unless everything fits.
     *
     * @throws IllegalArgumentException if a path is missing or unknown, or type or shape differ
     */
    public final void loadStateDict(Map<String, Tensor> values) {
        Map<String, Tensor> own = stateDict();
        List<String> faults = new ArrayList<>();
        for (String path : new TreeSet<>(own.keySet())) {
            Tensor mine = own.get(path);
            Tensor other = values.get(path);
            if (other == null) {
                faults.add(path + " is missing");
            } else if (!describe(mine).equals(describe(other))) {
                faults.add(path + " is " + describe(other) + ", not " + describe(mine));
            }
        }
        values.keySet().stream()
                .filter(p -> !own.containsKey(p))
                .sorted()
                .forEach(p -> faults.add(p + " is unknown"));
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(
                    "these values are not of " + this + ": " + String.join("; ", faults));
        }
        namedParameters().forEach((path, p) -> p.assign(values.get(path).detach()));
        namedBuffers().forEach((path, s) -> s.set(values.get(path).detach()));
    }

    private static String describe(Tensor t) {
        return t.dtype() + t.shape().toString();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}
