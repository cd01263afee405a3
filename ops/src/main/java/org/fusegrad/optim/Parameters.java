package org.fusegrad.optim;

import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.Tensor;

/** The parameters an optimiser moves, by the names under which it saves what it remembers. */
final class Parameters {
    private Parameters() {}

    /** Names for a plain list: the tensors' own where these differ, else their positions too. */
    static Map<String, Tensor> named(List<Tensor> parameters) {
        Set<String> names = new HashSet<>();
        boolean distinct =
                parameters.stream().allMatch(p -> p.name() != null && names.add(p.name()));
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i).name();
            all.put(distinct ? name : (name == null ? "" : name + "#") + i, parameters.get(i));
        }
        return all;
    }

    /**
     * Refuses what cannot be optimised.
     *
     * @throws IllegalArgumentException if there is none, one is there twice, was computed from
     *     others, or requires no gradient
     */
    static void check(String kind, Map<String, Tensor> parameters) {
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException(
                    kind + ": there are no parameters; pass those of a module that has some");
        }
        Map<Tensor, String> seen = new IdentityHashMap<>();
        parameters.forEach((name, p) -> {
            String what = kind + ": parameter " + name + ", " + p.dtype() + p.shape() + ", ";
            if (!p.isLeaf()) {
                throw new IllegalArgumentException(what
                        + "was computed from others and is no leaf; optimise those, or"
                        + " detach().requiresGrad(true)");
            }
            if (!p.requiresGrad()) {
                throw new IllegalArgumentException(what + "requires no gradient and would never"
                        + " move; call requiresGrad(true) on it, or leave it out");
            }
            String before = seen.put(p, name);
            if (before != null) {
                throw new IllegalArgumentException(what + "is " + before
                        + " once more and would be moved twice a step; list it once");
            }
        });
    }

    /** The same tensors under the names they have in {@code names}. */
    static Map<String, Tensor> renamed(
            String kind, Map<String, Tensor> parameters, Map<String, Tensor> names) {
        Map<Tensor, String> byTensor = new IdentityHashMap<>();
        names.forEach((name, tensor) -> byTensor.putIfAbsent(tensor, name));
        Map<String, Tensor> all = new LinkedHashMap<>();
        parameters.forEach((name, tensor) -> {
            String other = byTensor.get(tensor);
            if (other == null) {
                throw new IllegalArgumentException(kind + ": it moves " + name + ", "
                        + tensor.dtype() + tensor.shape()
                        + ", which is no parameter of the module and would not be saved with it");
            }
            all.put(other, tensor);
        });
        return Collections.unmodifiableMap(all);
    }
}
