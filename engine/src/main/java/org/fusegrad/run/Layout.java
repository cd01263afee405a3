package org.fusegrad.run;

import java.util.Arrays;
import org.fusegrad.type.Shape;

/**
 * The places of a value's elements in its buffer: shape and strides, in elements. Immutable, and
 * shared by values alike, so that whoever has seen one before knows it by its identity.
 */
public final class Layout {
    private final Shape shape;
    private final int[] strides;
    private final boolean contiguous;

    private Layout(Shape shape, int[] strides) {
        this.shape = shape;
        this.strides = strides;
        this.contiguous = isRowMajor(shape, strides);
    }

    /** Elements at these distances. */
    public static Layout of(Shape shape, int[] strides) {
        return new Layout(shape, strides.clone());
    }

    /** Elements follow one another in row-major order. */
    public static Layout rowMajor(Shape shape) {
        return new Layout(shape, shape.strides());
    }

    private static boolean isRowMajor(Shape shape, int[] strides) {
        int step = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            int n = shape.dim(i);
            if (n == 0) {
                return true;
            }
            if (n != 1 && strides[i] != step) {
                return false;
            }
            step *= n;
        }
        return true;
    }

    public Shape shape() {
        return shape;
    }

    public int stride(int axis) {
        return strides[axis];
    }

    public int[] strides() {
        return strides.clone();
    }

    /** Elements follow one another in row-major order. */
    public boolean isContiguous() {
        return contiguous;
    }

    /** The same elements at the same places; strides of axes that have one element do not count. */
    @Override
    public boolean equals(Object o) {
        return o == this
                || o instanceof Layout l
                        && shape.equals(l.shape)
                        && (contiguous && l.contiguous || Arrays.equals(strides, l.strides));
    }

    @Override
    public int hashCode() {
        return contiguous ? shape.hashCode() : 31 * shape.hashCode() + Arrays.hashCode(strides);
    }

    @Override
    public String toString() {
        return shape + (contiguous ? "" : " at strides " + Arrays.toString(strides));
    }
}
