package org.fusegrad;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.fusegrad.run.Value;

/**
 * The states as a formula that runs eagerly sees them: each as it was when first read, or as the
 * formula itself has written it. Writes are held back until the formula has succeeded.
 */
final class StateUpdates {
    private final StateUpdates outer;
    private final Map<State, Value> seen = new LinkedHashMap<>();
    private final Map<State, Value> pending = new LinkedHashMap<>();

    /** Inside the formula whose updates these are, or {@code null} at the outside. */
    StateUpdates(StateUpdates outer) {
        this.outer = outer;
    }

    /** Inside whatever formula runs on this thread. */
    static StateUpdates nested() {
        return new StateUpdates(Context.get().updates);
    }

    /** With every state as these first saw it: for running the same formula again. */
    StateUpdates again() {
        StateUpdates again = new StateUpdates(outer);
        again.seen.putAll(seen);
        return again;
    }

    /** Runs the formula; nothing takes effect before {@link #commit}. */
    <T> T during(Supplier<T> formula) {
        Context context = Context.get();
        StateUpdates before = context.updates;
        context.updates = this;
        try {
            return formula.get();
        } finally {
            context.updates = before;
        }
    }

    Value read(State state) {
        Value written = pending.get(state);
        return written != null
                ? written
                : seen.computeIfAbsent(state, s -> outer == null ? s.value() : outer.read(s));
    }

    void write(State state, Value value) {
        pending.put(state, value);
    }

    /** Hands the writes on to the surrounding formula, or makes them if there is none. */
    void commit() {
        if (outer == null) {
            pending.forEach(State::assign);
        } else {
            outer.pending.putAll(pending);
        }
    }
}
