package org.fusegrad.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Accuracy against double functions, and special values. */
class FloatsTest {
    @FunctionalInterface
    private interface Scalar {
        float apply(float x);
    }

    private static final float INFINITY = Float.POSITIVE_INFINITY;

    /** The least double that rounds to float infinity. */
    private static final double OVERFLOW = 0x1.ffffffp127;

    @Test
    void accuracyOfExponentials() {
        within(1.05, Floats::exp, StrictMath::exp, -110, 90);
        within(1.05, Floats::exp, StrictMath::exp, -104, -86);
        within(1.55, Floats::expm1, StrictMath::expm1, -30, 90);
        within(1.55, Floats::expm1, StrictMath::expm1, -1.1, 1.1);
    }

    @Test
    void accuracyOfLogarithms() {
        within(1, Floats::log, StrictMath::log, 0.4, 2.5);
        within(1.6, Floats::log1p, StrictMath::log1p, -1, 2);
    }

    @Test
    void accuracyOfSigmoids() {
        within(1.45, Floats::tanh, StrictMath::tanh, -11, 11);
        within(1.45, Floats::tanh, StrictMath::tanh, -1, 1);
        within(1.7, Floats::sigmoid, Doubles::sigmoid, -110, 20);
        within(1.7, Floats::sigmoid, Doubles::sigmoid, -2, 2);
        within(1.35, Floats::erf, Doubles::erf, -4.5, 4.5);
    }

    @Test
    void accuracyOfCircularFunctions() {
        within(1.75, Floats::sin, StrictMath::sin, -1e5, 1e5);
        within(1.75, Floats::cos, StrictMath::cos, -1e5, 1e5);
        within(1.75, Floats::sin, StrictMath::sin, -7, 7);
        within(1.75, Floats::cos, StrictMath::cos, -7, 7);
    }

    @Test
    void accuracyOverAllBitPatterns() {
        everywhere(1.05, Floats::exp, StrictMath::exp);
        everywhere(1.55, Floats::expm1, StrictMath::expm1);
        everywhere(1, Floats::log, StrictMath::log);
        everywhere(1.6, Floats::log1p, StrictMath::log1p);
        everywhere(1.45, Floats::tanh, StrictMath::tanh);
        everywhere(1.7, Floats::sigmoid, Doubles::sigmoid);
        everywhere(1.35, Floats::erf, Doubles::erf);
        everywhere(1.75, Floats::sin, StrictMath::sin);
        everywhere(1.75, Floats::cos, StrictMath::cos);
    }

    /** Floats next to multiples of pi/2, where the reduction cancels most. */
    @Test
    void accuracyNextToZerosOfSinAndCos() {
        for (int n = 1; n < 63_000; n++) {
            float x = (float) (n * (Math.PI / 2));
            assertUlps(1.75, x, Floats.sin(x), StrictMath.sin(x));
            assertUlps(1.75, x, Floats.cos(x), StrictMath.cos(x));
        }
    }

    @Test
    void specialValuesOfExponentials() {
        bits(1f, Floats.exp(0f), Floats.exp(-0f));
        bits(INFINITY, Floats.exp(INFINITY), Floats.exp(88.7229f), Floats.exp(1e30f));
        bits(0f, Floats.exp(-INFINITY), Floats.exp(-104f), Floats.exp(-Float.MAX_VALUE));
        bits(Float.MIN_VALUE, Floats.exp(-103.5f), Floats.sigmoid(-103.5f));
        bits(-0f, Floats.expm1(-0f));
        bits(0f, Floats.expm1(0f));
        bits(-1f, Floats.expm1(-INFINITY), Floats.expm1(-40f));
        bits(INFINITY, Floats.expm1(INFINITY), Floats.expm1(88.7229f));
    }

    @Test
    void specialValuesOfLogarithms() {
        bits(-INFINITY, Floats.log(0f), Floats.log(-0f), Floats.log1p(-1f));
        bits(INFINITY, Floats.log(INFINITY), Floats.log1p(INFINITY));
        bits(0f, Floats.log(1f), Floats.log1p(0f));
        bits(-0f, Floats.log1p(-0f));
        bits(Float.NaN, Floats.log(-1f), Floats.log(-Float.MIN_VALUE), Floats.log(-INFINITY));
        bits(Float.NaN, Floats.log1p(-1.0000001f), Floats.log1p(-INFINITY));
        bits(-Float.MIN_VALUE, Floats.log1p(-Float.MIN_VALUE), Floats.expm1(-Float.MIN_VALUE));
        bits((float) StrictMath.log(Float.MIN_VALUE), Floats.log(Float.MIN_VALUE));
    }

