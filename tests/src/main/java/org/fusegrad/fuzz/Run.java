package org.fusegrad.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * The outcome of a formula: in a step of training results, gradients of the arguments and states;
 * without gradients the results alone.
 *
 * @param names what each array is; results come first
 * @param values all elements, widened
 */
record Run(List<String> names, List<double[]> values) {
    private static final String RESULT = "result ";
    private static final String GRADIENT = "gradient of x";

    /** Runs forward, and backward along random cotangents, from the first states on. */
    static Run of(Recipe.Formula formula, List<Tensor> arguments, long seed) {
        return of(formula, arguments, seed, UnaryOperator.identity());
    }

    /** As above, the arguments passing through a function before the formula. */
    static Run of(
            Recipe.Formula formula,
            List<Tensor> arguments,
            long seed,
            UnaryOperator<Tensor> before) {
        formula.restart();
        List<Tensor> leaves = arguments.stream()
                .map(t -> Tensor.ofValue(t.value()).requiresGrad(true))
                .toList();
        List<Tensor> results = call(formula, leaves, before);
        Run run = new Run(new ArrayList<>(), new ArrayList<>());
        run.add(RESULT, results);
        List<Tensor> gradients = gradients(results, leaves, seed);
        for (int i = 0; i < leaves.size(); i++) {
            Tensor g = i < gradients.size() ? gradients.get(i) : null;
            run.names.add(GRADIENT + i);
            run.values.add(g == null ? new double[leaves.get(i).shape().numel()] : g.toDoubles());
        }
        for (State state : formula.states()) {
            run.names.add(state.name());
            run.values.add(state.get().toDoubles());
        }
        return run;
    }

    /** Runs forward without recording. */
    static Run plain(Recipe.Formula formula, List<Tensor> arguments, UnaryOperator<Tensor> before) {
        formula.restart();
        Run run = new Run(new ArrayList<>(), new ArrayList<>());
        run.add("unrecorded result ", Tensor.noGrad(() -> call(formula, arguments, before)));
        return run;
    }

    private static List<Tensor> call(
            Recipe.Formula formula, List<Tensor> arguments, UnaryOperator<Tensor> before) {
        return formula.call(arguments.stream().map(before).toArray(Tensor[]::new));
    }

    private void add(String name, List<Tensor> tensors) {
        for (int i = 0; i < tensors.size(); i++) {
            names.add(name + i);
            values.add(tensors.get(i).toDoubles());
        }
    }

    /** The results alone. */
    Run results() {
        return only(RESULT);
    }

    /** Gradients of all arguments. */
    List<double[]> gradients() {
        return only(GRADIENT).values;
    }

    private Run only(String kind) {
        int[] which = IntStream.range(0, names.size())
                .filter(i -> names.get(i).startsWith(kind))
                .toArray();
        return new Run(
                IntStream.of(which).mapToObj(names::get).toList(),
                IntStream.of(which).mapToObj(values::get).toList());
    }

    /** Gradients of results along cotangents that belong to the seed; null where none flows. */
    private static List<Tensor> gradients(List<Tensor> results, List<Tensor> leaves, long seed) {
        List<Tensor> of = new ArrayList<>();
        List<Tensor> with = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            Tensor y = results.get(i);
            if (y.requiresGrad()) {
                of.add(y);
                Tensor dy = Tensor.of(
                        cotangent(y.shape().numel(), seed + i), y.shape().dims());
                with.add(y.dtype() == DType.FLOAT64 ? dy : dy.cast(y.dtype()));
            }
        }
        return of.isEmpty() ? List.of() : Tensor.grad(of, leaves, with, false);
    }

    /** The cotangent of a result of so many elements. */
    static double[] cotangent(int elements, long seed) {
        return new Random(seed).doubles(elements, -1, 1).toArray();
    }
}
