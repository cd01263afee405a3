package org.fusegrad.math;

import static org.fusegrad.math.Coefficients.*;

/**
 * The float functions as straight sequences of {@link FloatOps}; the definition of their bits.
 *
 * <p>There are no branches, loops over data or tables: special values are selected at the end, and
 * lanes whose intermediate values are meaningless are overwritten or turn into NaN by themselves.
 * Accuracy and special values are described at the methods of {@link Floats}.
 */
public final class Expansions {
    /* How the pieces work:
     *
     * exp: adding ROUNDER to x * log2(e) leaves the nearest integer n in the low bits of the sum
     * t. With r = x - n ln 2 (ln 2 in two parts, by fma), e^x = (1 + expm1(r)) * 2^n. Shifting t
     * left by 23 moves n to the exponent field and drops all else, the bits of ROUNDER included.
     * Where n may leave the exponent range, 2^n is the product of two powers; only the last
     * multiplication rounds a second time, and only into denormal results.
     *
     * log: x = 2^k m with 2/3 <= m < 4/3, so that k is 0 around x = 1 and log m keeps its relative
     * accuracy there. A single float for ln 2 is enough: it is wrong by 2^-28 of itself.
     *
     * Clamps are less + select rather than min and max: fewer instructions on x86, and NaN passes.
     */

    private Expansions() {}

    /** {@link Floats#exp}. */
    public static <F, I, M> F exp(FloatOps<F, I, M> o, F x) {
        return expWide(o, atMost(o, atLeast(o, x, EXP_LOWEST), EXP_HIGHEST));
    }

    /** {@link Floats#expm1}. */
    public static <F, I, M> F expm1(FloatOps<F, I, M> o, F x) {
        F c = atMost(o, atLeast(o, x, EXPM1_LOWEST), EXP_HIGHEST);
        F t = scaleAndRound(o, c);
        F p = expm1Reduced(o, c, t);
        // Half of 2^n, as 2^128 is no float. Then p * 2^n + (2^n - 1), the bracket nearly exact.
        F s = o.fromBits(o.addInt(o.shiftLeft(o.bits(t), 23), o.constantInt(HALF_BITS)));
        F half = o.fma(p, s, o.sub(s, o.constant(0.5f)));
        // Keeps -0 and denormals, which halving would lose.
        return o.select(isLinear(o, x), x, o.add(half, half));
    }

    /** {@link Floats#log}. */
    public static <F, I, M> F log(FloatOps<F, I, M> o, F x) {
        M tiny = o.less(x, o.constant(Float.MIN_NORMAL));
        F scaled = o.select(tiny, o.mul(x, o.constant(0x1p23f)), x);
        F shift = o.select(tiny, o.constant(-23f), o.constant(0f));
        I bits = o.bits(scaled);
        I k = exponent(o, bits);
        F f = o.sub(o.fromBits(o.subInt(bits, o.shiftLeft(k, 23))), o.constant(1f));
        F n = o.add(o.toFloat(k), shift);
        F r = o.fma(n, o.constant(LN2_0), log1pReduced(o, f));
        return logEdges(o, x, 0f, r);
    }

    /** {@link Floats#log1p}. */
    public static <F, I, M> F log1p(FloatOps<F, I, M> o, F x) {
        F u = o.add(x, o.constant(1f));
        I k = exponent(o, o.bits(u));
        // f = (1 + x) 2^-k - 1 without the rounding of u. The power is kept four times too large,
        // for 2^-128 is denormal.
        F s = o.fromBits(o.subInt(o.constantInt(FOUR_BITS), o.shiftLeft(k, 23)));
        F low = o.fma(s, o.constant(0.25f), o.constant(-1f));
        F f = o.fma(o.mul(x, o.constant(0.25f)), s, low);
        F r = o.fma(o.toFloat(k), o.constant(LN2_0), log1pReduced(o, f));
        return logEdges(o, x, -1f, o.select(isLinear(o, x), x, r));
    }

    /** {@link Floats#tanh}. */
    public static <F, I, M> F tanh(FloatOps<F, I, M> o, F x) {
        F a = atMost(o, o.abs(x), TANH_HIGHEST);
        F z = o.mul(a, a);
        F p = poly(o, z, TANH_0, TANH_1, TANH_2, TANH_3, TANH_4);
        F small = o.fma(o.mul(a, z), p, a);
        F e = expNarrow(o, o.add(a, a));
        F one = o.constant(1f);
        F large = o.sub(one, o.div(o.constant(2f), o.add(e, one)));
        F r = o.select(o.less(a, o.constant(TANH_SWITCH)), small, large);
        return withSign(o, r, x);
    }

