package org.fusegrad.codegen.drive;

/**
 * A generated class: the inner loops of one kernel, one short static method for each step, and
 * perhaps one for all steps of a row. Stateless, so one instance serves all threads. Public because
 * generated classes live in class loaders of their own.
 */
public abstract class RowProgram {
    private static final int METHODS = 3;

    /** The method that runs a step row by row. */
    public static int rows(int step) {
        return METHODS * step;
    }

    /** The method that takes sums of a step again, which overflowed. */
    public static int exact(int step) {
        return METHODS * step + 1;
    }

    /** The method that runs a step down the columns of all rows. */
    public static int columns(int step) {
        return METHODS * step + 2;
    }

    /** Runs a method over the rows that the frame points at. */
    public abstract void run(int method, Frame frame);

    /** Whether it has a method that takes each row through all steps, numbered after the last. */
    public boolean joins() {
        return false;
    }
}
