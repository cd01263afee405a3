package org.fusegrad.math;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The expansions and the hand-written functions agree bit for bit, NaN payloads aside. */
class ExpansionsTest {
    @FunctionalInterface
    private interface Scalar {
        float apply(float x);
    }

    private static final int LANES = 2048;

    /** Odd, so that all bit patterns but a few would be met if the sweep went on: 2^22 are. */
    private static final int STRIDE = 1021;

    private static final float[] SPECIALS = {
        0f,
        -0f,
        1f,
        -1f,
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        -Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        0x1p-24f,
        -0x1p-24f,
        0.625f,
        10f,
        4f,
        -20f,
        88.72283f,
        88.72284f,
        89f,
        -87.33655f,
        -103.97208f,
        -103.97209f,
        -105f
    };

    private final LaneArrays lanes = new LaneArrays(LANES);

    @Test
    void exp() {
        sweep("exp", x -> Expansions.exp(lanes, x), Floats::exp);
    }

    @Test
    void expm1() {
        sweep("expm1", x -> Expansions.expm1(lanes, x), Floats::expm1);
    }

    @Test
    void log() {
        sweep("log", x -> Expansions.log(lanes, x), Floats::log);
    }

    @Test
    void log1p() {
        sweep("log1p", x -> Expansions.log1p(lanes, x), Floats::log1p);
    }

    @Test
    void tanh() {
        sweep("tanh", x -> Expansions.tanh(lanes, x), Floats::tanh);
    }

    @Test
    void sigmoid() {
        sweep("sigmoid", x -> Expansions.sigmoid(lanes, x), Floats::sigmoid);
    }

    @Test
    void erf() {
        sweep("erf", x -> Expansions.erf(lanes, x), Floats::erf);
    }

    @Test
    void toBfloat16AndBack() {
        sweep(
                "bfloat16",
                x -> Expansions.fromBfloat16(lanes, Expansions.toBfloat16(lanes, x)),
                x -> Half.fromBfloat16(Half.toBfloat16(x)));
    }

    @Test
    void toFloat16AndBack() {
        sweep(
                "float16",
                x -> Expansions.fromFloat16(lanes, Expansions.toFloat16(lanes, x)),
                x -> Half.fromFloat16(Half.toFloat16(x)));
    }

    /** 2^22 bit patterns, 8192 for each sign and exponent, and the specials with neighbours. */
    private static void sweep(String name, UnaryOperator<float[]> expansion, Scalar plain) {
        float[] x = new float[LANES];
        for (int i = 0; i < 3 * SPECIALS.length; i++) {
            float centre = SPECIALS[i / 3];
            x[i] = Float.intBitsToFloat(Float.floatToRawIntBits(centre) + i % 3 - 1);
        }
        compare(name, x, expansion.apply(x), plain);
        int pattern = 0;
        for (int block = 0; block < (1 << 22) / LANES; block++) {
            for (int i = 0; i < LANES; i++) {
                x[i] = Float.intBitsToFloat(pattern);
                pattern += STRIDE;
            }
            compare(name, x, expansion.apply(x), plain);
        }
    }

    private static void compare(String name, float[] x, float[] y, Scalar plain) {
        for (int i = 0; i < LANES; i++) {
            float expected = plain.apply(x[i]);
            if (Float.floatToIntBits(expected) != Float.floatToIntBits(y[i])) {
                fail(name + "(" + x[i] + ") is " + expected + ", its expansion gives " + y[i]);
            }
        }
    }
}
