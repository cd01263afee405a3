package org.fusegrad.data;

import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * One of the tensors that every sample of a set has: its input, say, or its target.
 *
 * @param name what messages call it
 * @param dtype element type
 * @param shape of one sample, without the axis of the batch
 */
public record Column(String name, DType dtype, Shape shape) {
    /** Shape of {@code count} samples one after another: the batch's axis is the first. */
    public Shape shape(int count) {
        int[] sizes = new int[shape.rank() + 1];
        sizes[0] = count;
        System.arraycopy(shape.dims(), 0, sizes, 1, shape.rank());
        return Shape.of(sizes);
    }

    /** A zeroed array of the type's class for {@code count} samples. */
    Object array(int count) {
        int length = Math.multiplyExact(count, shape.numel());
        return switch (dtype) {
            case FLOAT32 -> new float[length];
            case FLOAT64 -> new double[length];
            case INT64 -> new long[length];
            case BFLOAT16, FLOAT16 -> new short[length];
            case BOOL -> new byte[length];
        };
    }

    @Override
    public String toString() {
        return name + " " + dtype + shape;
    }
}
