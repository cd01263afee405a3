package org.fusegrad.math;

/**
 * The operations a float function may be made of, abstract in what a value is.
 *
 * <p>{@link Expansions} writes every function once against this interface. A plain implementation
 * computes; the code generator's emits a source statement per call and returns the name of the
 * local that holds the result. Each operation is one lanewise operation of the Vector API of JDK
 * 17 and is correctly rounded or exact, so all implementations agree bit for bit.
 *
 * @param <F> a float value (or vector of them)
 * @param <I> a 32-bit integer value
 * @param <M> a truth value (or mask)
 */
public interface FloatOps<F, I, M> {
    /** The float constant; may be asked for repeatedly. */
    F constant(float value);

    /** The integer constant; may be asked for repeatedly. */
    I constantInt(int value);

    /** {@code a + b}. */
    F add(F a, F b);

    /** {@code a - b}. */
    F sub(F a, F b);

    /** {@code a * b}. */
    F mul(F a, F b);

    /** {@code a / b}. */
    F div(F a, F b);

    /** {@code a * b + c}, rounded once as {@link Math#fma(float, float, float)}. */
    F fma(F a, F b, F c);

    /** {@code |a|}. */
    F abs(F a);

    /** {@code a < b}; false if either is NaN. */
    M less(F a, F b);

    /** {@code a == b}; false if either is NaN, true for zeros of either sign. */
    M equal(F a, F b);

    /** {@code yes} where the condition holds, else {@code no}; both are evaluated. */
    F select(M condition, F yes, F no);

    /** The bit pattern, as {@link Float#floatToRawIntBits}. */
    I bits(F a);

    /** The float of a bit pattern, as {@link Float#intBitsToFloat}. */
    F fromBits(I a);

    /** The value of an integer below 2^24 in magnitude, hence exact. */
    F toFloat(I a);

    /** {@code a + b}, wrapping. */
    I addInt(I a, I b);

    /** {@code a - b}, wrapping. */
    I subInt(I a, I b);

    /** {@code a & b}. */
    I and(I a, I b);

    /** {@code a | b}. */
    I or(I a, I b);

    /** {@code a << count}, for a constant count of 1 to 31. */
    I shiftLeft(I a, int count);

    /** {@code a >> count} with the sign shifted in, for a constant count of 1 to 31. */
    I shiftRight(I a, int count);
}
