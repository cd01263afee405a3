package org.fusegrad.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.fusegrad.DType;
import org.fusegrad.State;
import org.fusegrad.Tensor;

/**
 * Everything a formula computes in a step of training: results, gradients of the arguments, states.
 *
 * @param names what each array is
 * @param values all elements, widened
 */
record Run(List<String> names, List<double[]> values) {
    /** Runs forward, and backward along random cotangents. */
    static Run of(Recipe.Formula formula, List<Tensor> arguments, long seed) {
        List<Tensor> leaves = arguments.stream()
                .map(t -> Tensor.ofValue(t.value()).requiresGrad(true))
                .toList();
        List<Tensor> results = formula.fused().callAll(leaves.toArray(Tensor[]::new));
        List<String> names = new ArrayList<>();
        List<double[]> values = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            names.add("result " + i);
            values.add(results.get(i).toDoubles());
        }
        List<Tensor> gradients = gradients(results, leaves, seed);
        for (int i = 0; i < leaves.size(); i++) {
            Tensor g = i < gradients.size() ? gradients.get(i) : null;
            names.add("gradient of x" + i);
            values.add(g == null ? new double[leaves.get(i).shape().numel()] : g.toDoubles());
        }
        for (State state : formula.states()) {
            names.add(state.name());
            values.add(state.get().toDoubles());
        }
        return new Run(names, values);
    }

    /** Gradients of results along cotangents that belong to the seed; null where none flows. */
    static List<Tensor> gradients(List<Tensor> results, List<Tensor> leaves, long seed) {
        List<Tensor> of = new ArrayList<>();
        List<Tensor> with = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i).requiresGrad()) {
                of.add(results.get(i));
                with.add(cotangent(results.get(i), seed + i));
            }
        }
        return of.isEmpty() ? List.of() : Tensor.grad(of, leaves, with, false);
    }

    static Tensor cotangent(Tensor y, long seed) {
        double[] v = new Random(seed).doubles(y.shape().numel(), -1, 1).toArray();
        Tensor t = Tensor.of(v, y.shape().dims());
        return y.dtype() == DType.FLOAT64 ? t : t.cast(y.dtype());
    }
}
