/**
 * Runs conformance cases: a directory each, with a {@code case.json} and raw tensors, whose truth
 * comes from other frameworks. A case passes only if every backend agrees with it, fused and
 * eager. What a composed case computes its {@code program} says, a list of steps over the names of
 * inputs and earlier results. A case that asks for something there is not is unsupported, one that
 * contradicts itself malformed; only a wrong value or an error of the engine is a failure.
 *
 * <p>{@link Conformance} is the entrance. Folders: {@code data} reads cases, {@code torch} and
 * {@code onnx} hold one small class for each family of operations.
 */
package org.fusegrad.conformance;
