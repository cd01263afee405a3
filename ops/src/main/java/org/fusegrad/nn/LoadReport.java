package org.fusegrad.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A report of what became of the values that were loaded into a module.
 *
 * @param loaded paths of parameters and states that took over a value, in the module's order
 * @param missing paths that had no value and kept theirs
 * @param unexpected keys of values that belong to nothing in the module
 * @param mismatched paths whose value had another shape and was left out, with both shapes
 * @param cast paths whose value had another type, with both types
 */
public record LoadReport(
        List<String> loaded,
        List<String> missing,
        List<String> unexpected,
        Map<String, String> mismatched,
        Map<String, String> cast) {
    /** This one with further values that belong to nothing in the module. */
    public LoadReport andUnexpected(List<String> more) {
        List<String> all = new ArrayList<>(unexpected);
        all.addAll(more);
        return new LoadReport(loaded, missing, List.copyOf(all), mismatched, cast);
    }

    /** How many of each, with the paths of all that is not as it should be. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("loaded " + loaded.size());
        append(text, "missing", missing);
        append(text, "unexpected", unexpected);
        mismatched.forEach((path, how) -> text.append("; ").append(path + " is " + how));
        if (!cast.isEmpty()) {
            text.append("; cast ").append(cast.size());
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String what, List<String> paths) {
        if (!paths.isEmpty()) {
            text.append("; " + what + ": ").append(String.join(", ", paths));
        }
    }
}
