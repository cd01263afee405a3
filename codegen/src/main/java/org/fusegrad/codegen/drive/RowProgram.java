package org.fusegrad.codegen.drive;

/**
 * A generated class: the inner loops of one kernel, one short static method for each step.
 * Stateless, so one instance serves all threads. Public because generated classes live in class
 * loaders of their own.
 */
public abstract class RowProgram {
    /** Runs a step over the rows that the frame points at. */
    public abstract void run(int step, Frame frame);
}
