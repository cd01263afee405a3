package org.fusegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class IndexedDatasetTest {
    /** Returns n samples: (2, 3) of 6i .. 6i+5, and i. */
    private static TensorDataset numbered(int n) {
        return TensorDataset.of(
                Tensor.arange(6 * n).cast(DType.FLOAT32).reshape(n, 2, 3),
                Tensor.arange(n).cast(DType.INT64));
    }

    private static List<Double> targets(IndexedDataset samples) {
        List<Double> all = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            List<Tensor> sample = samples.get(i);
            all.add(sample.get(sample.size() - 1).item());
        }
        return all;
    }

    private static String refusal(Runnable what) {
        return assertThrows(DataException.class, what::run).getMessage();
    }

    @Test
    void aSampleIsARowOfEachTensor() {
        TensorDataset data = numbered(4);
        assertEquals(4, data.size());
        assertEquals(
                List.of(
                        new Column("input", DType.FLOAT32, Shape.of(2, 3)),
                        new Column("target", DType.INT64, Shape.SCALAR)),
                data.columns());
        List<Tensor> sample = data.get(2);
        assertEquals(Shape.of(2, 3), sample.get(0).value().shape());
        assertArrayEquals(new double[] {12, 13, 14, 15, 16, 17}, sample.get(0).toDoubles());
        assertEquals(2, sample.get(1).item());
        assertTrue(refusal(() -> data.get(4)).contains("index 4 is not within the 4"));
        assertTrue(refusal(() -> data.get(-1)).contains("index -1"));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyElementTypeComesThrough(DType dtype) {
        Tensor values = Tensor.of(new float[] {0, 1, 1, 0, 1, 0}, 3, 2).cast(dtype);
        TensorDataset data = TensorDataset.of(values);
        Batch batch = DataLoader.builder(data, 2).build().epoch(0, 1).iterator().next();
        assertEquals(1, batch.count());
        assertEquals(dtype, batch.input().dtype());
        assertEquals(Shape.of(1, 2), batch.input().value().shape());
        assertArrayEquals(new double[] {1, 0}, batch.input().toDoubles());
        assertTrue(refusal(batch::target).contains("no target"));
    }

    @Test
    void viewsOfATensorAreCopiedInTheirOwnOrder() {
        Tensor transposed = Tensor.arange(6).reshape(2, 3).transpose(0, 1);
        TensorDataset data = TensorDataset.of(transposed, Tensor.arange(5).slice(0, 2, 5));
        assertArrayEquals(new double[] {1, 4}, data.get(1).get(0).toDoubles());
        assertEquals(3, data.get(1).get(1).item());
    }

    @Test
    void tensorsThatDoNotFitAreRefused() {
        assertTrue(refusal(() -> TensorDataset.of()).contains("at least one tensor"));
        String rows = refusal(() -> TensorDataset.of(Tensor.zeros(3, 2), Tensor.zeros(4)));
        assertTrue(rows.contains("target is (4)") && rows.contains("input, (3, 2)"), rows);
        assertTrue(refusal(() -> TensorDataset.of(Tensor.scalar(1))).contains("at least one"));
        assertTrue(refusal(() -> TensorDataset.of(Tensor.zeros(0, 2))).contains("at least one"));
    }

    @Test
    void aSubsetIsInItsOwnOrder() {
        IndexedDataset some = numbered(6).subset(new int[] {5, 0, 5, 2});
        assertEquals(List.of(5.0, 0.0, 5.0, 2.0), targets(some));
        assertEquals(List.of(0.0, 2.0), targets(some.subset(new int[] {1, 3})));
        assertTrue(refusal(() -> some.get(4)).contains("the 4 samples"));
        assertTrue(refusal(() -> numbered(3).subset(new int[] {3})).contains("index 3"));
        assertTrue(refusal(() -> numbered(3).subset(new int[0])).contains("at least one"));
    }

    @Test
    void aRandomSplitHasEachSampleOnceAndRemaindersGoToTheFirst() {
        List<IndexedDataset> parts = numbered(10).randomSplit(4, 0.45, 0.25, 0.3);
        assertEquals(List.of(5, 2, 3), parts.stream().map(IndexedDataset::size).toList());
        List<Double> all = new ArrayList<>();
        parts.forEach(part -> all.addAll(targets(part)));
        assertEquals(
                IntStream.range(0, 10).mapToObj(i -> (double) i).toList(),
                all.stream().sorted().toList());
        assertEquals(
                targets(parts.get(0)),
                targets(numbered(10).randomSplit(4, 0.45, 0.25, 0.3).get(0)));
        assertTrue(!targets(parts.get(0))
                .equals(targets(numbered(10).randomSplit(5, 0.45, 0.25, 0.3).get(0))));
        IndexedDataset ten = numbered(10);
        assertTrue(refusal(() -> ten.randomSplit(0, 0.5, 0.4)).contains("sum"));
        assertTrue(refusal(() -> ten.randomSplit(0, 1.5, -0.5)).contains("positive"));
        assertTrue(refusal(() -> ten.randomSplit(0)).contains("sum"));
        assertTrue(refusal(() -> ten.randomSplit(0, 0.01, 0.01, 0.01, 0.97)).contains("part"));
    }

    @Test
    void aConcatenationHasAllInOrder() {
        IndexedDataset all = IndexedDataset.concat(List.of(numbered(2), numbered(3), numbered(1)));
        assertEquals(List.of(0.0, 1.0, 0.0, 1.0, 2.0, 0.0), targets(all));
        Batch batch = DataLoader.builder(all, 6).build().epoch(0).iterator().next();
        assertArrayEquals(new double[] {0, 1, 0, 1, 2, 0}, batch.target().toDoubles());
        TensorDataset other = TensorDataset.of(Tensor.zeros(2, 3), Tensor.zeros(2));
        String message = refusal(() -> IndexedDataset.concat(List.of(numbered(2), other)));
        assertTrue(message.contains("must agree"), message);
        assertTrue(refusal(() -> IndexedDataset.concat(List.of())).contains("at least one"));
    }

    @Test
    void imagesAreSamplesToo() {
        Dataset digits = Digits.validation();
        IndexedDataset both = IndexedDataset.concat(List.of(digits, digits.subset(new int[] {3})));
        Object[] one = {new float[64], new long[1]};
        digits.read(3, one, 0);
        List<Tensor> last = both.get(digits.size());
        assertArrayEquals((float[]) one[0], last.get(0).toFloats());
        assertEquals(digits.label(3), last.get(1).item());
        Batch batch = DataLoader.builder(digits, 4).build().epoch(0).iterator().next();
        assertEquals(Shape.of(4, 1, 8, 8), batch.input().value().shape());
        assertArrayEquals(batch.images(), batch.input().toFloats());
        assertArrayEquals(
                Arrays.stream(batch.labels()).asDoubleStream().toArray(),
                batch.target().toDoubles());
    }

    @Test
    void onesOwnSamplesAreBatchedAndHeldToTheirColumns() {
        IndexedDataset squares = new IndexedDataset() {
            @Override
            public String name() {
                return "squares";
            }

            @Override
            public int size() {
                return 5;
            }

            @Override
            public List<Column> columns() {
                return List.of(new Column("x", DType.FLOAT64, Shape.of(1)));
            }

            @Override
            public List<Tensor> get(int index) {
                return List.of(
                        index == 4 ? Tensor.zeros(1) : Tensor.of(new double[] {index * index}, 1));
            }
        };
        DataLoader loader = DataLoader.builder(squares, 4).workers(2).build();
        Batch first = loader.epoch(0).iterator().next();
        assertArrayEquals(new double[] {0, 1, 4, 9}, first.input().toDoubles());
        assertEquals(DType.FLOAT64, first.input().dtype());
        String message = refusal(() -> loader.epoch(0).forEach(b -> {}));
        assertEquals(
                "squares: sample 4 has float32(1) for its column x float64(1); all samples must"
                        + " have that",
                message);
        assertTrue(refusal(first::labels).contains("use input()"));
        assertTrue(refusal(first::images).contains("use input()"));
        assertTrue(refusal(first::height).contains("use input()"));
        assertTrue(
                refusal(() -> DataLoader.builder(squares, 2).normalize(Normalization.identity(1)))
                        .contains("normalize is for images"));
        assertTrue(refusal(loader::data).contains("no images"));
    }
}
