/**
 * PyTorch's operations as formulas: one small class for each family, a table from name to formula.
 */
package org.fusegrad.conformance.torch;
