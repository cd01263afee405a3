package org.fusegrad.codegen.drive;

/**
 * A generated class: the inner loops of one kernel, one short static method for each step, and
 * perhaps one for all steps of a row. Stateless, so one instance serves all threads. Public because
 * generated classes live in class loaders of their own.
 */
public abstract class RowProgram {
    /** Runs a step over the rows that the frame points at. */
    public abstract void run(int step, Frame frame);

    /** Whether it has a method that takes each row through all steps, numbered after the last. */
    public boolean joins() {
        return false;
    }
}
