/**
 * Normalization layers. Each is a formula that reads like its paper; its backward is derived, and
 * both are fused together with the activation and the residual that follow. The base class {@link
 * org.fusegrad.nn.norm.Norm} says how to add one.
 */
package org.fusegrad.nn.norm;