    @Test
    void specialValuesOfSigmoids() {
        bits(-0f, Floats.tanh(-0f), Floats.erf(-0f), Floats.sin(-0f));
        bits(1f, Floats.tanh(INFINITY), Floats.erf(INFINITY), Floats.sigmoid(INFINITY));
        bits(-1f, Floats.tanh(-INFINITY), Floats.erf(-INFINITY));
        bits(0f, Floats.sigmoid(-INFINITY));
        bits(0.5f, Floats.sigmoid(0f), Floats.sigmoid(-0f));
        bits(Float.MIN_VALUE, Floats.tanh(Float.MIN_VALUE), Floats.erf(Float.MIN_VALUE));
        assertUlps(1, -100, Floats.sigmoid(-100f), Doubles.sigmoid(-100));
        bits(Float.NaN, Floats.sin(INFINITY), Floats.cos(-INFINITY));
        bits(1f, Floats.cos(0f), Floats.cos(-0f), Floats.cos(Float.MIN_VALUE));
    }

    @Test
    void everyFunctionKeepsNaN() {
        List<Scalar> all = List.of(
                Floats::exp,
                Floats::expm1,
                Floats::log,
                Floats::log1p,
                Floats::tanh,
                Floats::sigmoid,
                Floats::erf,
                Floats::sin,
                Floats::cos);
        for (Scalar f : all) {
            bits(Float.NaN, f.apply(Float.NaN), f.apply(Float.intBitsToFloat(0xff800001)));
        }
        bits(Float.NaN, Floats.pow(Float.NaN, 2f), Floats.pow(2f, Float.NaN));
    }

    @Test
    void pow() {
        bits(8f, Floats.pow(2f, 3f));
        bits(1f, Floats.pow(Float.NaN, 0f), Floats.pow(1f, Float.NaN), Floats.pow(-1f, INFINITY));
        bits(Float.NaN, Floats.pow(-8f, 1f / 3));
        bits(INFINITY, Floats.pow(0f, -1f), Floats.pow(1e20f, 2f));
        bits(-INFINITY, Floats.pow(-0f, -1f));
    }

    private static void bits(float expected, float... actual) {
        for (float y : actual) {
            assertEquals(Float.floatToIntBits(expected), Float.floatToIntBits(y), "got " + y);
        }
    }

    /** About 200,000 evenly spaced arguments. */
    private static void within(
            double bound, Scalar f, DoubleUnaryOperator truth, double from, double to) {
        for (int i = 0; i <= 200_000; i++) {
            float x = (float) (from + (to - from) * i / 200_000);
            assertUlps(bound, x, f.apply(x), truth.applyAsDouble(x));
        }
    }

    /** Every 20011th bit pattern: some 400 for each sign and exponent. */
    private static void everywhere(double bound, Scalar f, DoubleUnaryOperator truth) {
        for (long i = Integer.MIN_VALUE; i <= Integer.MAX_VALUE; i += 20_011) {
            float x = Float.intBitsToFloat((int) i);
            assertUlps(bound, x, f.apply(x), truth.applyAsDouble(x));
        }
    }

    private static void assertUlps(double bound, float x, float got, double truth) {
        boolean sameSign = Math.copySign(1f, got) == Math.copySign(1, truth);
        boolean right;
        if (Double.isNaN(truth)) {
            right = Float.isNaN(got);
        } else if (Float.isInfinite(got)) {
            // A float below the greatest one by less than the bound may overflow.
            right = sameSign && Math.abs(truth) >= OVERFLOW - bound * Math.ulp(Float.MAX_VALUE);
        } else {
            double ulp = Math.ulp((float) truth);
            if (Math.abs(truth) < Math.abs((float) truth)) {
                ulp = Math.ulp(Math.nextDown(Math.abs((float) truth)));
            }
            right = sameSign && Math.abs(got - truth) <= bound * ulp;
        }
        assertTrue(right, () -> "f(" + x + ") is " + truth + ", got " + got);
    }
}
