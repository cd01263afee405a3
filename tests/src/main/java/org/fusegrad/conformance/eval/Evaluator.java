package org.fusegrad.conformance.eval;

import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.data.Unsupported;

/** Computes everything a case expects. */
@FunctionalInterface
public interface Evaluator {
    /**
     * The results of a case on the current engine.
     *
     * @param widened whether float32 inputs are taken as float64, for a truth of one's own
     * @throws Unsupported if the case has no counterpart here
     */
    Results evaluate(ConformanceCase from, boolean widened);
}
