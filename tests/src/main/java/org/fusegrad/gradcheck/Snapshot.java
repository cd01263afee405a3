package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fusegrad.State;
import org.fusegrad.Tensor;

/** The values of some states at one moment. */
public final class Snapshot {
    private final List<State> states;
    private final List<Tensor> values = new ArrayList<>();
    // Copies, so that a write into the very array of a value is noticed too.
    private final List<double[]> elements = new ArrayList<>();

    private Snapshot(List<State> states) {
        this.states = List.copyOf(states);
        for (State state : states) {
            values.add(state.get());
            elements.add(state.get().toDoubles());
        }
    }

    /** The values as they are now. */
    public static Snapshot of(List<State> states) {
        return new Snapshot(states);
    }

    /** Puts the values back. */
    public void restore() {
        for (int i = 0; i < states.size(); i++) {
            states.get(i).set(values.get(i));
        }
    }

    /** Names of the states that differ by any bit. */
    public List<String> moved() {
        List<String> moved = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            if (!Arrays.equals(elements.get(i), states.get(i).get().toDoubles())) {
                moved.add(states.get(i).name());
            }
        }
        return moved;
    }
}
