package org.fusegrad.math;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;
import static java.lang.Math.fma;
import static org.fusegrad.math.Coefficients.*;

/**
 * Elementary functions of float, with the same bits on every processor and JDK.
 *
 * <p>exp, expm1, log, log1p, tanh, sigmoid and erf perform exactly the operations of {@link
 * Expansions}, where the method is explained, written out for speed; a conditional expression here
 * is a select there. All functions give NaN for NaN.
 *
 * <p>The accuracies are the largest errors over all 2^32 arguments, in units of the last place of
 * the result.
 */
public final class Floats {
    /** Up to here the reduction of sin and cos by three-part pi/2 is accurate. */
    private static final float TRIG_HIGHEST = 1e5f;

    /** sin(x) rounds to x below this. */
    private static final float SIN_LINEAR = 0x1p-12f;

    private Floats() {}

    /**
     * e^x, within 1.02 ulp, denormal results included; infinity from 88.722839 up, 0 from
     * -103.97208 down.
     */
    public static float exp(float x) {
        float c = x < EXP_LOWEST ? EXP_LOWEST : x;
        return expWide(EXP_HIGHEST < c ? EXP_HIGHEST : c);
    }

    /** e^x - 1, within 1.47 ulp; keeps the sign of zero; -1 at minus infinity. */
    public static float expm1(float x) {
        float c = x < EXPM1_LOWEST ? EXPM1_LOWEST : x;
        c = EXP_HIGHEST < c ? EXP_HIGHEST : c;
        float t = fma(c, LOG2E, ROUNDER);
        float p = expm1Reduced(c, t);
        float s = intBitsToFloat((floatToRawIntBits(t) << 23) + HALF_BITS);
        float half = fma(p, s, s - 0.5f);
        return Math.abs(x) < LINEAR ? x : half + half;
    }

