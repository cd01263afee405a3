package org.fusegrad.run.interp;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.fusegrad.graph.Op;
import org.fusegrad.math.Doubles;
import org.fusegrad.math.Floats;
import org.fusegrad.math.Longs;

/**
 * The element-wise operations on numbers.
 *
 * <p>float32 is computed in float arithmetic and float64 in double, each result rounded as IEEE 754
 * says; the transcendental functions are those of {@code Floats} and {@code Doubles}. RSQRT rounds
 * twice, after the square root and after the division. ROUND takes ties to even. MAXIMUM and
 * MINIMUM propagate NaN and order -0 below +0. SIGN keeps NaN and signed zeros. Comparisons with
 * NaN are false, except NE. int64 wraps around, and its division truncates.
 */
final class Functions {
    /** A function of one float. */
    @FunctionalInterface
    interface FloatUnary {
        float apply(float x);
    }

    /** A function of two floats. */
    @FunctionalInterface
    interface FloatBinary {
        float apply(float a, float b);
    }

    /** A relation of two floating numbers; floats widen exactly. */
    @FunctionalInterface
    interface DoubleTest {
        boolean test(double a, double b);
    }

    /** A relation of two integers. */
    @FunctionalInterface
    interface LongTest {
        boolean test(long a, long b);
    }

    static final Map<Op, FloatUnary> FLOAT_UNARY = new EnumMap<>(Op.class);
    static final Map<Op, DoubleUnaryOperator> DOUBLE_UNARY = new EnumMap<>(Op.class);
    static final Map<Op, LongUnaryOperator> LONG_UNARY = new EnumMap<>(Op.class);
    static final Map<Op, FloatBinary> FLOAT_BINARY = new EnumMap<>(Op.class);
    static final Map<Op, DoubleBinaryOperator> DOUBLE_BINARY = new EnumMap<>(Op.class);
    static final Map<Op, LongBinaryOperator> LONG_BINARY = new EnumMap<>(Op.class);
    static final Map<Op, DoubleTest> DOUBLE_TEST = new EnumMap<>(Op.class);
    static final Map<Op, LongTest> LONG_TEST = new EnumMap<>(Op.class);

    static {
        unary(Op.NEG, x -> -x, x -> -x);
        unary(Op.ABS, Math::abs, Math::abs);
        unary(Op.SIGN, Math::signum, Math::signum);
        unary(Op.FLOOR, x -> (float) Math.floor(x), Math::floor);
        unary(Op.CEIL, x -> (float) Math.ceil(x), Math::ceil);
        unary(Op.ROUND, x -> (float) Math.rint(x), Math::rint);
        unary(Op.SQRT, x -> (float) Math.sqrt(x), Math::sqrt);
        unary(Op.RSQRT, x -> 1f / (float) Math.sqrt(x), x -> 1 / Math.sqrt(x));
        unary(Op.RECIPROCAL, x -> 1f / x, x -> 1 / x);
        unary(Op.EXP, Floats::exp, Doubles::exp);
        unary(Op.EXPM1, Floats::expm1, Doubles::expm1);
        unary(Op.LOG, Floats::log, Doubles::log);
        unary(Op.LOG1P, Floats::log1p, Doubles::log1p);
        unary(Op.TANH, Floats::tanh, Doubles::tanh);
        unary(Op.SIGMOID, Floats::sigmoid, Doubles::sigmoid);
        unary(Op.ERF, Floats::erf, Doubles::erf);
        unary(Op.SIN, Floats::sin, Doubles::sin);
        unary(Op.COS, Floats::cos, Doubles::cos);
        unary(Op.ATAN, x -> (float) StrictMath.atan(x), StrictMath::atan);
        LONG_UNARY.put(Op.NEG, x -> -x);
        LONG_UNARY.put(Op.ABS, Math::abs);
        LONG_UNARY.put(Op.SIGN, Long::signum);

        binary(Op.ADD, (a, b) -> a + b, (a, b) -> a + b, (a, b) -> a + b);
        binary(Op.SUB, (a, b) -> a - b, (a, b) -> a - b, (a, b) -> a - b);
        binary(Op.MUL, (a, b) -> a * b, (a, b) -> a * b, (a, b) -> a * b);
        binary(Op.DIV, (a, b) -> a / b, (a, b) -> a / b, Longs::divide);
        binary(Op.POW, Floats::pow, Doubles::pow, Longs::pow);
        binary(Op.MAXIMUM, Math::max, Math::max, Math::max);
        binary(Op.MINIMUM, Math::min, Math::min, Math::min);

        test(Op.EQ, (a, b) -> a == b, (a, b) -> a == b);
        test(Op.NE, (a, b) -> a != b, (a, b) -> a != b);
        test(Op.LT, (a, b) -> a < b, (a, b) -> a < b);
        test(Op.LE, (a, b) -> a <= b, (a, b) -> a <= b);
        test(Op.AND, null, (a, b) -> (a & b) != 0);
        test(Op.OR, null, (a, b) -> (a | b) != 0);
        test(Op.XOR, null, (a, b) -> a != b);
    }

    private Functions() {}

    private static void unary(Op op, FloatUnary f, DoubleUnaryOperator d) {
        FLOAT_UNARY.put(op, f);
        DOUBLE_UNARY.put(op, d);
    }

    private static void binary(Op op, FloatBinary f, DoubleBinaryOperator d, LongBinaryOperator l) {
        FLOAT_BINARY.put(op, f);
        DOUBLE_BINARY.put(op, d);
        LONG_BINARY.put(op, l);
    }

    private static void test(Op op, DoubleTest d, LongTest l) {
        if (d != null) {
            DOUBLE_TEST.put(op, d);
        }
        LONG_TEST.put(op, l);
    }
}
