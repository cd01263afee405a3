package org.fusegrad.conformance;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.fusegrad.conformance.eval.Comparison.Difference;

/**
 * The outcome of one case.
 *
 * @param path its directory below the root
 * @param mode the backend and whether it fused, where the case failed
 * @param reason why it did not pass; empty if it did
 * @param worst the worst wrong element, if an element was wrong
 * @param measured whether float32 errors were measured against PyTorch's
 * @param beyondTorch the element furthest beyond PyTorch's error, fused or not, if one is
 * @param fusedBeyond the same of fused runs alone
 */
public record CaseResult(
        String path,
        String suite,
        String op,
        String kind,
        String dtype,
        Status status,
        String mode,
        String reason,
        Optional<Difference> worst,
        boolean measured,
        Optional<Difference> beyondTorch,
        Optional<Difference> fusedBeyond) {
    /** How a case can end. */
    public enum Status {
        PASS,
        FAIL,
        /** It asks for what has no counterpart here. */
        UNSUPPORTED,
        /** It contradicts itself or its format; nothing was compared. */
        MALFORMED
    }

    /** A sentence about a difference. */
    static String describe(Difference d) {
        if (d.reason().isPresent()) {
            return d.tensor() + " " + d.reason().get();
        }
        return String.format(
                Locale.ROOT,
                "%s%s: expected %.9g, got %.9g, error %.2e, tolerance %.2e",
                d.tensor(),
                Arrays.toString(d.index()),
                d.expected(),
                d.got(),
                d.error(),
                d.tolerance());
    }

    @Override
    public String toString() {
        String where = mode.isEmpty() ? "" : " (" + mode + ")";
        return status + " " + path + where + (reason.isEmpty() ? "" : ": " + reason);
    }
}
