/**
 * Runs conformance cases: a directory each, with a {@code case.json} and raw tensors, whose truth
 * comes from other frameworks. A case passes only if every backend agrees with it, fused and
 * eager.
 *
 * <p>{@link Conformance} is the entrance. Folders: {@code data} reads cases, {@code torch} and
 * {@code onnx} hold one small class for each family of operations.
 */
package org.fusegrad.conformance;
