/** Differential fuzzing: random formulas that every way of computing must agree on. */
package org.fusegrad.fuzz;
