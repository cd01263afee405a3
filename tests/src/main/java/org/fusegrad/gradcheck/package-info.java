/**
 * Checks gradients of any order against finite differences.
 *
 * <pre>{@code
 * GradCheck.of(in -> List.of(norm.forward(in.get(0))))
 *         .inputs(Samples.of(1).normal(4, 3, 5))
 *         .parameters(norm.weight(), norm.bias())
 *         .states(norm.states())
 *         .order(2)
 *         .check();
 * }</pre>
 *
 * <p>Cotangents are random: with ones, the gradient of a normalization with respect to its input is
 * zero, and a wrong one passes.
 */
package org.fusegrad.gradcheck;
