package org.fusegrad.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.fusegrad.Tensor;

/**
 * A collection of samples by number, each a tensor for each {@link Column}: the inputs and targets
 * of any module. What PyTorch calls a map-style data set ({@code torch.utils.data.Dataset}).
 *
 * <p>Those shipped are {@link TensorDataset} (tensors in memory) and {@link Dataset}
 * (labelled images). One's own needs {@link #name}, {@link #size}, {@link #columns} and {@link
 * #get}. It is read by several threads at once and must answer equal indices with equal values.
 */
public interface IndexedDataset {
    /** Returns what messages call this set. */
    String name();

    /** Returns the number of samples. */
    int size();

    /** Returns what each sample has, at least one column: the input first, the target last. */
    List<Column> columns();

    /**
     * Returns one sample: for each column a tensor of its type and shape.
     *
     * @throws DataException if the index is not within {@code 0 .. size() - 1}, or the sample
     *     cannot be read
     */
    List<Tensor> get(int index);

    /**
     * Copies one sample into arrays of the columns' types, where it is the row {@code row}; as
     * loaders fill batches. By default what {@link #get} returns.
     *
     * @throws DataException as {@link #get}, or if a tensor has another type or shape than its
     *     column
     */
    default void read(int index, Object[] arrays, int row) {
        List<Tensor> sample = get(index);
        List<Column> columns = columns();
        if (sample.size() != columns.size()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: sample %d has %d tensors but there are %d columns",
                    name(),
                    index,
                    sample.size(),
                    columns.size()));
        }
        for (int c = 0; c < columns.size(); c++) {
            Rows.copy(this, index, columns.get(c), sample.get(c), arrays[c], row);
        }
    }

    /**
     * Returns the samples at the given indices, in that order, as a view; an index may repeat.
     *
     * @throws DataException if there is no index or one is out of range
     */
    default IndexedDataset subset(int[] indices) {
        return new Rows.Subset(this, indices);
    }

    /**
     * Parts the samples at random, as PyTorch's {@code random_split}: part i has {@code
     * floor(fraction * size)} of them, and what is left over goes to the first parts, one each.
     *
     * @param seed equal seeds give equal parts
     * @param fractions positive, with the sum 1
     * @throws DataException if the fractions are not, or a part would be empty
     */
    default List<IndexedDataset> randomSplit(long seed, double... fractions) {
        int[] sizes = Rows.sizes(this, fractions);
        int[] order = Randomness.permutation(size(), seed, -1);
        List<IndexedDataset> parts = new ArrayList<>();
        int from = 0;
        for (int size : sizes) {
            parts.add(subset(Arrays.copyOfRange(order, from, from + size)));
            from += size;
        }
        return parts;
    }

    /**
     * Returns the samples of all parts, one after another, as a view. PyTorch's {@code
     * ConcatDataset}.
     *
     * @throws DataException if there is no part, the columns differ in type or shape, or there are
     *     2^31 samples or more
     */
    static IndexedDataset concat(List<? extends IndexedDataset> parts) {
        return new Rows.Concat(parts);
    }
}
