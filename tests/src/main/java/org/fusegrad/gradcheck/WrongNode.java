package org.fusegrad.gradcheck;

import java.util.Arrays;
import java.util.Locale;
import org.fusegrad.graph.Op;

/**
 * The first node of a function's graph whose own vector-Jacobian product is not the transpose of
 * its own derivative.
 *
 * @param op its operation; {@link Op#CUSTOM} for a declared backward
 * @param name as {@code explain()} lists it
 * @param equation its right-hand side
 * @param operand number of the operand whose gradient is wrong
 * @param at the worst element of it
 */
public record WrongNode(
        Op op, String name, String equation, int operand, int[] at, double expected, double got) {
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "first wrong node: %s = %s; its gradient by operand %d at %s should be %.9g, is"
                        + " %.9g",
                name,
                equation,
                operand,
                Arrays.toString(at),
                expected,
                got);
    }
}
