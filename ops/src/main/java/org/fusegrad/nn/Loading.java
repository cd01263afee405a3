package org.fusegrad.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;
import org.fusegrad.type.DType;

/** One load of values into a module: everything is looked at before anything is changed. */
final class Loading {
    private static final int SHOWN = 10;
    private static final String COUNTER = "num_batches_tracked";

    /** A value and the key it came under. */
    private record Given(String key, Tensor value) {}

    private final LoadPolicy policy;
    private final Map<String, Tensor> own;
    private final Map<String, String> shared;
    private final Map<String, Given> given = new LinkedHashMap<>();
    private final Map<String, Tensor> fitting = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> unexpected = new ArrayList<>();
    private final Map<String, String> mismatched = new LinkedHashMap<>();
    private final Map<String, String> cast = new LinkedHashMap<>();

    private Loading(Module module, LoadPolicy policy) {
        this.policy = policy;
        own = module.stateDict();
        shared = module.sharedPaths();
    }

    static LoadReport into(Module module, Map<String, Tensor> values, LoadPolicy policy) {
        Loading loading = new Loading(module, policy);
        values.forEach(loading::take);
        loading.own.forEach(loading::fit);
        if (loading.faults.isEmpty()) {
            loading.requireAny(values);
        }
        loading.throwFaults(module);
        Transaction.run(() -> {
            module.namedParameters().forEach((path, p) -> {
                if (loading.fitting.containsKey(path)) {
                    p.assign(loading.fitting.get(path));
                }
            });
            module.namedBuffers().forEach((path, state) -> {
                if (loading.fitting.containsKey(path)) {
                    state.set(loading.fitting.get(path));
                }
            });
        });
        return loading.report();
    }

    /** Finds the place a value is for. */
    private void take(String key, Tensor value) {
        String path = policy.keys().apply(key);
        if (path == null) {
            return;
        }
        String place = shared.getOrDefault(path, path);
        if (!own.containsKey(place)) {
            unexpected.add(key);
            refuse(!policy.unexpected(), key + " is unknown");
            return;
        }
        Given before = given.putIfAbsent(place, new Given(key, value));
        if (before != null) {
            // What is held in several places may have been saved under each: then all are equal.
            boolean alias = !path.equals(place) || shared.containsKey(before.key());
            refuse(
                    !alias || !same(before.value(), value),
                    before.key() + " and " + key + " are two values for " + place);
        }
    }

    private static boolean same(Tensor a, Tensor b) {
        return describe(a).equals(describe(b)) && Arrays.equals(a.toDoubles(), b.toDoubles());
    }

    /** Decides what a parameter or state takes over. */
    private void fit(String path, Tensor mine) {
        Given found = given.get(path);
        if (found == null) {
            missing.add(path);
            boolean counter = path.equals(COUNTER) || path.endsWith("." + COUNTER);
            boolean allowed = policy.missing() || policy.lackingCounters() && counter;
            refuse(!allowed, path + " is missing");
            return;
        }
        Tensor value = found.value().detach();
        String difference = describe(value) + ", not " + describe(mine);
        if (!value.shape().equals(mine.shape())) {
            mismatched.put(path, difference);
            refuse(!policy.mismatched(), path + " is " + difference);
        } else if (value.dtype() == mine.dtype()) {
            fitting.put(path, value);
        } else if (policy.casts()) {
            Tensor converted = Tensor.noGrad(() -> value.cast(mine.dtype()));
            cast.put(path, value.dtype() + " to " + mine.dtype());
            fitting.put(path, converted);
            refuse(
                    !survives(value, converted),
                    path + " has values that " + mine.dtype() + " cannot hold, as " + value.dtype()
                            + " can");
        } else {
            refuse(true, path + " is " + difference);
        }
    }

    /** Among floating types finite values stay finite; else all values stay what they are. */
    private static boolean survives(Tensor value, Tensor converted) {
        if (value.dtype().isFloating() && converted.dtype().isFloating()) {
            double[] before = value.toDoubles();
            double[] after = converted.toDoubles();
            return IntStream.range(0, before.length)
                    .allMatch(i -> !Double.isFinite(before[i]) || Double.isFinite(after[i]));
        }
        Tensor back = Tensor.noGrad(() -> converted.cast(value.dtype()));
        return value.dtype() == DType.INT64
                ? Arrays.equals(value.toLongs(), back.toLongs())
                : Arrays.equals(value.toDoubles(), back.toDoubles());
    }

    private void requireAny(Map<String, Tensor> values) {
        boolean none = fitting.isEmpty() && !own.isEmpty() && !values.isEmpty();
        refuse(
                none && mismatched.isEmpty(),
                "none of its names is one of the module's: it has "
                        + values.keySet().stream().findFirst().orElse("none") + " and the module "
                        + own.keySet().stream().findFirst().orElse("none")
                        + "; say with renamed() which is which");
    }

    private void refuse(boolean wrong, String fault) {
        if (wrong) {
            faults.add(fault);
        }
    }

    private void throwFaults(Module module) {
        if (!faults.isEmpty()) {
            Collections.sort(faults);
            int more = Math.max(0, faults.size() - SHOWN);
            throw new IllegalArgumentException("these values are not of " + module.label() + ": "
                    + String.join("; ", faults.subList(0, faults.size() - more))
                    + (more == 0 ? "" : "; and " + more + " more"));
        }
    }

    private LoadReport report() {
        return new LoadReport(
                List.copyOf(fitting.keySet()),
                List.copyOf(missing),
                List.copyOf(unexpected),
                Collections.unmodifiableMap(mismatched),
                Collections.unmodifiableMap(cast));
    }

    private static String describe(Tensor t) {
        return t.dtype() + t.shape().toString();
    }
}
