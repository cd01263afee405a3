package org.fusegrad.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.fusegrad.Setting;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

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
    private final ModulePath path = new ModulePath();
    private final Setting<Boolean> training = Setting.of(true);
    private final Setting<List<CallWatcher>> watchers = Setting.of(List.of());

    /** The output for an input. */
    public abstract Tensor forward(Tensor x);

    /**
     * Registers a leaf that collects gradients. A parameter of another part may be registered here
     * too: it stays one, and keeps its first name.
     */
    protected final Tensor parameter(String name, Tensor initial) {
        requireFree(name);
        boolean tied = initial.requiresGrad() && initial.name() != null;
        Tensor kept = initial.keep();
        parameters.put(name, (tied ? kept : kept.named(name)).requiresGrad(true));
        return initial;
    }

    /** Registers a state that is saved with the module. */
    protected final State buffer(String name, Tensor initial) {
        return buffer(name, State.of(name, initial));
    }

    /** Registers a state that another part may hold too. */
    protected final State buffer(String name, State state) {
        register(buffers, name, state);
        return state;
    }

    /** Registers a part for good. */
    @SuppressWarnings("unchecked")
    protected final <M extends Module> M child(String name, M module) {
        requirePart(name, module);
        register(children, name, new Slot<>((Class<M>) module.getClass(), module, false));
        ((Module) module).path.enter(path, name);
        return module;
    }

    /** Registers a place for a part of this type, which may be replaced later. */
    protected final <M extends Module> Slot<M> slot(String name, Class<M> type, M module) {
        requirePart(name, module);
        Slot<M> slot = new Slot<>(type, module, true);
        register(children, name, slot);
        ((Module) module).path.enter(path, name);
        return slot;
    }

    private void requirePart(String name, Module module) {
        if (module == null) {
            throw new IllegalArgumentException(
                    getClass().getSimpleName() + ": its part '" + name + "' is null");
        }
    }

    private <T> void register(Map<String, T> into, String name, T item) {
        requireFree(name);
        into.put(name, item);
    }

    private void requireFree(String name) {
        boolean taken = parameters.containsKey(name)
                || buffers.containsKey(name)
                || children.containsKey(name);
        if (taken || name.isEmpty() || name.contains(".")) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": the name '" + name
                    + "' is taken, empty or contains a dot");
        }
    }

    // Mode.

    /**
     * Whether it is in training mode, as it is at first. A formula that calls the module inside
     * takes notice when this changes, see {@link Setting}.
     */
    public final boolean isTraining() {
        return training.get();
    }

    /** Puts this module and all below in training or evaluation mode. */
    public final Module train(boolean on) {
        namedModules().values().forEach(m -> m.training.set(on));
        return this;
    }

    public final Module train() {
        return train(true);
    }

    public final Module eval() {
        return train(false);
    }

    // What it holds.

    // What stands in several places is listed, counted, moved and saved once, under its first path.

    /** This module under the empty path and all modules below under theirs. */
    public final Map<String, Module> namedModules() {
        Map<String, Module> all = new LinkedHashMap<>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        collect("", seen::add, all::put);
        return all;
    }

    /** As {@link #namedModules}, but a module that stands in several places is under each. */
    public final Map<String, Module> places() {
        Map<String, Module> all = new LinkedHashMap<>();
        collect("", m -> true, all::put);
        return all;
    }

    private void collect(String path, Predicate<Module> enters, BiConsumer<String, Module> into) {
        if (enters.test(this)) {
            into.accept(path, this);
            children.forEach((name, slot) -> {
                Module part = slot.get();
                part.collect(join(path, name), enters, into);
            });
        }
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** All parameters by path. */
    public final Map<String, Tensor> namedParameters() {
        return held(m -> m.parameters);
    }

    /** All states by path. */
    public final Map<String, State> namedBuffers() {
        return held(m -> m.buffers);
    }

    private <T> Map<String, T> held(Function<Module, Map<String, T>> by) {
        Map<String, T> all = new LinkedHashMap<>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        namedModules()
                .forEach((path, m) -> by.apply(m).forEach((name, item) -> {
                    if (seen.add(item)) {
                        all.put(join(path, name), item);
                    }
                }));
        return all;
    }

    /** The further paths of parameters and states in several places, each with the first. */
    public final Map<String, String> sharedPaths() {
        Map<Object, String> first = new IdentityHashMap<>();
        Map<String, String> further = new LinkedHashMap<>();
        places().forEach((path, m) -> Stream.of(m.parameters, m.buffers)
                .forEach(held -> held.forEach((name, item) -> {
                    String own = join(path, name);
                    String before = first.putIfAbsent(item, own);
                    if (before != null) {
                        further.put(own, before);
                    }
                })));
        return further;
    }

    /** Whether there is any of {@link #parameters}; makes no list. */
    protected final boolean hasParameters() {
        return children.isEmpty() ? !parameters.isEmpty() : !parameters().isEmpty();
    }

    /** Whether there is any of {@link #buffers}; makes no list. */
    protected final boolean hasBuffers() {
        return children.isEmpty() ? !buffers.isEmpty() : !buffers().isEmpty();
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
        Map<String, Tensor> parameters = namedParameters();
        Map<String, State> states = namedBuffers();
        Map<String, Tensor> all = new LinkedHashMap<>();
        namedModules().forEach((path, m) -> {
            for (String name : m.parameters.keySet()) {
                Tensor p = parameters.get(join(path, name));
                if (p != null) {
                    all.put(join(path, name), Tensor.ofValue(p.value()));
                }
            }
            for (String name : m.buffers.keySet()) {
                State state = states.get(join(path, name));
                if (state != null) {
                    all.put(join(path, name), state.get());
                }
            }
        });
        return all;
    }

    /**
     * Takes over the values of parameters and states. Nothing is changed unless everything fits.
     *
     * @throws IllegalArgumentException if a path is missing or unknown, or type or shape differ
     */
    public final void loadStateDict(Map<String, Tensor> values) {
        loadStateDict(values, LoadPolicy.STRICT);
    }

    /**
     * Takes over those values of parameters and states that the policy lets pass. Nothing is
     * changed if it refuses anything.
     *
     * @return what became of each value
     * @throws IllegalArgumentException naming all that the policy refuses; and always if no value
     *     at all fits, if two are for the same place, or if one would not survive its cast
     */
    public final LoadReport loadStateDict(Map<String, Tensor> values, LoadPolicy policy) {
        return Loading.into(this, values, policy);
    }

    // Replacing and watching parts.

    /** Why the part at a path cannot become this module; empty if it can. */
    public final Optional<String> whyNotReplace(String path, Module replacement) {
        Slot<?> slot = place(path);
        String kind = replacement.getClass().getSimpleName();
        if (!slot.accepts(replacement)) {
            return Optional.of(
                    "the place of " + path + " " + slot + ", so it cannot become a " + kind);
        }
        return replacement.namedModules().containsValue(owner(path))
                ? Optional.of("the " + kind + " for " + path + " contains that place itself")
                : Optional.empty();
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
            throw new IllegalArgumentException(label() + ": " + why);
        });
        Slot<?> slot = place(path);
        Module before = slot.get();
        replacement.train(before.isTraining());
        slot.set(replacement);
        Module owner = owner(path);
        before.path.leave(owner.path);
        replacement.path.enter(owner.path, path.substring(path.lastIndexOf('.') + 1));
    }

    private Slot<?> place(String path) {
        Module owner = owner(path);
        Slot<?> slot = owner == null
                ? null
                : owner.children.get(path.substring(path.lastIndexOf('.') + 1));
        if (slot == null) {
            throw new IllegalArgumentException(
                    label() + " has no part '" + path + "'; namedModules() lists those it has");
        }
        return slot;
    }

    /** The module that holds the part at a path, or null. */
    private Module owner(String path) {
        Module at = this;
        String[] names = path.split("\\.", -1);
        for (int i = 0; i < names.length - 1 && at != null; i++) {
            Slot<?> slot = at.children.get(names[i]);
            at = slot == null ? null : slot.get();
        }
        return at;
    }

    /**
     * Lets a watcher stand around the calls of this module, if its {@code forward} goes through
     * {@link #watched}: norms, convolutions and linear layers do.
     *
     * @return ends it when it is run
     */
    public final Runnable watch(CallWatcher watcher) {
        List<CallWatcher> all = new ArrayList<>(watchers.get());
        all.add(watcher);
        watchers.set(all);
        return () ->
                watchers.set(watchers.get().stream().filter(w -> w != watcher).toList());
    }

    /** Runs a call with the watchers around it; an error says where this module stands. */
    protected final Tensor watched(Tensor x, Supplier<Tensor> call) {
        Supplier<Tensor> whole = call;
        for (CallWatcher watcher : watchers.get()) {
            Supplier<Tensor> inner = whole;
            whole = () -> watcher.around(this, x, inner);
        }
        return located(whole);
    }

    /** The path at which it stands in the network around it; empty if there is none. */
    protected final String path() {
        return path.toString();
    }

    // Errors.

    /**
     * Runs what this module does. An error that comes out of it begins with the module's path, as
     * in {@code layer1.0.norm1: ...}, once, and keeps its type; that of the outermost module is as
     * it was.
     */
    protected final <T> T located(Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            throw path.located(e);
        }
    }

    /** The output of a part of a module; an error of it begins with the part's path. */
    protected static Tensor forwardOf(Module part, Tensor x) {
        return part.located(() -> part.forward(x));
    }

    /** An error that names the module and the shape of its input. */
    protected final IllegalArgumentException refusal(Tensor x, String fault, String cure) {
        return new IllegalArgumentException(
                label() + " on an input " + x.shape() + ": " + fault + "; " + cure);
    }

    /**
     * Refuses inputs of a type the module does not compute in; half precision is float32 here.
     *
     * @param own type of the parameters
     */
    protected final void checkType(Tensor x, DType own) {
        if (x.dtype().compute() != own.compute()) {
            throw refusal(
                    x,
                    "it is " + x.dtype() + " and the layer " + own,
                    "cast the input to " + own
                            + (x.dtype().isFloating() ? " or make the layer " + x.dtype() : ""));
        }
    }

    /**
     * What it is, in one line if it has no parts, else with its parts below it, indented, as
     * PyTorch prints modules.
     */
    @Override
    public String toString() {
        if (children.isEmpty()) {
            return getClass().getSimpleName();
        }
        StringBuilder text = new StringBuilder(getClass().getSimpleName()).append("(\n");
        children.forEach((name, part) -> text.append(("(" + name + "): " + part.get()).indent(2)));
        return text.append(')').toString();
    }

    /** What messages call it. */
    final String label() {
        return children.isEmpty() ? toString() : getClass().getSimpleName();
    }
}
