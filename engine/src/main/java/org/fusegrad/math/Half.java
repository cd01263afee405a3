package org.fusegrad.math;

/**
 * Conversions between float and the 16-bit formats float16 (IEEE binary16) and bfloat16.
 *
 * <p>Narrowing rounds to nearest, ties to even, and overflows to infinity; widening is exact;
 * denormals are kept both ways. A NaN stays a NaN of its sign and leading payload bits, made
 * quiet. Every conditional here is a select between two values cheap enough to compute both, so
 * the methods can be transcribed to vector lanes.
 */
public final class Half {
    private static final int MAGNITUDE = 0x7fffffff;
    private static final int INFINITY = 0x7f800000;
    private static final int QUIET = 0x00400000;

    /** 2^-14, the least normal float16. */
    private static final int LEAST_NORMAL = 0x38800000;

    /** 65520, half way from the largest float16 to the next power of two. */
    private static final int OVERFLOW = 0x477ff000;

    /** What must be taken from the exponent field of a float: 127 - 15. */
    private static final int REBIAS = 112 << 23;

    private Half() {}

    /** The float16 nearest to x, as its bits. */
    public static short toFloat16(float x) {
        int bits = Float.floatToRawIntBits(x);
        int a = bits & MAGNITUDE;
        // Half an ulp less one, plus the bit that will be last: ties go to even, and a carry runs
        // into the exponent as it should.
        int normal = (a - REBIAS + 0xfff + ((a >> 13) & 1)) >> 13;
        // In [1/2, 1) an ulp is 2^-24, the spacing of denormal float16: the addition rounds.
        int denormal = Float.floatToRawIntBits(Float.intBitsToFloat(a) + 0.5f) - 0x3f000000;
        int finite = a < LEAST_NORMAL ? denormal : normal;
        int special = a > INFINITY ? 0x7e00 | ((a >> 13) & 0x3ff) : 0x7c00;
        return (short) ((bits >>> 16 & 0x8000) | (a < OVERFLOW ? finite : special));
    }

    /** The value of the float16 with these bits. */
    public static float fromFloat16(short half) {
        int a = (half & 0x7fff) << 13;
        // As a float, the shifted pattern is too small by 2^112, denormals too: exact product.
        int finite = Float.floatToRawIntBits(Float.intBitsToFloat(a) * 0x1p112f);
        int special = a | INFINITY | ((half & 0x3ff) == 0 ? 0 : QUIET);
        int magnitude = (half & 0x7c00) == 0x7c00 ? special : finite;
        return Float.intBitsToFloat(magnitude | (half & 0x8000) << 16);
    }

    /** The bfloat16 nearest to x, as its bits. */
    public static short toBfloat16(float x) {
        int bits = Float.floatToRawIntBits(x);
        int rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
        return (short) ((bits & MAGNITUDE) > INFINITY ? (bits | QUIET) >> 16 : rounded);
    }

    /** The value of the bfloat16 with these bits. */
    public static float fromBfloat16(short bfloat) {
        int bits = bfloat << 16;
        return Float.intBitsToFloat((bits & MAGNITUDE) > INFINITY ? bits | QUIET : bits);
    }
}
