package org.fusegrad.math;

/**
 * The constants of the float functions, shared by {@link Floats} and {@link Expansions}.
 *
 * <p>Printed by {@code docs/math/fit_polynomials.py}: weighted minimax fits (Remez exchange in 60
 * digits), each coefficient rounded in turn, lowest order first, and those above it fitted again.
 * The error given is the relative error of the whole function caused by the rounded polynomial; a
 * float carries 2^-24. {@code X_0} to {@code X_d} are the coefficients of rising powers of
 *
 * <ul>
 *   <li>EXP in {@code expm1(r) = r + r^2 p(r)}, {@code |r| <= ln(2)/2};
 *   <li>LOG in {@code log1p(f) = f + f^2 p(f)}, {@code |f| <= 1/3};
 *   <li>TANH in {@code tanh(a) = a + a z p(z)}, {@code z = a^2}, {@code a < 5/8};
 *   <li>ERF in {@code erf(a) = a + a p(z)}, {@code z = a^2}, {@code a < 1};
 *   <li>ERFC in {@code erf(a) = 1 - exp(p(a))}, {@code 1 <= a <= 4};
 *   <li>SIN, COS in {@code sin(r) = r + r z p(z)}, {@code cos(r) = 1 - z/2 + z^2 p(z)}.
 * </ul>
 *
 * <p>LN2 and HALF_PI are sums of floats, the largest first.
 */
final class Coefficients {
    static final float LN2_0 = 0x1.62e43p-1f; // 0.693147182
    static final float LN2_1 = -0x1.05c61p-29f; // -1.90465421e-9
    static final float LOG2E = 0x1.715476p0f; // 1.44269502
    static final float HALF_PI_0 = 0x1.921fb6p0f; // 1.57079637
    static final float HALF_PI_1 = -0x1.777a5cp-25f; // -4.37113883e-8
    static final float HALF_PI_2 = -0x1.ee59dap-50f; // -1.71512451e-15
    static final float TWO_OVER_PI = 0x1.45f306p-1f; // 0.636619747

    // EXP: degree 4 on [-0.34692016, 0.34692016], error 3.14e-9 = 2^-28.25
    static final float EXP_0 = 0x1.fffffcp-2f; // 0.49999994
    static final float EXP_1 = 0x1.555492p-3f; // 0.166665211
    static final float EXP_2 = 0x1.5558b4p-5f; // 0.0416682735
    static final float EXP_3 = 0x1.12399ap-7f; // 0.00836868305
    static final float EXP_4 = 0x1.6a48c8p-10f; // 0.00138200494

    // LOG: degree 8 on [-0.33333333, 0.33333333], error 4.65e-9 = 2^-27.68
    static final float LOG_0 = -0x1.0p-1f; // -0.5
    static final float LOG_1 = 0x1.555506p-2f; // 0.333332151
    static final float LOG_2 = -0x1.fffefcp-3f; // -0.249998063
    static final float LOG_3 = 0x1.99d044p-3f; // 0.200104266
    static final float LOG_4 = -0x1.559c46p-3f; // -0.166801974
    static final float LOG_5 = 0x1.1ed662p-3f; // 0.14005734
    static final float LOG_6 = -0x1.f332aap-4f; // -0.121874489
    static final float LOG_7 = 0x1.1e678cp-3f; // 0.139845937
    static final float LOG_8 = -0x1.07c952p-3f; // -0.128801957

    // TANH: degree 4 on [0.0001, 0.390625], error 4.52e-9 = 2^-27.72
    static final float TANH_0 = -0x1.555532p-2f; // -0.333332807
    static final float TANH_1 = 0x1.1106f6p-3f; // 0.133314058
    static final float TANH_2 = -0x1.b835a4p-5f; // -0.0537365153
    static final float TANH_3 = 0x1.51f8cep-6f; // 0.0206281673
    static final float TANH_4 = -0x1.750ce2p-8f; // -0.0056922962

    // ERF: degree 6 on [0.0001, 1], error 1.43e-9 = 2^-29.39
    static final float ERF_0 = 0x1.06eba8p-3f; // 0.128379166
    static final float ERF_1 = -0x1.81273ep-2f; // -0.37612626
    static final float ERF_2 = 0x1.ce2ce6p-4f; // 0.112835787
    static final float ERF_3 = -0x1.b7f71ap-6f; // -0.0268533472
    static final float ERF_4 = 0x1.53f224p-8f; // 0.0051871622
    static final float ERF_5 = -0x1.a3515ep-11f; // -0.00079978531
    static final float ERF_6 = 0x1.4771fep-14f; // 7.80690389e-5

    // ERFC: degree 5 on [1, 4], error 1.62e-8 = 2^-25.88
    static final float ERFC_0 = -0x1.57515p-9f; // -0.00261930563
    static final float ERFC_1 = -0x1.1e1c66p0f; // -1.11762083
    static final float ERFC_2 = -0x1.4ef8ap-1f; // -0.654240608
    static final float ERFC_3 = -0x1.6bb8eep-4f; // -0.0887994096
    static final float ERFC_4 = 0x1.e601e2p-7f; // 0.0148317674
    static final float ERFC_5 = -0x1.2f5b5cp-10f; // -0.00115721463

    // SIN: degree 3 on [0.0001, 0.62924897], error 1.66e-10 = 2^-32.49
    static final float SIN_0 = -0x1.555556p-3f; // -0.166666672
    static final float SIN_1 = 0x1.111172p-7f; // 0.00833337847
    static final float SIN_2 = -0x1.a056a2p-13f; // -0.000198525624
    static final float SIN_3 = 0x1.7b5852p-19f; // 2.82634051e-6

    // COS: degree 2 on [0.0001, 0.62924897], error 1.39e-10 = 2^-32.75
    static final float COS_0 = 0x1.55554ap-5f; // 0.0416666456
    static final float COS_1 = -0x1.6c0c14p-10f; // -0.00138872978
    static final float COS_2 = 0x1.99de6ap-16f; // 2.44300845e-5

    /** Adding 1.5 * 2^23 rounds to an integer, left in the low bits of the sum's pattern. */
    static final float ROUNDER = 0x1.8p23f;

    static final int SIGN_BIT = 0x80000000;
    static final int HALF_BITS = 0x3f000000;
    static final int ONE_BITS = 0x3f800000;
    static final int FOUR_BITS = 0x40800000;

    /** Bits of 2/3: mantissas are brought to [2/3, 4/3), where log1p is fitted. */
    static final int TWO_THIRDS_BITS = 0x3f2aaaab;

    /** {@code exp} of these is 0 and infinity in float, and their powers of two still split. */
    static final float EXP_LOWEST = -105f;

    static final float EXP_HIGHEST = 89f;

    /** Below 2^-24 in magnitude {@code log1p(x)} and {@code expm1(x)} round to about x. */
    static final float LINEAR = 0x1p-24f;

    /** {@code expm1(-20)}, {@code tanh(10)} and {@code erf(4)} round to -1, 1 and 1. */
    static final float EXPM1_LOWEST = -20f;

    static final float TANH_HIGHEST = 10f;
    static final float ERF_HIGHEST = 4f;

    /** Where tanh and erf change from the odd polynomial to one minus an exponential. */
    static final float TANH_SWITCH = 0.625f;

    static final float ERF_SWITCH = 1f;

    private Coefficients() {}
}
