package org.fusegrad.ops;

import java.util.Arrays;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * Elements by position, and triangles. Indices are int64 and count from 0; where one is repeated,
 * the gradients of all its places add up. An index outside of its axis is an {@link
 * IllegalArgumentException} when the operation runs.
 */
public final class Indexing {
    private Indexing() {}

    /**
     * Some elements of an axis, in the order of {@code index} (PyTorch's {@code index_select}).
     *
     * @param index int64, of one axis
     * @return the shape of x, the axis having the size of the index
     */
    public static Tensor indexSelect(Tensor x, int axis, Tensor index) {
        int a = x.shape().axis(axis);
        requireIndex("index_select", index);
        if (index.rank() != 1) {
            throw new IllegalArgumentException(
                    "index_select: an index has one axis, not the shape " + index.shape());
        }
        int[] dims = new int[x.rank()];
        Arrays.fill(dims, 1);
        dims[a] = index.dim(0);
        return x.gather(a, index.reshape(dims).expand(x.shape().with(a, index.dim(0))));
    }

    /** As {@link #indexSelect(Tensor, int, Tensor)}, at positions known beforehand. */
    public static Tensor indexSelect(Tensor x, int axis, int... positions) {
        long[] at = Arrays.stream(positions).asLongStream().toArray();
        return indexSelect(x, axis, Tensor.of(at, at.length));
    }

    /**
     * {@code y[i][j] = x[index[i][j]][j]} for axis 0 of a matrix, and so on (PyTorch's
     * {@code gather}).
     *
     * @param index of the rank of x, along the other axes at most as long
     * @return the shape of the index
     */
    public static Tensor gather(Tensor x, int axis, Tensor index) {
        int a = x.shape().axis(axis);
        requireIndex("gather", index);
        return fitted("gather", x, a, index.shape()).gather(a, index);
    }

    /**
     * x with {@code source} added at {@code index} (PyTorch's {@code scatter_add}): the adjoint of
     * {@link #gather}.
     *
     * @param index of the rank of x, along the other axes at most as long
     * @param source at least as long as the index
     */
    public static Tensor scatterAdd(Tensor x, int axis, Tensor index, Tensor source) {
        return x.add(spread("scatter_add", x, x.shape().axis(axis), index, source));
    }

    /**
     * x with elements of {@code source} in the places of {@code index} (PyTorch's {@code scatter}).
     * The places must differ: what stands where two elements go is not defined.
     */
    public static Tensor scatter(Tensor x, int axis, Tensor index, Tensor source) {
        int a = x.shape().axis(axis);
        Tensor ones = Tensor.full(index.shape(), 1, DType.INT64);
        Tensor hit = spread("scatter", x, a, index, ones).ne(0);
        return hit.where(spread("scatter", x, a, index, source), x);
    }

    /** Zeros of the shape of x, with the elements of the source added at their places. */
    private static Tensor spread(String op, Tensor x, int axis, Tensor index, Tensor source) {
        requireIndex(op, index);
        fitted(op, x, axis, index.shape());
        Tensor part = fitted(op, source, -1, index.shape());
        Tensor sums = part.scatterAdd(axis, index, x.dim(axis));
        int[] after = new int[x.rank()];
        Arrays.setAll(after, i -> x.dim(i) - sums.dim(i));
        return Arrays.stream(after).allMatch(n -> n == 0)
                ? sums
                : sums.pad(new int[x.rank()], after, 0);
    }

    /** The leading part of x that is as long as an index along every axis but one. */
    private static Tensor fitted(String op, Tensor x, int axis, Shape index) {
        boolean fits = x.rank() == index.rank();
        Tensor part = x;
        for (int i = 0; fits && i < x.rank(); i++) {
            fits = i == axis || index.dim(i) <= x.dim(i);
            part = fits && i != axis && index.dim(i) < x.dim(i)
                    ? part.slice(i, 0, index.dim(i))
                    : part;
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    op + ": index " + index + " does not fit " + x.shape());
        }
        return part;
    }

    private static void requireIndex(String op, Tensor index) {
        if (index.dtype() != DType.INT64) {
            throw new IllegalArgumentException(op + ": an index is int64, not " + index.dtype());
        }
    }

    /**
     * The lower triangle of the last two axes, zeros above it.
     *
     * @param diagonal the last one that is kept: 0 the main one, 1 the one above it, -1 below
     */
    public static Tensor tril(Tensor x, int diagonal) {
        Tensor kept = columns("tril", x).le(rows(x).add(constant(diagonal)));
        return kept.where(x, Tensor.scalar(0, x.dtype()));
    }

    /**
     * The upper triangle of the last two axes, zeros below it.
     *
     * @param diagonal the first one that is kept: 0 the main one, 1 the one above it, -1 below
     */
    public static Tensor triu(Tensor x, int diagonal) {
        Tensor kept = columns("triu", x).ge(rows(x).add(constant(diagonal)));
        return kept.where(x, Tensor.scalar(0, x.dtype()));
    }

    private static Tensor constant(int value) {
        return Tensor.scalar(value, DType.INT64);
    }

    private static Tensor rows(Tensor x) {
        return Tensor.arange(x.dim(-2)).reshape(x.dim(-2), 1);
    }

    private static Tensor columns(String op, Tensor x) {
        if (x.rank() < 2) {
            throw new IllegalArgumentException(
                    op + ": a triangle needs two axes, got the shape " + x.shape());
        }
        return Tensor.arange(x.dim(-1));
    }

    /** An axis moved on by some places, what leaves it coming in at the other end. */
    public static Tensor roll(Tensor x, int axis, int places) {
        int n = x.dim(axis);
        int by = n == 0 ? 0 : Math.floorMod(places, n);
        return by == 0
                ? x
                : Tensor.concat(axis, x.slice(axis, n - by, n), x.slice(axis, 0, n - by));
    }
}
