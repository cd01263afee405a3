package org.fusegrad.math;

/**
 * Elementary functions of double, with the same bits on every processor and JDK.
 *
 * <p>Most are {@link StrictMath}, which is specified as fdlibm and hence the same everywhere;
 * {@link Math} may differ between processors in the last bit. Here rather than called directly, so
 * that float and double read alike. All give NaN for NaN.
 */
public final class Doubles {
    /** erf(a) = a + a p(a^2) for a below 1, wrong by less than 2^-56 of itself. */
    private static final double[] ERF = {
        0x1.06eba8214db69p-3,
        -0x1.812746b037a2fp-2,
        0x1.ce2f21a046988p-4,
        -0x1.b82ce313d5271p-6,
        0x1.565bcd48cc58cp-8,
        -0x1.c02dc03a87f1fp-11,
        0x1.f9a4cc6387c2p-14,
        -0x1.f4f86a3656599p-17,
        0x1.bc415b8f396e8p-20,
        -0x1.790de242799efp-23,
        0x1.ba6d745705073p-26,
        -0x1.090606a5c23e2p-27,
        0x1.4050243c0911p-29,
        -0x1.7d9ecbeca8378p-32
    };

    /** erf(a) = 1 - exp(p(a)) from 1 to 6, wrong by less than 2^-59. */
    private static final double[] ERFC = {
        -0x1.81b29c6e9fa8ap-23,
        -0x1.20dd562f65cfbp0,
        -0x1.45f42b51355cdp-1,
        -0x1.a4da4e0014bebp-4,
        0x1.389398ebb0babp-6,
        0x1.261c0353d4f23p-12,
        -0x1.cfbb58b8069e3p-10,
        0x1.50284a9cc12d8p-11,
        -0x1.77fae1f1da6c4p-15,
        -0x1.2724bfe9db20bp-14,
        0x1.79cdea34d7be2p-15,
        -0x1.150f5f48d9633p-16,
        0x1.226294fd85584p-18,
        -0x1.c8a70dd9c0bb9p-21,
        0x1.0df3ca8c74864p-23,
        -0x1.d43779e42e08dp-27,
        0x1.19f29d062d4cbp-30,
        -0x1.a5dfa7257abe2p-35,
        0x1.27734a7d6513ep-40
    };

    private Doubles() {}

    /** e^x, by {@link StrictMath#exp}. */
    public static double exp(double x) {
        return StrictMath.exp(x);
    }

    /** e^x - 1, by {@link StrictMath#expm1}; keeps the sign of zero. */
    public static double expm1(double x) {
        return StrictMath.expm1(x);
    }

    /** Natural logarithm, by {@link StrictMath#log}; -infinity at zero, NaN below. */
    public static double log(double x) {
        return StrictMath.log(x);
    }

    /** log(1 + x), by {@link StrictMath#log1p}; -infinity at -1, NaN below; keeps -0. */
    public static double log1p(double x) {
        return StrictMath.log1p(x);
    }

    /** Hyperbolic tangent, by {@link StrictMath#tanh}; keeps the sign of zero. */
    public static double tanh(double x) {
        return StrictMath.tanh(x);
    }

    /** Sine, by {@link StrictMath#sin}; NaN at infinity; keeps the sign of zero. */
    public static double sin(double x) {
        return StrictMath.sin(x);
    }

    /** Cosine, by {@link StrictMath#cos}; NaN at infinity. */
    public static double cos(double x) {
        return StrictMath.cos(x);
    }

    /**
     * Power, by {@link StrictMath#pow} but with the special cases of C: 1 to any power is 1, NaN
     * included, and so is -1 to an infinite power. Anything to the power 0 is 1.
     */
    public static double pow(double base, double exponent) {
        if (base == 1 || base == -1 && Double.isInfinite(exponent)) {
            return 1;
        }
        return StrictMath.pow(base, exponent);
    }

    /** Logistic function 1 / (1 + e^-x), within 3 ulp; 0 at minus infinity, 1 at infinity. */
    public static double sigmoid(double x) {
        // The smaller of e^x and e^-x: neither overflows nor cancels.
        double e = StrictMath.exp(-Math.abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    /**
     * Error function, relative error below 3e-16; odd; keeps the sign of zero; 1 at infinity.
     *
     * <p>Minimax polynomials by {@code docs/math/fit_polynomials.py}, of the same two forms as for
     * float.
     */
    public static double erf(double x) {
        double a = Math.abs(x);
        double r;
        if (a < 1) {
            r = Math.fma(poly(ERF, a * a), a, a);
        } else {
            // erfc(6) is 2e-17. Math.min passes NaN.
            r = 1 - StrictMath.exp(poly(ERFC, Math.min(a, 6)));
        }
        return Math.copySign(r, x);
    }

    private static double poly(double[] c, double x) {
        double sum = c[c.length - 1];
        for (int i = c.length - 2; i >= 0; i--) {
            sum = Math.fma(sum, x, c[i]);
        }
        return sum;
    }
}
