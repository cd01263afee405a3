package org.fusegrad.graph;

/**
 * The constants that decide how results round: whoever evaluates a sum or a contraction obeys them,
 * interpreter and generated code alike, on every machine. {@code docs/NUMERICS.md} says what each
 * is for. To change one is to change the bits of results.
 */
public final class NumericContract {
    /** Accumulators that a float32 sum along a row takes its elements in turn to. */
    public static final int SUM_LANES = 32;

    /** The same of a float64 sum. */
    public static final int WIDE_SUM_LANES = 16;

    /** Elements of a sum along a row whose lanes are folded before those that follow. */
    public static final int ROW_BLOCK = 4096;

    /** Rows of a sum across rows that are added up in float32 before they join the total. */
    public static final int COLUMN_BLOCK = 64;

    /** Terms of a contraction that are added up in order before they join the total. */
    public static final int CONTRACTION_BLOCK = 384;

    private NumericContract() {}

    /** The most additions in a row that a contraction of so many terms is made of. */
    public static int longestChain(int depth) {
        return Math.min(depth, CONTRACTION_BLOCK)
                + (depth + CONTRACTION_BLOCK - 1) / CONTRACTION_BLOCK;
    }
}
