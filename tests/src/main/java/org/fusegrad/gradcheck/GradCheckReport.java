package org.fusegrad.gradcheck;

import java.util.Comparator;
import java.util.List;

/**
 * The outcome of a check.
 *
 * @param compared elements and random directions compared
 * @param mismatches the wrong ones, in the order found
 * @param problems what else is wrong: a shape, a state that moved, a result that was not repeatable
 */
public record GradCheckReport(int compared, List<Mismatch> mismatches, List<String> problems) {
    private static final int SHOWN = 5;

    public boolean passed() {
        return mismatches.isEmpty() && problems.isEmpty();
    }

    /** What went wrong, the worst element first. */
    @Override
    public String toString() {
        if (passed()) {
            return "gradient check passed: " + compared + " elements";
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
        return text.toString();
    }
}
