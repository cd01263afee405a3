package org.fusegrad.conformance.eval;

/** The computation of a case from its inputs; run eagerly or traced. */
@FunctionalInterface
public interface Formula {
    Outputs apply(Inputs in);
}
