package org.fusegrad.graph;

/**
 * The constants that decide how results round, of contractions so far: whoever evaluates one obeys
 * them, interpreter and generated code alike.
 */
public final class NumericContract {
    /** Terms of a contraction that are added up in order before they join the total. */
    public static final int CONTRACTION_BLOCK = 384;

    private NumericContract() {}

    /** The most additions in a row that a contraction of so many terms is made of. */
    public static int longestChain(int depth) {
        return Math.min(depth, CONTRACTION_BLOCK)
                + (depth + CONTRACTION_BLOCK - 1) / CONTRACTION_BLOCK;
    }
}
