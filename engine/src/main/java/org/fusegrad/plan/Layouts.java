package org.fusegrad.plan;

import java.util.Arrays;

/**
 * Strides of a graph's inputs when it was planned; {@code null} for row-major. Decides axis order.
 *
 * @param rowsApart whether the outermost axis is a loop of its own, so that its rows can be shared
 *     out
 */
public record Layouts(int[][] strides, boolean rowsApart) {
    /** All inputs row-major, rows shared out. */
    public static final Layouts SHARED = new Layouts(new int[0][], true);

    int[] of(int input) {
        return input < strides.length ? strides[input] : null;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Layouts l
                && rowsApart == l.rowsApart
                && Arrays.deepEquals(strides, l.strides);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(strides);
    }

    @Override
    public String toString() {
        return Arrays.deepToString(strides);
    }
}
