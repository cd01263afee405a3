package org.fusegrad;

import java.util.function.Supplier;

/**
 * A Java value that decides what formulas do: a mode, a switch, a part that can be exchanged. A
 * formula that reads one while it is traced depends on it from then on: its calls take the trace
 * that was made for the present value, and a new value means a new trace. Plain fields that a
 * formula reads have no such effect; it sees them as they were at its first call.
 *
 * <pre>{@code
 * Setting<Boolean> sharp = Setting.of(false);
 * Fused f = Fused.of("f", x -> sharp.get() ? x.sign() : x.tanh());
 * f.call(x);
 * sharp.set(true);
 * f.call(x); // signs
 * }</pre>
 *
 * <p>Values are compared by {@code equals}. Reading and setting are safe in any thread; a call in
 * progress uses the old or the new value.
 */
public final class Setting<T> implements Dependency {
    private final Supplier<T> source;
    private volatile T value;

    private Setting(Supplier<T> source, T value) {
        this.source = source;
        this.value = value;
        Tracer tracer = Context.get().tracer;
        if (tracer != null) {
            tracer.made(this);
        }
    }

    /** A setting that starts at this value. */
    public static <T> Setting<T> of(T initial) {
        return new Setting<>(null, initial);
    }

    /**
     * A setting that is computed of others, or of plain fields, at each reading; it cannot be set.
     *
     * @param source cheap and without effects; it runs at each call of the formulas that depend on
     *     it
     */
    public static <T> Setting<T> computed(Supplier<T> source) {
        return new Setting<>(source, null);
    }

    /** The present value; a formula that is being traced depends on it from now on. */
    public T get() {
        T now = current();
        Tracer tracer = Context.get().tracer;
        if (tracer != null) {
            tracer.depend(this);
        }
        return now;
    }

    /**
     * Changes the value. A {@link Transaction} does not put it back.
     *
     * @throws IllegalStateException if the setting is computed
     */
    public void set(T next) {
        if (source != null) {
            throw new IllegalStateException(
                    "a computed setting cannot be set; set what it is" + " computed of");
        }
        value = next;
    }

    @Override
    public T current() {
        return source == null ? value : source.get();
    }

    @Override
    public String toString() {
        return "setting " + current();
    }
}
