package org.fusegrad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class TensorFormatTest {
    @Test
    void fewestDigitsOfFloat32() {
        assertEquals("float32(3) [ 1.0,  2.5, -3.0]", Tensor.of(1f, 2.5f, -3f).toString());
        assertEquals("float32(1) [0.1]", Tensor.of(0.1f).toString());
        assertEquals("float64(2) [0.10, 0.25]", Tensor.of(0.1, 0.25).toString());
        assertEquals("float32() 3.0", Tensor.scalar(3).toString());
        assertEquals("float32(2) [ 0.0, -0.0]", Tensor.of(0f, -0f).toString());
    }

    @Test
    void nestedAndAligned() {
        Tensor x = Tensor.of(new float[] {1, 22, 333, -4}, 2, 2);
        assertEquals("float32(2, 2)\n[[  1.0,  22.0],\n [333.0,  -4.0]]", x.toString());
        Tensor cube = Tensor.arange(8).reshape(2, 2, 2);
        assertEquals(
                "int64(2, 2, 2)\n[[[0, 1],\n  [2, 3]],\n [[4, 5],\n  [6, 7]]]", cube.toString());
        Tensor column = Tensor.arange(3).unsqueeze(1);
        assertEquals("int64(3, 1)\n[[0],\n [1],\n [2]]", column.toString());
        assertEquals(
                "int64(3, 2)\n[[0, 0],\n [1, 1],\n [2, 2]]", column.expand(3, 2).toString());
        assertEquals(
                "int64(2) [2, 0]", Tensor.arange(3).slice(0, 0, 3, 2).flip(0).toString());
    }

    @Test
    void sizesFarApartHaveExponents() {
        assertEquals("float32(2) [1.0e-10, 1.5e+00]", Tensor.of(1e-10f, 1.5f).toString());
        assertEquals("float32(1) [1.2345e+20]", Tensor.of(1.2345e20f).toString());
        assertEquals("float32(2) [    1.0, 10000.0]", Tensor.of(1f, 10000f).toString());
    }

    @Test
    void specialValuesAndOtherTypes() {
        Tensor x = Tensor.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0.5f);
        assertEquals("float32(4) [ nan,  inf, -inf,  0.5]", x.toString());
        assertEquals(
                "bool(2) [ true, false]",
                Tensor.of(new boolean[] {true, false}, 2).toString());
        assertEquals(
                "bfloat16(2) [1.0, 0.5]",
                Tensor.of(1f, 0.5f).cast(DType.BFLOAT16).toString());
        long large = Long.MIN_VALUE;
        assertEquals(
                "int64(1) [-9223372036854775808]",
                Tensor.of(new long[] {large}, 1).toString());
    }

    @Test
    void emptyOnes() {
        assertEquals("float32(0) []", Tensor.zeros(0).toString());
        assertEquals("float32(2, 0)\n[[],\n []]", Tensor.zeros(2, 0).toString());
        assertEquals("float32(0, 2)\n[]", Tensor.zeros(0, 2).toString());
    }

    @Test
    void manyElementsAreSummarised() {
        assertEquals(
                "int64(2000) [   0,    1,    2, ..., 1997, 1998, 1999]",
                Tensor.arange(2000).toString());
        String square = Tensor.arange(10_000).reshape(100, 100).toString();
        assertEquals(8, square.lines().count(), square);
        assertTrue(square.contains(" ...,\n"), square);
        String huge = Tensor.full(Shape.of(1 << 15, 1 << 15), 1, DType.FLOAT32).toString();
        assertTrue(huge.length() < 1000, huge);
    }
}
