package org.fusegrad.data;

import java.util.List;
import java.util.Locale;
import org.fusegrad.Tensor;
import org.fusegrad.run.Value;

/** Views of samples, and the copying of one sample's tensor to its place in an array. */
final class Rows {
    private Rows() {}

    /** Some of the samples, in an order of their own. */
    static final class Subset implements IndexedDataset {
        private final IndexedDataset all;
        private final int[] indices;

        Subset(IndexedDataset all, int[] indices) {
            this.all = all;
            this.indices = indices.clone();
            if (indices.length == 0) {
                throw new DataException(all.name() + ": a subset needs at least one sample");
            }
            for (int index : indices) {
                check(all, index);
            }
        }

        @Override
        public String name() {
            return all.name();
        }

        @Override
        public int size() {
            return indices.length;
        }

        @Override
        public List<Column> columns() {
            return all.columns();
        }

        @Override
        public List<Tensor> get(int index) {
            return all.get(indices[check(this, index)]);
        }

        @Override
        public void read(int index, Object[] arrays, int row) {
            all.read(indices[check(this, index)], arrays, row);
        }
    }

    /** The samples of several sets, one set after another. */
    static final class Concat implements IndexedDataset {
        private final List<IndexedDataset> parts;
        private final int size;

        Concat(List<? extends IndexedDataset> parts) {
            this.parts = List.copyOf(parts);
            if (parts.isEmpty()) {
                throw new DataException("concat: no sets given; it needs at least one");
            }
            long sum = 0;
            for (IndexedDataset part : parts) {
                checkColumns(parts.get(0), part);
                sum += part.size();
            }
            if (sum > Integer.MAX_VALUE) {
                throw new DataException(String.format(
                        Locale.ROOT, "concat: %d samples are more than 2^31 - 1", sum));
            }
            size = (int) sum;
        }

        private static void checkColumns(IndexedDataset first, IndexedDataset other) {
            List<Column> wanted = first.columns();
            List<Column> columns = other.columns();
            boolean same = wanted.size() == columns.size();
            for (int c = 0; same && c < wanted.size(); c++) {
                same = wanted.get(c).dtype() == columns.get(c).dtype()
                        && wanted.get(c).shape().equals(columns.get(c).shape());
            }
            if (!same) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "concat: %s has columns %s but %s has %s; they must agree",
                        other.name(),
                        columns,
                        first.name(),
                        wanted));
            }
        }

        @Override
        public String name() {
            return String.join(" + ", parts.stream().map(IndexedDataset::name).toList());
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public List<Column> columns() {
            return parts.get(0).columns();
        }

        /* A part and an index in it. */
        private record Place(IndexedDataset part, int index) {}

        private Place place(int index) {
            int rest = check(this, index);
            int number = 0;
            while (rest >= parts.get(number).size()) {
                rest -= parts.get(number++).size();
            }
            return new Place(parts.get(number), rest);
        }

        @Override
        public List<Tensor> get(int index) {
            Place place = place(index);
            return place.part().get(place.index());
        }

        @Override
        public void read(int index, Object[] arrays, int row) {
            Place place = place(index);
            place.part().read(place.index(), arrays, row);
        }
    }

    static int check(IndexedDataset of, int index) {
        if (index < 0 || index >= of.size()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: sample index %d is not within the %d samples",
                    of.name(),
                    index,
                    of.size()));
        }
        return index;
    }

    static void copy(IndexedDataset of, int index, Column column, Tensor from, Object to, int row) {
        Value value = from.value().contiguous();
        if (value.dtype() != column.dtype() || !value.shape().equals(column.shape())) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: sample %d has %s%s for its column %s; all samples must have that",
                    of.name(),
                    index,
                    value.dtype(),
                    value.shape(),
                    column));
        }
        int length = column.shape().numel();
        System.arraycopy(value.buffer().array(), value.offset(), to, row * length, length);
    }

    static int[] sizes(IndexedDataset of, double[] fractions) {
        double sum = 0;
        boolean positive = true;
        for (double fraction : fractions) {
            sum += fraction;
            positive &= fraction > 0;
        }
        if (!positive || !(Math.abs(sum - 1) <= 1e-9)) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: fractions of a split must be positive with the sum 1, got the sum %s",
                    of.name(),
                    sum));
        }
        int[] sizes = new int[fractions.length];
        int left = of.size();
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = Math.min(left, (int) Math.floor(fractions[i] * of.size()));
            left -= sizes[i];
        }
        for (int i = 0; left > 0; i = (i + 1) % sizes.length, left--) {
            sizes[i]++;
        }
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == 0) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s: part %d of the split of %d samples is empty; give it more",
                        of.name(),
                        i,
                        of.size()));
            }
        }
        return sizes;
    }
}
