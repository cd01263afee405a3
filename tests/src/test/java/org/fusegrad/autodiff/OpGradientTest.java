package org.fusegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.GradCheck;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.graph.Op;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every differentiable operation, to the second order, against finite differences. */
final class OpGradientTest {
    /**
     * Operations whose results are truth values, positions or random numbers; detaching stops gradients by intent,
     * and collecting stands only in graphs that were differentiated before.
     */
    private static final Set<Op> WITHOUT_GRADIENT = EnumSet.of(
            Op.NOT,
            Op.EQ,
            Op.NE,
            Op.LT,
            Op.LE,
            Op.AND,
            Op.OR,
            Op.XOR,
            Op.ARGMAX,
            Op.DETACH,
            Op.UNIFORM,
            Op.NORMAL,
            Op.COLLECT);

    @Test
    void everyDifferentiableOperationHasAnExample() {
        Set<Op> missing = EnumSet.allOf(Op.class);
        missing.removeIf(op -> op.kind() == Op.Kind.LEAF);
        missing.removeAll(WITHOUT_GRADIENT);
        OpExample.all().forEach(example -> missing.remove(example.op()));
        assertEquals(Set.of(), missing, "operations without an example");
    }

    static Stream<Arguments> examples() {
        List<Arguments> all = new ArrayList<>();
        for (Way way : Way.all()) {
            OpExample.all().forEach(example -> all.add(Arguments.of(example, way)));
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("examples")
    void agreesWithFiniteDifferences(OpExample example, Way way) {
        TensorFunction f = way.fused()
                ? Way.traced(example.op().toString(), example.function())
                : example.function();
        GradCheck check = GradCheck.of(f).inputs(example.inputs()).order(2);
        if (example.flat()) {
            check.allowZeros();
        }
        if (example.tolerance() != null) {
            check.tolerance(example.tolerance());
        }
        way.call(check::check);
    }
}