    /** {@link Floats#sigmoid}. */
    public static <F, I, M> F sigmoid(FloatOps<F, I, M> o, F x) {
        F negative = o.fromBits(o.or(o.bits(x), o.constantInt(SIGN_BIT)));
        F e = expWide(o, atLeast(o, negative, EXP_LOWEST));
        F whole = o.select(o.less(x, o.constant(0f)), e, o.constant(1f));
        // With e = e^-|x|: e - e * e / (1 + e) below 0, 1 - e / (1 + e) above. The part taken off
        // is at most half of the whole, so most of its rounding errors do not count.
        return o.fma(o.div(e, o.sub(o.constant(-1f), e)), whole, whole);
    }

    /** {@link Floats#erf}. */
    public static <F, I, M> F erf(FloatOps<F, I, M> o, F x) {
        F a = atMost(o, o.abs(x), ERF_HIGHEST);
        F z = o.mul(a, a);
        F p = poly(o, z, ERF_0, ERF_1, ERF_2, ERF_3, ERF_4, ERF_5, ERF_6);
        F small = o.fma(p, a, a);
        F q = poly(o, a, ERFC_0, ERFC_1, ERFC_2, ERFC_3, ERFC_4, ERFC_5);
        F large = o.sub(o.constant(1f), expNarrow(o, q));
        F r = o.select(o.less(a, o.constant(ERF_SWITCH)), small, large);
        return withSign(o, r, x);
    }

    /** {@link Half#fromBfloat16} of the low 16 bits, whatever is above them. */
    public static <F, I, M> F fromBfloat16(FloatOps<F, I, M> o, I bits) {
        return o.fromBits(o.shiftLeft(bits, 16));
    }

    /** {@link Half#toBfloat16} in the low 16 bits. */
    public static <F, I, M> I toBfloat16(FloatOps<F, I, M> o, F x) {
        I bits = o.bits(x);
        I last = o.and(o.shiftRight(bits, 16), o.constantInt(1));
        F rounded = o.fromBits(o.addInt(o.addInt(bits, o.constantInt(0x7fff)), last));
        F quiet = o.fromBits(o.or(bits, o.constantInt(0x00400000)));
        return o.shiftRight(o.bits(o.select(o.equal(x, x), rounded, quiet)), 16);
    }

    /** {@link Half#fromFloat16} of the low 16 bits, whatever is above them. */
    public static <F, I, M> F fromFloat16(FloatOps<F, I, M> o, I bits) {
        I shifted = o.shiftLeft(o.and(bits, o.constantInt(0x7fff)), 13);
        F small = o.fromBits(shifted);
        F finite = o.mul(small, o.constant(0x1p112f));
        F special = o.fromBits(o.or(shifted, o.constantInt(0x7f800000)));
        F magnitude = o.select(o.less(small, o.constant(0x1p-96f)), finite, special);
        I sign = o.shiftLeft(o.and(bits, o.constantInt(0x8000)), 16);
        return o.fromBits(o.or(o.bits(magnitude), sign));
    }

    /** {@link Half#toFloat16} in the low 16 bits. */
    public static <F, I, M> I toFloat16(FloatOps<F, I, M> o, F x) {
        I bits = o.bits(x);
        F a = o.abs(x);
        I magnitude = o.bits(a);
        I last = o.and(o.shiftRight(magnitude, 13), o.constantInt(1));
        I carried = o.addInt(o.addInt(magnitude, o.constantInt(0xfff - (112 << 23))), last);
        I denormal = o.subInt(o.bits(o.add(a, o.constant(0.5f))), o.constantInt(0x3f000000));
        F finite = o.select(
                o.less(a, o.constant(0x1p-14f)),
                o.fromBits(denormal),
                o.fromBits(o.shiftRight(carried, 13)));
        F special = o.select(
                o.equal(x, x),
                o.fromBits(o.constantInt(0x7c00)),
                o.fromBits(o.constantInt(0x7e00)));
        F chosen = o.select(o.less(a, o.constant(65520f)), finite, special);
        I sign = o.and(o.shiftRight(bits, 16), o.constantInt(0x8000));
        return o.or(o.bits(chosen), sign);
    }

