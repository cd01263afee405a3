package org.fusegrad.grad;

import java.util.List;
import java.util.function.Supplier;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/** Puts a wrong gradient rule in the place of the right one for the length of a test. */
public final class PlantedRule {
    /** A rule that may start from what the right one answers. */
    @FunctionalInterface
    public interface Wrong {
        List<Node> apply(List<Node> right, Node y, Node g);
    }

    private PlantedRule() {}

    /** Runs {@code work} while {@code op} has the wrong rule. */
    public static <T> T during(Op op, Wrong wrong, Supplier<T> work) {
        GradientRules.Rule right = GradientRules.exchange(op, null);
        GradientRules.exchange(op, (y, g) -> wrong.apply(right.apply(y, g), y, g));
        try {
            return work.get();
        } finally {
            GradientRules.exchange(op, right);
        }
    }
}
