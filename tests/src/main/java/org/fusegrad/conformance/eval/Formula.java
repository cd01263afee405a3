package org.fusegrad.conformance.eval;

/** What a case computes from its inputs; run eagerly or traced. */
@FunctionalInterface
public interface Formula {
    Outputs apply(Inputs in);
}