    /** e^x for x between EXP_LOWEST and EXP_HIGHEST: overflow and denormals included. */
    private static <F, I, M> F expWide(FloatOps<F, I, M> o, F x) {
        F t = scaleAndRound(o, x);
        F p = expm1Reduced(o, x, t);
        I n = o.bits(t);
        I half = o.shiftRight(n, 1);
        F s = powerOfTwo(o, half);
        return o.mul(o.fma(p, s, s), powerOfTwo(o, o.subInt(n, half)));
    }

    /** e^x for |x| up to 80, where 2^n is a normal float. */
    private static <F, I, M> F expNarrow(FloatOps<F, I, M> o, F x) {
        F t = scaleAndRound(o, x);
        F p = expm1Reduced(o, x, t);
        F s = powerOfTwo(o, o.bits(t));
        return o.fma(p, s, s);
    }

    /** x log2(e) + ROUNDER: the nearest integer n, in the low bits. */
    private static <F, I, M> F scaleAndRound(FloatOps<F, I, M> o, F x) {
        return o.fma(x, o.constant(LOG2E), o.constant(ROUNDER));
    }

    /** expm1(x - n ln 2), where t is n + ROUNDER. */
    private static <F, I, M> F expm1Reduced(FloatOps<F, I, M> o, F x, F t) {
        F n = o.sub(t, o.constant(ROUNDER));
        F r = o.fma(n, o.constant(-LN2_0), x);
        r = o.fma(n, o.constant(-LN2_1), r);
        return o.fma(poly(o, r, EXP_0, EXP_1, EXP_2, EXP_3, EXP_4), o.mul(r, r), r);
    }

    /** 2^n for the n in the low nine bits. */
    private static <F, I, M> F powerOfTwo(FloatOps<F, I, M> o, I n) {
        return o.fromBits(o.addInt(o.shiftLeft(n, 23), o.constantInt(ONE_BITS)));
    }

    /** The k that brings the positive float of these bits to [2/3, 4/3) when divided by 2^k. */
    private static <F, I, M> I exponent(FloatOps<F, I, M> o, I bits) {
        return o.shiftRight(o.subInt(bits, o.constantInt(TWO_THIRDS_BITS)), 23);
    }

    /** log(1 + f) for |f| up to 1/3. */
    private static <F, I, M> F log1pReduced(FloatOps<F, I, M> o, F f) {
        F p = poly(o, f, LOG_0, LOG_1, LOG_2, LOG_3, LOG_4, LOG_5, LOG_6, LOG_7, LOG_8);
        return o.fma(p, o.mul(f, f), f);
    }

    /** A logarithm with its pole at the given place: infinity and NaN, the pole, and below it. */
    private static <F, I, M> F logEdges(FloatOps<F, I, M> o, F x, float pole, F r) {
        r = o.select(o.less(x, o.constant(Float.POSITIVE_INFINITY)), r, x);
        r = o.select(o.less(x, o.constant(pole)), o.constant(Float.NaN), r);
        M atPole = o.equal(x, o.constant(pole));
        return o.select(atPole, o.constant(Float.NEGATIVE_INFINITY), r);
    }

    private static <F, I, M> M isLinear(FloatOps<F, I, M> o, F x) {
        return o.less(o.abs(x), o.constant(LINEAR));
    }

    private static <F, I, M> F atLeast(FloatOps<F, I, M> o, F x, float bound) {
        F b = o.constant(bound);
        return o.select(o.less(x, b), b, x);
    }

    private static <F, I, M> F atMost(FloatOps<F, I, M> o, F x, float bound) {
        F b = o.constant(bound);
        return o.select(o.less(b, x), b, x);
    }

    /** r, not negative, with the sign of x. */
    private static <F, I, M> F withSign(FloatOps<F, I, M> o, F r, F x) {
        return o.fromBits(o.or(o.bits(r), o.and(o.bits(x), o.constantInt(SIGN_BIT))));
    }

    /** c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule with fma. */
    private static <F, I, M> F poly(FloatOps<F, I, M> o, F x, float... c) {
        F sum = o.constant(c[c.length - 1]);
        for (int i = c.length - 2; i >= 0; i--) {
            sum = o.fma(sum, x, o.constant(c[i]));
        }
        return sum;
    }
}
