package org.fusegrad.gradcheck;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of a check.
 *
 * @param compared elements and random directions compared
 * @param mismatches the wrong ones, in the order found
 * @param problems what else is wrong: a shape, a state that moved, a result that was not repeatable
 * @param notes what the check did on its own account, such as stepping around a kink
 * @param wrongNode the node at fault, if the gradient is wrong and a node is
 * @param java statements that rebuild the case, if the gradient is wrong; else empty
 */
public record GradCheckReport(
        int compared,
        List<Mismatch> mismatches,
        List<String> problems,
        List<String> notes,
        Optional<WrongNode> wrongNode,
        String java) {
    private static final int SHOWN = 5;

    public boolean passed() {
        return mismatches.isEmpty() && problems.isEmpty();
    }

    /** What went wrong, the worst element first, the node at fault, and the case as Java. */
    @Override
    public String toString() {
        if (passed()) {
            StringBuilder text = new StringBuilder("gradient check passed: ");
            text.append(compared).append(" elements");
            notes.forEach(n -> text.append("\n  ").append(n));
            return text.toString();
        }
        StringBuilder text = new StringBuilder("gradient check failed: ");
        text.append(mismatches.size())
                .append(" of ")
                .append(compared)
                .append(" elements are wrong");
        problems.forEach(p -> text.append("\n  ").append(p));
        mismatches.stream()
                .sorted(Comparator.comparingDouble(Mismatch::ratio).reversed())
                .limit(SHOWN)
                .forEach(m -> text.append("\n  ").append(m));
        if (mismatches.size() > SHOWN) {
            text.append("\n  and ").append(mismatches.size() - SHOWN).append(" more");
        }
        notes.forEach(n -> text.append("\n  ").append(n));
        wrongNode.ifPresent(n -> text.append("\n  ").append(n));
        if (!java.isEmpty()) {
            text.append("\n\nthe case as Java:\n\n").append(java);
        }
        return text.toString();
    }
}
