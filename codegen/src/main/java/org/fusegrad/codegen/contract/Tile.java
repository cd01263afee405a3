package org.fusegrad.codegen.contract;

/**
 * The operands of a generated tile method, which computes a product of a packed panel of rows with
 * some columns over one block of k, or sums over k of products of channels. One for each task and
 * set again for each tile; public because generated classes live in class loaders of their own.
 */
public final class Tile {
    /** Factors of the rows: those of one k after the other, as many as a panel is high. */
    public float[] a;

    /** Where the panel starts in {@link #a}. */
    public int aAt;

    /** Factors of the columns; those of one k stand side by side. */
    public float[] b;

    /** Where the factors of each k stand in {@link #b}. */
    public int[] lines;

    /** The first k, as a position in {@link #lines}. */
    public int first;

    /** Added to all of {@link #lines}: where the columns of this tile start. */
    public int bAt;

    /**
     * From the factors of one k to the next in {@link #a}, for sums of channels; from line to line
     * of the source, or from place to place of a tile's results, for Winograd's filtering.
     */
    public int aStep;

    /**
     * From one tap to the next in {@link #b}, for sums of channels; from position to position, for
     * Winograd's filtering.
     */
    public int bStep;

    /** How many k there are. */
    public int depth;

    /** Receives the sums. */
    public float[] c;

    /** Where the tile starts in {@link #c}. */
    public int cAt;

    /** From one row of {@link #c} to the next. */
    public int cStep;

    /** From the source of one of {@link #depth} transforms to the next in {@link #a}. */
    public int aOver;

    /** From the result of one transform to the next in {@link #c}. */
    public int cOver;

    /** Whether the sums are added to what is there; sums of channels always go on from there. */
    public boolean add;
}
