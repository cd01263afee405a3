/**
 * Formulas over tensors: activations, reductions, softmax, losses, contractions, pooling, indexing
 * and padding. Each is a pure composition of the engine's operations, so it runs eagerly, inside a
 * traced {@link org.fusegrad.Fused} formula, and under differentiation of any order. Names and
 * defaults are PyTorch's.
 */
package org.fusegrad.ops;
