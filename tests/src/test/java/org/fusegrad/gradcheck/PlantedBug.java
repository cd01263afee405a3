package org.fusegrad.gradcheck;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.Tensor;
import org.fusegrad.grad.PlantedRule;
import org.fusegrad.graph.Op;

/**
 * Something wrong, and where the harness has to say it is.
 *
 * @param node the operation to be named
 * @param rule wrong gradient of that operation; {@code null} if the formula itself is wrong
 * @param formula what is checked
 * @param setting orders, references and the like
 */
record PlantedBug(
        String name,
        Op node,
        PlantedRule.Wrong rule,
        TensorFunction formula,
        UnaryOperator<GradCheck> setting,
        Tensor... inputs) {
    /** A wrong rule, in a formula that uses the operation. */
    static PlantedBug rule(
            String name, Op op, PlantedRule.Wrong wrong, TensorFunction f, Tensor... inputs) {
        return new PlantedBug(name, op, wrong, f, c -> c, inputs);
    }

    /** A formula that is wrong by itself. */
    static PlantedBug formula(String name, Op node, TensorFunction f, Tensor... inputs) {
        return new PlantedBug(name, node, null, f, c -> c, inputs);
    }

    PlantedBug with(UnaryOperator<GradCheck> other) {
        return new PlantedBug(name, node, rule, formula, other, inputs);
    }

    GradCheckReport find() {
        GradCheck check =
                setting.apply(GradCheck.of(formula).inputs(inputs).backends("interpreter"));
        return rule == null ? check.report() : PlantedRule.during(node, rule, check::report);
    }

    @Override
    public String toString() {
        return node + ": " + name;
    }

    /** A list that may hold null, which stands for no gradient. */
    static <T> List<T> grads(T... all) {
        return Arrays.asList(all);
    }
}
