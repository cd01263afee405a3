package org.fusegrad;

import org.fusegrad.run.Value;

/**
 * A named piece of a layer's memory: a running statistic, a ring buffer, a counter. Formulas read
 * and write it; a write takes effect once, when the forward or backward that made it has succeeded,
 * and only while gradients are recorded. The value is immutable and replaced as a whole, so a
 * snapshot is a reference and restoring it cannot fail. Any thread may read it; of threads that
 * write it at once, the last one wins.
 */
public final class State {
    private final String name;
    private volatile Value value;

    private State(String name, Value value) {
        this.name = name;
        this.value = value;
    }

    /** A state that starts at this value. */
    public static State of(String name, Tensor initial) {
        initial.value().buffer().keep();
        return new State(name, initial.value());
    }

    public String name() {
        return name;
    }

    /**
     * The value in a formula: a leaf while tracing, else the current value (or the one written
     * earlier in the same formula). No gradient flows through it.
     */
    public Tensor read() {
        Context context = Context.get();
        if (context.tracer != null) {
            return context.tracer.read(this);
        }
        return Tensor.constant(value(context));
    }

    /** The value that a call in this context reads. */
    Value value(Context context) {
        return context.updates == null ? value : context.updates.read(this);
    }

    /**
     * Writes in a formula.
     *
     * @throws IllegalArgumentException if type or shape differ from the state's
     * @throws IllegalStateException if the tensor belongs to another formula
     */
    public void write(Tensor next) {
        requireFits(next);
        Context context = Context.get();
        if (context.tracer != null) {
            context.tracer.write(this, next);
        } else if (context.updates != null) {
            context.updates.write(this, next.detach().value());
        } else if (context.recording) {
            assign(next.value());
        }
    }

    /** The current value, outside formulas; inside the same as {@link #read}. */
    public Tensor get() {
        if (Context.get().tracer != null) {
            return read();
        }
        return Tensor.constant(value);
    }

    /** Replaces the value at once, outside formulas: loading, resetting, restoring. */
    public void set(Tensor next) {
        requireFits(next);
        Misuse.refuseSet(this);
        assign(next.value());
    }

    private void requireFits(Tensor next) {
        if (!next.shape().equals(value.shape()) || next.dtype() != value.dtype()) {
            throw new IllegalArgumentException("state " + name + " is " + value + ", cannot become "
                    + next.dtype() + next.shape());
        }
    }

    Value value() {
        return value;
    }

    void assign(Value next) {
        next.buffer().keep();
        Value before = value;
        Transaction.onRollback(() -> value = before);
        value = next;
    }

    @Override
    public String toString() {
        return name + " " + value;
    }
}
