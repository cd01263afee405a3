package org.fusegrad.nn.norm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;

/**
 * The formula of a norm in one mode, with what it publishes as further results. A formula publishes
 * tensors by {@link #publish}, which costs nothing where nobody looks.
 */
final class Observer {
    private static final ThreadLocal<Map<String, Tensor>> CURRENT = new ThreadLocal<>();

    private final Fused formula;

    /** The names of the results behind the first: the same at each trace of one mode. */
    private volatile List<String> names = List.of();

    Observer(Norm norm) {
        formula = Fused.ofAll("observed", in -> {
            Map<String, Tensor> seen = new LinkedHashMap<>();
            List<Tensor> results = new ArrayList<>();
            CURRENT.set(seen);
            try {
                Tensor x = in.get(0);
                results.add(norm.normalize(x.cast(x.dtype().compute())));
            } finally {
                CURRENT.remove();
            }
            results.addAll(seen.values());
            names = List.copyOf(seen.keySet());
            return results;
        });
    }

    /** Lets a tensor be seen, which is computed only if somebody looks. */
    static void publish(String name, Supplier<Tensor> value) {
        Map<String, Tensor> seen = CURRENT.get();
        if (seen != null) {
            seen.put(name, value.get());
        }
    }

    /** What there is to see on an input. */
    Observables of(Object mode, Tensor x) {
        List<Tensor> results = formula.callAll(mode, x);
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (int i = 1; i < results.size(); i++) {
            all.put(names.get(i - 1), results.get(i));
        }
        return new Observables(all);
    }
}
