package org.fusegrad.codegen.drive;

import org.fusegrad.flags.Tuning;

/**
 * One form of a kernel's generated code, and its source.
 *
 * @param joinsFrom elements of a row from which on it goes through all steps in one method
 */
public record Variant(RowProgram program, String source, int joinsFrom) {
    /** Of a form that runs step by step. */
    public static final int NEVER = Integer.MAX_VALUE;

    /** Shorter rows are not worth it: tails of a few elements take as long as the vectors. */
    private static final int LONG_ROWS = Tuning.current().joinedRow();

    /** A form as it is used: with long rows joined, if the program can. */
    public Variant(RowProgram program, String source) {
        this(program, source, program.joins() ? LONG_ROWS : NEVER);
    }

    /** The same, step by step. */
    public Variant separate() {
        return new Variant(program, source, NEVER);
    }
}
