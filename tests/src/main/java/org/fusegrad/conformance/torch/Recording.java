package org.fusegrad.conformance.torch;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.conformance.eval.Results;
import org.fusegrad.conformance.eval.Results.Role;

/** Inputs of a trajectory, and its results step by step. */
final class Recording {
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final Map<String, List<Tensor>> steps = new LinkedHashMap<>();
    private final Set<String> gradients = new HashSet<>();
    private final BitSet forwardOnly = new BitSet();

    Recording(ConformanceCase from) {
        for (TensorEntry entry : from.inputs()) {
            inputs.put(entry.name(), from.read(entry));
        }
        if (from.steps() < 1) {
            throw new MalformedCase("a trajectory names its steps");
        }
        String flags = from.attrs().text("backward_flags", "");
        for (TensorEntry entry : from.inputs()) {
            boolean stacked =
                    entry.name().equals(flags) || entry.name().matches("x|target|upstream|g\\d+");
            boolean fits =
                    !stacked || entry.shape().rank() > 0 && entry.shape().dim(0) == from.steps();
            if (!fits) {
                throw new MalformedCase("input '" + entry.name() + "' " + entry.shape()
                        + " does not hold " + from.steps() + " steps");
            }
        }
        if (!flags.isEmpty()) {
            double[] back = value(flags).toDoubles();
            for (int t = 0; t < from.steps(); t++) {
                forwardOnly.set(t, back[t] == 0);
            }
        }
    }

    /** Whether a step has a backward; the others are forward passes in training mode. */
    boolean goesBack(int step) {
        return !forwardOnly.get(step);
    }

    /** Adds the gradient of a step; after a forward alone zeros, which are not compared. */
    void recordGradient(String name, Tensor of) {
        Tensor g = of.grad();
        record(name, g == null ? Tensor.full(of.shape(), 0, of.dtype()) : g);
        gradients.add(name);
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
            throw new MalformedCase("input '" + name + "' is missing");
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
        gradients.forEach(name -> results.skip(name, forwardOnly));
        return results;
    }
}
