package org.fusegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fusegrad.bench.jmh.NormCase;
import org.junit.jupiter.api.Test;

final class NormCaseTest {
    private static final long IMAGES = 4L * 32 * 64 * 56 * 56;

    private static NormCase images(String norm, boolean backward) {
        return new NormCase(norm, backward, "32x64x56x56", "float32", "NCHW");
    }

    @Test
    void everyTensorIsMovedOnce() {
        assertEquals(2 * IMAGES, images("bn", false).bytesToMove());
        assertEquals(5 * IMAGES, images("bn", true).bytesToMove());
        assertEquals(3 * IMAGES, images("bn+add+relu", false).bytesToMove());
        assertEquals(8 * IMAGES, images("bn+add+relu", true).bytesToMove());
    }

    @Test
    void halfPrecisionMovesHalf() {
        NormCase half = new NormCase("ln", true, "256x1024", "bfloat16", "NC");
        assertEquals(5L * 2 * 256 * 1024, half.bytesToMove());
    }

    @Test
    void normsFitTheirAxes() {
        assertTrue(images("mabn", true).fits());
        assertFalse(images("ln", true).fits());
        assertFalse(new NormCase("bn", true, "256x1024", "float32", "NC").fits());
        assertTrue(new NormCase("rms", true, "256x1024", "float32", "NC").fits());
        assertFalse(new NormCase("gn:32", true, "3x5x7x9", "float32", "NCHW").fits());
    }

    @Test
    void whatIsUnknownIsRefused() {
        assertRefused("unknown norm", () -> images("batch", true));
        assertRefused("unknown type", () -> new NormCase("bn", true, "2x3x4x5", "float16", "NCHW"));
        assertRefused(
                "unknown layout", () -> new NormCase("bn", true, "2x3x4x5", "float32", "CNHW"));
        assertRefused(
                "'2x3' x 4' is no shape",
                () -> new NormCase("bn", true, "2x3' x 4", "float32", "NCHW").dims());
        assertRefused(
                "'2x0' is no shape", () -> new NormCase("ln", true, "2x0", "float32", "NC").dims());
    }

    private static void assertRefused(String start, Runnable what) {
        String message = assertThrows(IllegalArgumentException.class, what::run).getMessage();
        assertTrue(message.startsWith(start), message);
    }
}
