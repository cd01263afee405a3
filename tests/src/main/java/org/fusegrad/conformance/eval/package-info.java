/** Computes what a case asks for: outputs, gradients, gradients of gradients; and compares. */
package org.fusegrad.conformance.eval;
