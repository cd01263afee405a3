package org.fusegrad.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.fusegrad.Tensor;
import org.fusegrad.run.Value;
import org.fusegrad.type.Shape;

/**
 * IndexedDataset of tensors in memory: sample i is row i of each. PyTorch's {@code TensorDataset}.
 *
 * <pre>{@code
 * TensorDataset data = TensorDataset.of(inputs, targets); // (N, ...) and (N, ...)
 * DataLoader loader = DataLoader.builder(data, 32).shuffle().build();
 * }</pre>
 *
 * <p>Immutable: the values are copied. Any element types.
 */
public final class TensorDataset implements IndexedDataset {
    private final String name;
    private final List<Column> columns;
    private final List<Value> values;

    private TensorDataset(String name, List<Column> columns, List<Value> values) {
        this.name = name;
        this.columns = List.copyOf(columns);
        this.values = List.copyOf(values);
    }

    /**
     * Returns samples of rows; a pair is called input and target, others by their numbers.
     *
     * @param tensors with the same size of at least 1 along their first axis
     * @throws DataException if there is none, or they have not
     */
    public static TensorDataset of(Tensor... tensors) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < tensors.length; i++) {
            names.add(tensors.length == 2 ? i == 0 ? "input" : "target" : "tensor " + i);
        }
        return of("tensors", names, List.of(tensors));
    }

    /**
     * Returns samples of rows.
     *
     * @param name what messages call the set
     * @param names what they call its columns, one for each tensor
     * @throws DataException as {@link #of(Tensor...)}
     */
    public static TensorDataset of(String name, List<String> names, List<Tensor> tensors) {
        if (tensors.isEmpty() || names.size() != tensors.size()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: %d tensors and %d names; give one name for each of at least one tensor",
                    name,
                    tensors.size(),
                    names.size()));
        }
        List<Column> columns = new ArrayList<>();
        List<Value> values = new ArrayList<>();
        for (int c = 0; c < names.size(); c++) {
            Value value = tensors.get(c).value().contiguous();
            checkRows(name, names, tensors, c);
            Shape shape = value.shape();
            int[] row = Arrays.copyOfRange(shape.dims(), 1, shape.rank());
            Column column = new Column(names.get(c), value.dtype(), Shape.of(row));
            Object copy = column.array(shape.dim(0));
            System.arraycopy(value.buffer().array(), value.offset(), copy, 0, shape.numel());
            columns.add(column);
            values.add(Value.wrap(value.dtype(), copy, shape));
        }
        return new TensorDataset(name, columns, values);
    }

    private static void checkRows(
            String name, List<String> names, List<Tensor> tensors, int column) {
        Shape first = tensors.get(0).value().shape();
        Shape shape = tensors.get(column).value().shape();
        if (shape.rank() == 0 || shape.dim(0) < 1 || shape.dim(0) != first.dim(0)) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: %s is %s; every tensor needs as many rows as %s, %s, and at least one",
                    name,
                    names.get(column),
                    shape,
                    names.get(0),
                    first));
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return values.get(0).shape().dim(0);
    }

    @Override
    public List<Column> columns() {
        return columns;
    }

    @Override
    public List<Tensor> get(int index) {
        Rows.check(this, index);
        Object[] arrays = columns.stream().map(c -> c.array(1)).toArray();
        read(index, arrays, 0);
        List<Tensor> sample = new ArrayList<>();
        for (int c = 0; c < arrays.length; c++) {
            Column column = columns.get(c);
            sample.add(Tensor.ofValue(Value.wrap(column.dtype(), arrays[c], column.shape())));
        }
        return sample;
    }

    @Override
    public void read(int index, Object[] arrays, int row) {
        Rows.check(this, index);
        for (int c = 0; c < arrays.length; c++) {
            int length = columns.get(c).shape().numel();
            Object from = values.get(c).buffer().array();
            System.arraycopy(from, index * length, arrays[c], row * length, length);
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: %d samples of %s", name, size(), columns);
    }
}
