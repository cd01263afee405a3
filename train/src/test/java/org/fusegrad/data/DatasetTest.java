package org.fusegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DatasetTest {
    private static final Dataset.Shape PIXEL = new Dataset.Shape(1, 1, 1);

    /** Returns n one-pixel images whose pixel is their index and whose label is index mod 3. */
    private static Dataset numbered(int n) {
        byte[] pixels = new byte[n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            pixels[i] = (byte) i;
            labels[i] = i % 3;
        }
        return Dataset.of("numbered", PIXEL, 255, pixels, labels, List.of("a", "b", "c"));
    }

    private static int[] values(Dataset data) {
        return IntStream.range(0, data.size()).map(i -> data.image(i)[0] & 0xff).toArray();
    }

    @Test
    void copiesWhatItIsGivenAndGives() {
        byte[] pixels = {1, 2};
        int[] labels = {0, 1};
        Dataset data = Dataset.of("two", PIXEL, 255, pixels, labels, List.of("a", "b"));
        pixels[0] = 9;
        labels[0] = 1;
        data.image(0)[0] = 9;
        data.labels()[0] = 1;
        assertArrayEquals(new int[] {1, 2}, values(data));
        assertArrayEquals(new int[] {0, 1}, data.labels());
    }

    @ParameterizedTest
    @CsvSource({
        "3, 2, 1, 255, 2 labels",
        "2, 2, 7, 255, label 7",
        "2, 2, -1, 255, label -1",
        "2, 2, 1, 0, maximum",
        "2, 2, 1, 256, maximum",
        "2, 2, 1, 4, above the stated maximum",
        "0, 0, 0, 255, no images"
    })
    void refusesWhatDoesNotAgree(int pixels, int labels, int label, int max, String says) {
        byte[] bytes = new byte[pixels];
        Arrays.fill(bytes, (byte) 5);
        int[] classes = new int[labels];
        Arrays.fill(classes, label);
        DataException fault = assertThrows(
                DataException.class,
                () -> Dataset.of("d", PIXEL, max, bytes, classes, List.of("a", "b")));

        assertTrue(fault.getMessage().contains(says), fault.getMessage());
    }

    @Test
    void refusesRepeatedClassNames() {
        assertThrows(
                DataException.class,
                () -> Dataset.of("d", PIXEL, 255, new byte[1], new int[1], List.of("a", "a")));
    }

    @ParameterizedTest
    @CsvSource({"0,1,1", "1,-1,1", "2147483647,2147483647,2147483647", "65536,65536,2"})
    void refusesImpossibleShapes(int channels, int height, int width) {
        assertThrows(DataException.class, () -> new Dataset.Shape(channels, height, width));
    }

    @Test
    void splitIsStratifiedDisjointOrderedAndRepeatable() {
        Dataset data = numbered(100);
        Dataset.Split parts = data.split(0.7, 5);
        assertArrayEquals(new int[] {24, 23, 23}, parts.train().classCounts());
        assertArrayEquals(new int[] {10, 10, 10}, parts.test().classCounts());
        int[] train = values(parts.train());
        int[] both = IntStream.concat(Arrays.stream(train), Arrays.stream(values(parts.test())))
                .sorted()
                .toArray();
        assertArrayEquals(IntStream.range(0, 100).toArray(), both);
        assertArrayEquals(Arrays.stream(train).sorted().toArray(), train);
        assertArrayEquals(train, values(data.split(0.7, 5).train()));
        assertNotEquals(
                Arrays.toString(train),
                Arrays.toString(values(data.split(0.7, 6).train())));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.5, 1.5, Double.NaN, 0.001, 0.999})
    void refusesSplitsThatLeaveNothing(double fraction) {
        assertThrows(DataException.class, () -> numbered(30).split(fraction, 0));
    }

    @Test
    void subsetTakesIndicesInOrderWithRepeats() {
        Dataset some = numbered(10).subset(new int[] {7, 2, 7});
        assertArrayEquals(new int[] {7, 2, 7}, values(some));
        assertArrayEquals(new int[] {1, 2, 1}, some.labels());
        assertThrows(DataException.class, () -> some.subset(new int[] {3}));
        assertThrows(DataException.class, () -> some.subset(new int[] {-1}));
        assertThrows(DataException.class, () -> some.subset(new int[0]));
    }

    @Test
    void normalizationIsMeanAndDeviationPerChannel() {
        Dataset.Shape shape = new Dataset.Shape(2, 1, 2);
        byte[] pixels = {0, 4, 10, 10, 8, 4, 10, 10};
        Dataset data = Dataset.of("n", shape, 16, pixels, new int[2], List.of("a"));
        Normalization found = data.normalization();
        assertEquals(4 / 16.0, found.mean().get(0), 1e-15);
        assertEquals(Math.sqrt(8) / 16, found.std().get(0), 1e-15);
        assertEquals(10 / 16.0, found.mean().get(1), 1e-15);
        assertEquals(1.0, found.std().get(1));
        float[] out = new float[5];
        data.fill(1, out, 1, found);
        float unit = (float) (4 / Math.sqrt(8));
        assertArrayEquals(new float[] {0, unit, 0, 0, 0}, out, 1e-6f);
    }

    @Test
    void pixelsAreUnsignedAndScaledToOne() {
        Dataset data =
                Dataset.of("u", PIXEL, 255, new byte[] {(byte) 255}, new int[1], List.of("a"));
        float[] out = new float[1];
        data.fill(0, out, 0, Normalization.identity(1));
        assertEquals(1f, out[0]);
    }

    @Test
    void fillChecksPlaceIndexAndChannels() {
        Dataset data = numbered(3);
        Normalization scaled = Normalization.identity(1);
        assertThrows(DataException.class, () -> data.fill(3, new float[1], 0, scaled));
        assertThrows(DataException.class, () -> data.fill(0, new float[1], 1, scaled));
        assertThrows(DataException.class, () -> data.fill(0, new float[1], -1, scaled));
        Normalization colour = Normalization.identity(3);
        assertThrows(DataException.class, () -> data.fill(0, new float[1], 0, colour));
    }

    @Test
    void normalizationRefusesZeroOrUnequal() {
        List<Double> one = List.of(1.0);
        assertThrows(DataException.class, () -> new Normalization(one, List.of(0.0)));
        assertThrows(DataException.class, () -> new Normalization(one, List.of(Double.NaN)));
        assertThrows(DataException.class, () -> new Normalization(one, List.of(1.0, 1.0)));
        assertThrows(DataException.class, () -> new Normalization(List.of(), List.of()));
    }
}
