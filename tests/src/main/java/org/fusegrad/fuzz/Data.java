package org.fusegrad.fuzz;

import java.util.function.DoubleUnaryOperator;

/** Of what size the arguments of a formula are: functions of numbers between -2 and 2. */
enum Data {
    ORDINARY(true, u -> u),
    /** Zeros and equal numbers, where functions have kinks. */
    TIES(true, u -> Math.rint(u)),
    /** Far from zero against what they vary by, as data that was not centred. */
    OFFSET(true, u -> 300 + u),
    SMALL(false, u -> 1e-12 * u),
    LARGE(false, u -> 1e3 * u),
    /** Of ten orders of magnitude. */
    SPREAD(false, u -> Math.copySign(StrictMath.pow(10, 5 * Math.abs(u) - 7), u));

    private final boolean moderate;
    private final DoubleUnaryOperator of;

    Data(boolean moderate, DoubleUnaryOperator of) {
        this.moderate = moderate;
        this.of = of;
    }

    /** Whether float32 has the range for a few operations, and their derivatives, on these. */
    boolean isModerate() {
        return moderate;
    }

    double of(double u) {
        return of.applyAsDouble(u);
    }
}
