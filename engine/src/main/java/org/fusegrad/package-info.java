/**
 * Define-by-run automatic differentiation: tensors, the tape, traced and fused formulas, layer
 * state.
 *
 * <p>A graph passes through the packages in this order: {@code graph} (what it is made of), {@code
 * grad} (its derivative), {@code simplify} and {@code plan} (what becomes one kernel), {@code run}
 * (what executes it; the interpreter in {@code run.interp} defines every operation).
 */
package org.fusegrad;
