package org.fusegrad.conformance.eval;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fusegrad.Tensor;

/** Inputs of a formula by name; symbolic while it is traced. */
public final class Inputs {
    private final Map<String, Tensor> byName = new HashMap<>();
    private final Setup setup;

    Inputs(Setup setup, List<String> names, List<Tensor> tensors) {
        this.setup = setup;
        for (int i = 0; i < names.size(); i++) {
            byName.put(names.get(i), tensors.get(i));
        }
    }

    public boolean has(String name) {
        return byName.containsKey(name) || setup.has(name);
    }

    /**
     * The tensor of that name.
     *
     * @throws IllegalArgumentException if the case has none
     */
    public Tensor get(String name) {
        Tensor t = byName.get(name);
        return t == null ? setup.value(name) : t;
    }

    public Optional<Tensor> find(String name) {
        return has(name) ? Optional.of(get(name)) : Optional.empty();
    }
}