    /**
     * Natural logarithm, within 0.94 ulp, denormal arguments included; -infinity at zeros of
     * either sign, NaN below, infinity at infinity.
     */
    public static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        int bits = floatToRawIntBits(tiny ? x * 0x1p23f : x);
        int k = (bits - TWO_THIRDS_BITS) >> 23;
        float f = intBitsToFloat(bits - (k << 23)) - 1f;
        float n = k + (tiny ? -23f : 0f);
        return logEdges(x, 0f, fma(n, LN2_0, log1pReduced(f)));
    }

    /**
     * log(1 + x), within 1.55 ulp; keeps the sign of zero; -infinity at -1, NaN below, infinity
     * at infinity.
     */
    public static float log1p(float x) {
        int k = (floatToRawIntBits(x + 1f) - TWO_THIRDS_BITS) >> 23;
        float s = intBitsToFloat(FOUR_BITS - (k << 23));
        float f = fma(x * 0.25f, s, fma(s, 0.25f, -1f));
        float r = fma(k, LN2_0, log1pReduced(f));
        return logEdges(x, -1f, Math.abs(x) < LINEAR ? x : r);
    }

    /** Hyperbolic tangent, within 1.34 ulp; odd; keeps the sign of zero; 1 at infinity. */
    public static float tanh(float x) {
        float a = Math.abs(x);
        a = TANH_HIGHEST < a ? TANH_HIGHEST : a;
        float r;
        if (a < TANH_SWITCH) {
            float z = a * a;
            float p = fma(fma(fma(fma(TANH_4, z, TANH_3), z, TANH_2), z, TANH_1), z, TANH_0);
            r = fma(a * z, p, a);
        } else {
            r = 1f - 2f / (expNarrow(a + a) + 1f);
        }
        return withSign(r, x);
    }

    /**
     * Logistic function 1 / (1 + e^-x), within 1.66 ulp; fades through the denormals to 0
     * below -103.97208; 0 at minus infinity, 1 at infinity.
     */
    public static float sigmoid(float x) {
        float negative = -Math.abs(x);
        float e = expWide(negative < EXP_LOWEST ? EXP_LOWEST : negative);
        float whole = x < 0f ? e : 1f;
        return fma(e / (-1f - e), whole, whole);
    }

    /** Error function, within 1.28 ulp; odd; keeps the sign of zero; 1 at infinity. */
    public static float erf(float x) {
        float a = Math.abs(x);
        a = ERF_HIGHEST < a ? ERF_HIGHEST : a;
        float r;
        if (a < ERF_SWITCH) {
            float z = a * a;
            float p = fma(fma(fma(ERF_6, z, ERF_5), z, ERF_4), z, ERF_3);
            p = fma(fma(fma(p, z, ERF_2), z, ERF_1), z, ERF_0);
            r = fma(p, a, a);
        } else {
            float q = fma(fma(fma(ERFC_5, a, ERFC_4), a, ERFC_3), a, ERFC_2);
            r = 1f - expNarrow(fma(fma(q, a, ERFC_1), a, ERFC_0));
        }
        return withSign(r, x);
    }

    /**
     * Sine, within 1.57 ulp; keeps the sign of zero; NaN at infinity. Beyond 1e5 in magnitude it is
     * {@link StrictMath#sin} rounded to float. Has no expansion: not for vector lanes.
     */
    public static float sin(float x) {
        float a = Math.abs(x);
        if (a < SIN_LINEAR) {
            return x;
        }
        if (!(a <= TRIG_HIGHEST)) {
            return (float) StrictMath.sin(x);
        }
        float n = fma(x, TWO_OVER_PI, ROUNDER) - ROUNDER;
        return quadrant(x, n, (int) n);
    }

    /**
     * Cosine, within 1.57 ulp; NaN at infinity. Beyond 1e5 in magnitude it is {@link
     * StrictMath#cos} rounded to float. Has no expansion: not for vector lanes.
     */
    public static float cos(float x) {
        if (!(Math.abs(x) <= TRIG_HIGHEST)) {
            return (float) StrictMath.cos(x);
        }
        float n = fma(x, TWO_OVER_PI, ROUNDER) - ROUNDER;
        return quadrant(x, n, (int) n + 1);
    }

    /**
     * Power, within 0.501 ulp: {@link Doubles#pow} rounded to float, special cases included. Has no
     * expansion: not for vector lanes.
     */
    public static float pow(float base, float exponent) {
        return (float) Doubles.pow(base, exponent);
    }

    private static float expWide(float x) {
        float t = fma(x, LOG2E, ROUNDER);
        float p = expm1Reduced(x, t);
        int n = floatToRawIntBits(t);
        int half = n >> 1;
        float s = powerOfTwo(half);
        return fma(p, s, s) * powerOfTwo(n - half);
    }

    private static float expNarrow(float x) {
        float t = fma(x, LOG2E, ROUNDER);
        float p = expm1Reduced(x, t);
        float s = powerOfTwo(floatToRawIntBits(t));
        return fma(p, s, s);
    }

    private static float expm1Reduced(float x, float t) {
        float n = t - ROUNDER;
        float r = fma(n, -LN2_1, fma(n, -LN2_0, x));
        float p = fma(fma(fma(fma(EXP_4, r, EXP_3), r, EXP_2), r, EXP_1), r, EXP_0);
        return fma(p, r * r, r);
    }

    private static float powerOfTwo(int n) {
        return intBitsToFloat((n << 23) + ONE_BITS);
    }

    private static float log1pReduced(float f) {
        float p = fma(fma(fma(fma(LOG_8, f, LOG_7), f, LOG_6), f, LOG_5), f, LOG_4);
        p = fma(fma(fma(fma(p, f, LOG_3), f, LOG_2), f, LOG_1), f, LOG_0);
        return fma(p, f * f, f);
    }

    private static float logEdges(float x, float pole, float r) {
        r = x < Float.POSITIVE_INFINITY ? r : x;
        r = x < pole ? Float.NaN : r;
        return x == pole ? Float.NEGATIVE_INFINITY : r;
    }

    private static float withSign(float r, float x) {
        return intBitsToFloat(floatToRawIntBits(r) | (floatToRawIntBits(x) & SIGN_BIT));
    }

    /** Sine of r + q pi/2, where r = x - n pi/2. The first fma is exact: r fits the bits of x. */
    private static float quadrant(float x, float n, int q) {
        float r = fma(n, -HALF_PI_2, fma(n, -HALF_PI_1, fma(n, -HALF_PI_0, x)));
        float z = r * r;
        float v;
        if ((q & 1) == 0) {
            float p = fma(fma(fma(SIN_3, z, SIN_2), z, SIN_1), z, SIN_0);
            v = fma(p, r * z, r);
        } else {
            float p = fma(fma(COS_2, z, COS_1), z, COS_0);
            v = fma(p, z * z, fma(-0.5f, z, 1f));
        }
        return (q & 2) == 0 ? v : -v;
    }
}
