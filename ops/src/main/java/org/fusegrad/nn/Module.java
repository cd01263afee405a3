package org.fusegrad.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.fusegrad.State;
import org.fusegrad.Tensor;

/**
 * A part of a network: named parameters, named states and named children, in the order in which
 * they were registered. Their paths join the names with dots, as in {@code layer1.0.bn1.weight}.
 *
 * <p>Any number of threads may call one module at once as long as nobody changes it: in evaluation
 * mode, or without gradients. Training moves gradients and states: one thread at a time for each
 * module, different modules side by side.
 */
public abstract class Module {
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, State> buffers = new LinkedHashMap<>();
    private final Map<String, Slot<?>> children = new LinkedHashMap<>();
    private boolean training = true;
    private volatile List<CallWatcher> watchers = List.of();

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

    /** Registers a part for good. */
    @SuppressWarnings("unchecked")
    protected final <M extends Module> M child(String name, M module) {
        register(children, name, new Slot<>((Class<M>) module.getClass(), module, false));
        return module;
    }

    /** Registers a place for a part of this type, which may be replaced later. */
    protected final <M extends Module> Slot<M> slot(String name, Class<M> type, M module) {
        Slot<M> slot = new Slot<>(type, module, true);
        register(children, name, slot);
        return slot;
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
        children.forEach((name, slot) -> {
            Module part = slot.get();
            part.collect(join(path, name), into);
        });
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

    // Replacing and watching parts.

    /** Why the part at a path cannot become this module; empty if it can. */
    public final Optional<String> whyNotReplace(String path, Module replacement) {
        Slot<?> slot = place(path);
        return slot.accepts(replacement)
                ? Optional.empty()
                : Optional.of("the place of " + path + " " + slot + ", so it cannot become a "
                        + replacement.getClass().getSimpleName());
    }

    /**
     * Puts another module in the place of the one at a path. It takes over the mode; optimisers
     * still hold the parameters of the old one.
     *
     * @throws IllegalArgumentException if there is nothing at the path, or the place does not take
     *     it
     */
    public final void replace(String path, Module replacement) {
        whyNotReplace(path, replacement).ifPresent(why -> {
            throw new IllegalArgumentException(this + ": " + why);
        });
        Slot<?> slot = place(path);
        replacement.train(slot.get().isTraining());
        slot.set(replacement);
    }

    private Slot<?> place(String path) {
        int dot = path.lastIndexOf('.');
        Module parent = namedModules().get(dot < 0 ? "" : path.substring(0, dot));
        Slot<?> slot = parent == null ? null : parent.children.get(path.substring(dot + 1));
        if (slot == null) {
            throw new IllegalArgumentException(
                    this + " has no part '" + path + "'; namedModules() lists those it has");
        }
        return slot;
    }

    /**
     * Lets a watcher stand around the calls of this module, if its {@code forward} goes through
     * {@link #watched}: norms, convolutions and linear layers do.
     *
     * @return ends it when it is run
     */
    public final Runnable watch(CallWatcher watcher) {
        List<CallWatcher> all = new ArrayList<>(watchers);
        all.add(watcher);
        watchers = all;
        return () -> watchers = watchers.stream().filter(w -> w != watcher).toList();
    }

    /** Runs a call with the watchers around it. */
    protected final Tensor watched(Tensor x, Supplier<Tensor> call) {
        Supplier<Tensor> whole = call;
        for (CallWatcher watcher : watchers) {
            Supplier<Tensor> inner = whole;
            whole = () -> watcher.around(this, x, inner);
        }
        return whole.get();
    }

    private static String describe(Tensor t) {
        return t.dtype() + t.shape().toString();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}
