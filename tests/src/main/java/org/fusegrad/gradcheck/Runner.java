package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;

/**
 * A place where gradients are computed.
 *
 * @param backend as reports name it; {@code null} for the engine that is current
 */
record Runner(String backend, Engine engine) implements AutoCloseable {
    /** An engine for each backend; strict, so that no fallback hides a kernel that fails. */
    static List<Runner> of(List<String> backends) {
        if (backends.isEmpty()) {
            return List.of(new Runner(null, null));
        }
        return backends.stream()
                .map(name -> new Runner(
                        name,
                        Engine.builder().backend(name).threads(1).strict(true).build()))
                .toList();
    }

    <T> T call(Supplier<T> work) {
        return engine == null ? work.get() : engine.call(work);
    }

    @Override
    public void close() {
        if (engine != null) {
            engine.close();
        }
    }

    /** Gradients with zeros where no path leads, and outputs without cotangent left out. */
    static List<Tensor> gradients(
            List<Tensor> outputs, List<Tensor> leaves, List<Tensor> upstream, boolean createGraph) {
        List<Tensor> of = new ArrayList<>();
        List<Tensor> with = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            if (upstream.get(i) != null && outputs.get(i).requiresGrad()) {
                of.add(outputs.get(i));
                with.add(upstream.get(i));
            }
        }
        List<Tensor> grads = of.isEmpty()
                ? new ArrayList<>(Collections.nCopies(leaves.size(), null))
                : new ArrayList<>(Tensor.grad(of, leaves, with, createGraph));
        for (int i = 0; i < grads.size(); i++) {
            if (grads.get(i) == null) {
                grads.set(i, Tensor.full(leaves.get(i).shape(), 0, leaves.get(i).dtype()));
            }
        }
        return grads;
    }
}
