package org.fusegrad.conformance.torch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.conformance.eval.Results;
import org.fusegrad.conformance.eval.Results.Role;

/** Inputs of a trajectory, and its results step by step. */
final class Recording {
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final Map<String, List<Tensor>> steps = new LinkedHashMap<>();

    Recording(ConformanceCase from) {
        for (TensorEntry entry : from.inputs()) {
            inputs.put(entry.name(), from.read(entry));
        }
        if (from.steps() < 1) {
            throw new IllegalArgumentException("a trajectory names its steps");
        }
        for (TensorEntry entry : from.inputs()) {
            boolean stacked = entry.name().matches("x|target|upstream|g\\d+");
            boolean fits =
                    !stacked || entry.shape().rank() > 0 && entry.shape().dim(0) == from.steps();
            if (!fits) {
                throw new IllegalArgumentException("input '" + entry.name() + "' " + entry.shape()
                        + " does not hold " + from.steps() + " steps");
            }
        }
    }

    boolean has(String name) {
        return inputs.containsKey(name);
    }

    Map<String, Tensor> inputs() {
        return inputs;
    }

    Tensor value(String name) {
        Tensor t = inputs.get(name);
        if (t == null) {
            throw new IllegalArgumentException("input '" + name + "' is missing");
        }
        return t;
    }

    /** A leaf that collects gradients. */
    Tensor leaf(String name) {
        return Tensor.ofValue(value(name).value()).requiresGrad(true);
    }

    /** Adds the value of a step. */
    void record(String name, Tensor value) {
        steps.computeIfAbsent(name, n -> new ArrayList<>()).add(Tensor.ofValue(value.value()));
    }

    /** All steps stacked. */
    Results results() {
        Results results = new Results();
        steps.forEach((name, all) ->
                results.put(Role.OUTPUT, name, Tensor.noGrad(() -> Tensor.stack(0, all))));
        return results;
    }
}
