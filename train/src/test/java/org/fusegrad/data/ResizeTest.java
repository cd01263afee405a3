package org.fusegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ResizeTest {
    private static byte[] line(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static Dataset.Shape row(int width) {
        return new Dataset.Shape(1, 1, width);
    }

    @Test
    void enlargingInterpolatesLinearly() {
        byte[] out = Resize.planes(line(0, 100), row(2), row(4));
        assertArrayEquals(line(0, 25, 75, 100), out);
    }

    @Test
    void shrinkingAverages() {
        // Weights 3 3 1 and 1 3 3 of sevenths: the outermost tap of 1 3 3 1 falls off the border.
        byte[] out = Resize.planes(line(0, 70, 0, 80), row(4), row(2));
        assertArrayEquals(line(30, 44), out);
    }

    @Test
    void keepsBrightestAndPlanesApart() {
        Dataset.Shape from = new Dataset.Shape(2, 3, 5);
        byte[] pixels = new byte[30];
        Arrays.fill(pixels, 0, 15, (byte) 255);
        byte[] out = Resize.planes(pixels, from, new Dataset.Shape(2, 7, 2));
        for (int i = 0; i < 28; i++) {
            assertEquals(i < 14 ? -1 : 0, out[i]);
        }
    }
}
