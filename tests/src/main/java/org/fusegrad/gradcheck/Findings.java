package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fusegrad.Tensor;

/** The findings of a check so far. */
final class Findings {
    private final List<Mismatch> mismatches = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<Tensor, double[]> elements = new IdentityHashMap<>();
    private int compared;

    /** Compares one number; written so that NaN fails. */
    void compare(Mismatch candidate) {
        compared++;
        if (!(Math.abs(candidate.expected() - candidate.got()) <= candidate.tolerance())) {
            mismatches.add(candidate);
        }
    }

    /** Numbers compared so far. */
    int compared() {
        return compared;
    }

    /** What is wrong besides numbers; said once. */
    void problem(String text) {
        if (!problems.contains(text)) {
            problems.add(text);
        }
    }

    void note(String text) {
        notes.add(text);
    }

    /** The elements a leaf had when it was first asked for. */
    double[] first(Tensor leaf) {
        return elements.computeIfAbsent(leaf, Tensor::toDoubles);
    }

    boolean clean() {
        return problems.isEmpty() && mismatches.isEmpty();
    }

    /** Whether a number is wrong. */
    boolean wrong() {
        return !mismatches.isEmpty();
    }

    /** The number that is most wrong. */
    Mismatch worst() {
        return Collections.max(mismatches, Comparator.comparingDouble(Mismatch::ratio));
    }

    GradCheckReport report(Optional<WrongNode> node, String java) {
        return new GradCheckReport(
                compared,
                List.copyOf(mismatches),
                List.copyOf(problems),
                List.copyOf(notes),
                node,
                java);
    }
}
