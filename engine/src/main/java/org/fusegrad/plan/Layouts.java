package org.fusegrad.plan;

import java.util.Arrays;

/**
 * Strides of a graph's inputs when it was planned; {@code null} for row-major. Decides axis order.
 */
public record Layouts(int[][] strides) {
    /** All inputs row-major. */
    public static final Layouts ROW_MAJOR = new Layouts(new int[0][]);

    int[] of(int input) {
        return input < strides.length ? strides[input] : null;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Layouts l && Arrays.deepEquals(strides, l.strides);
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
