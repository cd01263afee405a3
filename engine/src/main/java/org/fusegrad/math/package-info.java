/**
 * Elementary functions, half-precision conversions and random numbers with one definition of their
 * bits.
 *
 * <p>{@link org.fusegrad.math.Expansions} states each float function once, as a straight sequence
 * of IEEE operations; {@link org.fusegrad.math.Floats} is the same sequence on plain floats, and
 * generated vector kernels are the same sequence lane by lane. Results are therefore equal bit for
 * bit on every processor and JDK. The payload and sign of a NaN are not part of that promise.
 */
package org.fusegrad.math;
