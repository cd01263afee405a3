package org.fusegrad.conformance.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.State;
import org.fusegrad.Tensor;

/** Results of a formula: tensors by name, and states whose value afterwards is a result too. */
public final class Outputs {
    /** Stands for the only output of a case, whatever its name. */
    static final String ONLY = "";

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, State> states = new LinkedHashMap<>();

    /** One result, under the name the case gives to its first output. */
    public static Outputs of(Tensor only) {
        return new Outputs().and(ONLY, only);
    }

    public Outputs and(String name, Tensor tensor) {
        tensors.put(name, tensor);
        return this;
    }

    public Outputs state(String name, State state) {
        states.put(name, state);
        return this;
    }

    List<Tensor> tensors() {
        return List.copyOf(tensors.values());
    }

    List<String> names() {
        return new ArrayList<>(tensors.keySet());
    }

    Map<String, State> states() {
        return states;
    }
}
