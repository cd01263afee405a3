package org.fusegrad.data;

import java.util.List;
import java.util.Locale;
import org.fusegrad.Tensor;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/**
 * Some samples, ready for a model: for each column one array, the samples one after another. The
 * receiver owns the arrays; tensors are views of them.
 */
public final class Batch {
    private final List<Column> columns;
    private final Object[] arrays;
    private final int count;

    Batch(List<Column> columns, Object[] arrays, int count) {
        this.columns = columns;
        this.arrays = arrays;
        this.count = count;
    }

    /** Number of samples; the last batch of an epoch may be smaller than the others. */
    public int count() {
        return count;
    }

    /** What each sample has. */
    public List<Column> columns() {
        return columns;
    }

    /** The samples' tensors of a column, count x its shape: a new leaf that shares the array. */
    public Tensor tensor(int column) {
        Column of = columns.get(column);
        return Tensor.ofValue(Value.wrap(of.dtype(), arrays[column], of.shape(count)));
    }

    /** The first column's tensor: of images, normalised values, count x C x H x W. */
    public Tensor input() {
        return tensor(0);
    }

    /**
     * The last column's tensor: of images, the int64 class indices, {@code count} long.
     *
     * @throws DataException if the samples have one column only
     */
    public Tensor target() {
        if (columns.size() < 2) {
            throw new DataException("the samples have no target, only " + columns.get(0)
                    + "; give the data set a second column");
        }
        return tensor(columns.size() - 1);
    }

    /**
     * Normalised values of images, count x C x H x W row-major, exactly that long.
     *
     * @throws DataException if the samples do not begin with float32 values
     */
    public float[] images() {
        if (columns.get(0).dtype() == DType.FLOAT32) {
            return (float[]) arrays[0];
        }
        throw other("images");
    }

    /**
     * Class indices, {@code count} long.
     *
     * @throws DataException if the samples do not end with one int64 each
     */
    public long[] labels() {
        Column last = columns.get(columns.size() - 1);
        if (last.dtype() == DType.INT64 && last.shape().rank() == 0) {
            return (long[]) arrays[columns.size() - 1];
        }
        throw other("labels");
    }

    /** Planes of each image. */
    public int channels() {
        return side(0);
    }

    /** Rows of each image. */
    public int height() {
        return side(1);
    }

    /** Columns of each image. */
    public int width() {
        return side(2);
    }

    private int side(int axis) {
        if (columns.get(0).shape().rank() == 3) {
            return columns.get(0).shape().dim(axis);
        }
        throw other("images");
    }

    private DataException other(String what) {
        return new DataException(String.format(
                Locale.ROOT,
                "the batch has no %s, its columns are %s; use input(), target() or tensor(i)",
                what,
                columns));
    }
}
