package org.fusegrad.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Positions and paddings: types, empty axes, and what is refused. */
final class IndexingAndPaddingTest {
    private static final Tensor X = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);

    private static void assertRefused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @Test
    void worksForEveryType() {
        Tensor longs = X.cast(DType.INT64);
        Tensor flags = X.gt(3);
        assertArrayEquals(
                new double[] {1, 0, 0, 4, 5, 0}, Indexing.tril(longs, 0).toDoubles());
        assertArrayEquals(
                new double[] {0, 0, 0, 1, 0, 0}, Indexing.tril(flags, -1).toDoubles());
        Tensor half = Indexing.indexSelect(X.cast(DType.BFLOAT16), 1, 2, 2);
        assertEquals(DType.BFLOAT16, half.dtype());
        assertArrayEquals(new double[] {3, 3, 6, 6}, half.toDoubles());
        Tensor at = Tensor.of(new long[] {2, 0}, 2, 1);
        assertArrayEquals(
                new double[] {1, 2, 9, 9, 5, 6},
                Indexing.scatter(longs, 1, at, Tensor.of(new long[] {9, 9}, 2, 1))
                        .toDoubles());
    }

    @Test
    void nothingIsFineToo() {
        assertEquals(Shape.of(2, 0), Indexing.indexSelect(X, 1).shape());
        assertEquals(Shape.of(0, 3), Indexing.tril(Tensor.zeros(0, 3), 0).shape());
        assertEquals(Shape.of(2, 0), Indexing.roll(Tensor.zeros(2, 0), 1, 3).shape());
        Tensor empty = Padding.constant(Tensor.zeros(2, 0), new int[] {0, 1}, new int[] {0, 1}, 7);
        assertArrayEquals(new double[] {7, 7, 7, 7}, empty.toDoubles());
    }

    @Test
    void wrongIndicesAreRefused() {
        assertRefused(
                "index_select: an index is int64, not float32",
                () -> Indexing.indexSelect(X, 0, Tensor.of(1f)));
        assertRefused(
                "index_select: an index has one axis, not the shape (1, 1)",
                () -> Indexing.indexSelect(X, 0, Tensor.of(new long[] {0}, 1, 1)));
        assertRefused(
                "gather: index (3, 1) does not fit (2, 3)",
                () -> Indexing.gather(X, 1, Tensor.of(new long[] {0, 0, 0}, 3, 1)));
        assertRefused(
                "gather: index 3 is out of range for axis 1 of size 3",
                () -> Indexing.indexSelect(X, 1, 3));
        assertRefused(
                "tril: a triangle needs two axes, got the shape (3)",
                () -> Indexing.tril(Tensor.of(1, 2, 3), 0));
    }

    @Test
    void paddingRepeatsAndCuts() {
        int[] none = {0, 0};
        assertArrayEquals(
                new double[] {1, 2, 3, 2, 1, 2, 3, 2, 4, 5, 6, 5, 4, 5, 6, 5},
                Padding.pad(X, none, new int[] {0, 5}, Padding.Mode.REFLECT).toDoubles());
        assertArrayEquals(
                new double[] {3, 6},
                Padding.constant(X, new int[] {0, -2}, none, 0).toDoubles());
        assertArrayEquals(
                new double[] {9, 9},
                Padding.constant(X, new int[] {0, -4}, new int[] {0, 2}, 9).toDoubles());
        assertRefused(
                "pad: -2 and -2 cut off more than axis 1 of (2, 3) has",
                () -> Padding.constant(X, new int[] {0, -2}, new int[] {0, -2}, 0));
        assertRefused(
                "pad: 1 and 2 amounts do not fit the axes of (2, 3)",
                () -> Padding.pad(X, new int[] {1}, none, Padding.Mode.CIRCULAR));
        assertRefused(
                "pad: an empty axis has no elements to be padded with; use a constant",
                () -> Padding.pad(
                        Tensor.zeros(0), new int[] {1}, new int[1], Padding.Mode.REFLECT));
    }

    @Test
    void aTransposedConvolutionReachesOnlySomeSizes() {
        Conv.Geometry g = Conv.Geometry.of(1, 2, 0);
        Tensor x = Tensor.ones(1, 1, 2);
        Tensor w = Tensor.ones(1, 1, 3);
        assertEquals(Shape.of(1, 1, 6), Conv.convTransposeTo(x, w, g, 6).shape());
        assertRefused(
                "conv_transpose: axis 2 of (1, 1, 2) becomes 5 to 6, not 7",
                () -> Conv.convTransposeTo(x, w, g, 7));
        assertArrayEquals(
                new double[] {1, 2, 1, 1, 0},
                Conv.convTranspose(x, w, g, new int[] {1}, new int[] {-1}).toDoubles());
    }
}
