package org.fusegrad.codegen.drive;

/**
 * A generated class: the innermost loops of one kernel, one short static method each. Stateless, so
 * one instance serves all threads. Public because generated classes live in class loaders of their
 * own.
 */
public abstract class RowProgram {
    /** Runs the innermost loop of a step over the row that the frame points at. */
    public abstract void run(int step, Frame frame);
}
