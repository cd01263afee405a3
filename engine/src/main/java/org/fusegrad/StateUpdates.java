package org.fusegrad;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fusegrad.run.Value;

/** Writes of one formula run eagerly, held back until the formula has succeeded. */
final class StateUpdates {
    private final Map<State, Value> pending = new LinkedHashMap<>();

    Value pending(State state) {
        return pending.get(state);
    }

    void write(State state, Value value) {
        pending.put(state, value);
    }

    /** Hands the writes on to the surrounding formula, or makes them if there is none. */
    void commit(StateUpdates outer) {
        if (outer == null) {
            pending.forEach(State::assign);
        } else {
            outer.pending.putAll(pending);
        }
    }
}
