package org.fusegrad.conformance.eval;

import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fusegrad.Tensor;

/** Tensors computed for a case: outputs, gradients and gradients of gradients, by name. */
public final class Results {
    /** The lists of a case that hold expected tensors. */
    public enum Role {
        OUTPUT("output "),
        GRAD("gradient of "),
        GRAD2("second gradient of ");

        private final String label;

        Role(String label) {
            this.label = label;
        }

        /** How a report calls a tensor of this role. */
        public String of(String name) {
            return label + name;
        }
    }

    private final Map<Role, Map<String, Tensor>> tensors = new LinkedHashMap<>();
    private final Map<String, BitSet> skipped = new HashMap<>();

    public Results put(Role role, String name, Tensor tensor) {
        tensors.computeIfAbsent(role, r -> new LinkedHashMap<>()).put(name, tensor);
        return this;
    }

    /** Leaves some positions along the first axis of a tensor out of the comparison. */
    public void skip(String name, BitSet positions) {
        skipped.put(name, positions);
    }

    /** Positions that are not compared. */
    public BitSet skipped(String name) {
        return skipped.getOrDefault(name, new BitSet());
    }

    /** The tensor of that name, or {@code null} if none was computed. */
    public Tensor get(Role role, String name) {
        return tensors.getOrDefault(role, Map.of()).get(name);
    }
}
