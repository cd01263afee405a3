package org.fusegrad.parity;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Special points at which we differ from libtorch on purpose, and why. */
final class SpecialDeviations {
    private static final Map<Pattern, String> REASONS = new LinkedHashMap<>();

    static {
        because(
                "the sign of NaN is NaN, so slopes are too",
                "(abs|sign|norm p=-?(1.0|Infinity)) at NaN.*");
        because("pow is IEEE 754's, also with exponents of halves", "pow\\(x, (0.5|1.5)\\) at .*");
        because(
                "a Hessian is symmetric, and finite where a power is smooth",
                "pow at (0|1|2|-2|Infinity|NaN); (0|1|2|3|0.5)");
        because("curvature at the kink is that of the side whose slope is taken", "s?c?elu at 0");
        because("the slope of a branch reaches NaN", "(s?c?elu|hardswish) at NaN");
        because("what overflows is not taken", "mish at 800");
        because("a slope that is the parameter has slope 1 by it", "prelu at 0.*");
        because(
                "zeros of a norm have slope 0 and no curvature, not NaN",
                "norm p=.* 0|norm p=.* at 0.*");
        because(
                "nothing is said where a norm or variance has no finite value",
                "norm p=0.5 at Infinity 1|var correction . at 1 Infinity|var correction 1 at 3");
    }

    /** Fused, products of statistics with 0 are 0 even where the result is no number. */
    private static final Pattern VALUE_ONLY =
            Pattern.compile("(var|std) correction . at (1 Infinity|3)|norm p=-?Infinity at NaN 1");

    private SpecialDeviations() {}

    /** Whether the contract says nothing of derivatives here. */
    static boolean isValueOnly(String point) {
        return VALUE_ONLY.matcher(point).matches();
    }

    private static void because(String reason, String points) {
        REASONS.put(Pattern.compile(points), reason);
    }

    /** Why this point is not libtorch's, if there is a reason. */
    static Optional<String> reason(String point) {
        return REASONS.entrySet().stream()
                .filter(e -> e.getKey().matcher(point).matches())
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
