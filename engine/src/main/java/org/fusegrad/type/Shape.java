package org.fusegrad.type;

import java.util.Arrays;

/**
 * Immutable sizes of a tensor's axes, outermost first. Rank 0 is a scalar; an axis of size 0 makes
 * an empty tensor. The number of elements always fits an {@code int}, checked when a shape is made.
 */
public final class Shape {
    /** The shape of a scalar. */
    public static final Shape SCALAR = new Shape(new int[0]);

    /** More elements than any tensor has, and still far from overflow. */
    private static final long MANY = 1L << 31;

    private final int[] dims;
    private final int numel;

    private Shape(int[] dims) {
        this.dims = dims;
        long n = 1;
        boolean empty = false;
        for (int d : dims) {
            if (d < 0) {
                throw new IllegalArgumentException("negative size in shape " + text(dims));
            }
            empty |= d == 0;
        }
        for (int i = 0; i < dims.length && !empty; i++) {
            n *= dims[i];
            if (n > Integer.MAX_VALUE - 64) {
                throw new IllegalArgumentException("shape " + text(dims)
                        + " has more than 2^31 elements, the most a tensor can hold");
            }
        }
        this.numel = empty ? 0 : (int) n;
    }

    /** The shape with these sizes. */
    public static Shape of(int... dims) {
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    public int rank() {
        return dims.length;
    }

    /** Size of an axis; negative axes count from the end. */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /** Number of elements. */
    public int numel() {
        return numel;
    }

    public int[] dims() {
        return dims.clone();
    }

    /** A non-negative axis number; negative ones count from the end. */
    public int axis(int axis) {
        int a = axis < 0 ? axis + dims.length : axis;
        if (a < 0 || a >= dims.length) {
            throw new IllegalArgumentException(
                    "axis " + axis + " is out of range for shape " + this);
        }
        return a;
    }

    /**
     * A computed size of an axis, if there can be one.
     *
     * @param what computes it, for the message
     * @throws IllegalArgumentException if it is more than an axis can have
     */
    public static int size(String what, long size) {
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    what + ": an axis of " + size + " elements is more than a tensor can hold");
        }
        return (int) Math.max(size, Integer.MIN_VALUE);
    }

    /**
     * A shape of as many elements, of which one size may be -1: whatever is left for it.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Shape reshaped(int... to) {
        int open = -1;
        long known = 1;
        for (int i = 0; i < to.length; i++) {
            if (to[i] == -1 && open >= 0) {
                throw new IllegalArgumentException(
                        "reshape: only one size may be -1, got " + text(to) + " for " + this);
            }
            open = to[i] == -1 ? i : open;
            known = to[i] == -1 ? known : Math.min(known * Math.max(0, to[i]), MANY);
        }
        if (open < 0) {
            return of(to);
        }
        if (known == 0 ? numel != 0 : numel % known != 0) {
            throw new IllegalArgumentException("reshape: " + this + " has " + numel
                    + " elements, which do not fill " + text(to));
        }
        int[] sizes = to.clone();
        sizes[open] = known == 0 ? 0 : (int) (numel / known);
        return of(sizes);
    }

    /** This shape with one axis resized. */
    public Shape with(int axis, int size) {
        int[] d = dims.clone();
        d[axis(axis)] = size;
        return new Shape(d);
    }

    /** Row-major strides, in elements. */
    public int[] strides() {
        int[] s = new int[dims.length];
        int step = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            s[i] = step;
            step *= Math.max(1, dims[i]);
        }
        return s;
    }

    /** The shape both broadcast to, by NumPy's rule; {@code null} if they do not. */
    public static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] d = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int x = i <= a.rank() ? a.dims[a.rank() - i] : 1;
            int y = i <= b.rank() ? b.dims[b.rank() - i] : 1;
            if (x != y && x != 1 && y != 1) {
                return null;
            }
            d[rank - i] = x == 1 ? y : x;
        }
        return new Shape(d);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return text(dims);
    }

    private static String text(int[] dims) {
        StringBuilder s = new StringBuilder("(");
        for (int i = 0; i < dims.length; i++) {
            s.append(i == 0 ? "" : ", ").append(dims[i]);
        }
        return s.append(')').toString();
    }
}
