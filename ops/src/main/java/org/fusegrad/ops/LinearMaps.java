package org.fusegrad.ops;

import java.util.Arrays;
import org.fusegrad.Tensor;

/** Affine maps of the last axis, and rows of a table. */
public final class LinearMaps {
    private LinearMaps() {}

    /**
     * x Wᵀ.
     *
     * @param x (..., in)
     * @param weight (out, in)
     * @return (..., out)
     */
    public static Tensor linear(Tensor x, Tensor weight) {
        if (weight.rank() != 2 || x.rank() == 0 || x.dim(-1) != weight.dim(1)) {
            throw new IllegalArgumentException("linear: input " + x.shape()
                    + " does not end in the input size of weight " + weight.shape());
        }
        int[] dims = x.shape().dims();
        Tensor rows = x.rank() == 2 ? x : x.reshape(rows(dims), weight.dim(1));
        dims[dims.length - 1] = weight.dim(0);
        return rows.matmul(weight.transpose(0, 1)).reshape(dims);
    }

    /**
     * x Wᵀ + b.
     *
     * @param bias (out); {@code null} for none
     * @throws IllegalArgumentException if the bias has another shape
     */
    public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        Tensor y = linear(x, weight);
        if (bias == null) {
            return y;
        }
        if (bias.rank() != 1 || bias.dim(0) != weight.dim(0)) {
            throw new IllegalArgumentException("linear: bias " + bias.shape()
                    + " does not fit the output size of weight " + weight.shape());
        }
        return y.add(bias);
    }

    private static int rows(int[] dims) {
        return Arrays.stream(dims).limit(dims.length - 1).reduce(1, Math::multiplyExact);
    }

    /**
     * Rows of a table.
     *
     * @param weight (rows, width)
     * @param index int64, any shape
     * @return (index shape, width)
     * @throws IllegalArgumentException if an index is no row
     */
    public static Tensor embedding(Tensor weight, Tensor index) {
        if (!index.isSymbolic()) {
            for (long i : index.toLongs()) {
                if (i < 0 || i >= weight.dim(0)) {
                    throw new IllegalArgumentException(
                            "embedding: index " + i + " is no row of " + weight.shape());
                }
            }
        }
        int count = index.shape().numel();
        int width = weight.dim(1);
        Tensor columns = index.reshape(count, 1).expand(count, width);
        int[] dims = Arrays.copyOf(index.shape().dims(), index.rank() + 1);
        dims[index.rank()] = width;
        return weight.gather(0, columns).reshape(dims);
    }
}
