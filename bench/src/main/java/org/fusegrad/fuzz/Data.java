package org.fusegrad.fuzz;

import java.util.function.DoubleUnaryOperator;

/** Of what size the arguments of a formula are: functions of numbers between -2 and 2. */
enum Data {
    ORDINARY(u -> u),
    /** Far from zero against what they vary by, as data that was not centred. */
    OFFSET(u -> 300 + u),
    SMALL(u -> 1e-12 * u),
    LARGE(u -> 1e3 * u),
    /** Of ten orders of magnitude. */
    SPREAD(u -> Math.copySign(StrictMath.pow(10, 5 * Math.abs(u) - 7), u));

    private final DoubleUnaryOperator of;

    Data(DoubleUnaryOperator of) {
        this.of = of;
    }

    double of(double u) {
        return of.applyAsDouble(u);
    }
}
