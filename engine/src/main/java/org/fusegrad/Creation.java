package org.fusegrad;

import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** The making of a {@link Tensor} from Java values; its methods are called as {@code Tensor.of}. */
public abstract sealed class Creation extends RandomTensors permits TensorValues {
    /** A 1-d float32 tensor. */
    public static Tensor of(float... values) {
        return of(values, values.length);
    }

    /** A 1-d float64 tensor. */
    public static Tensor of(double... values) {
        return of(values, values.length);
    }

    /** A float32 tensor with these elements in row-major order; the array is copied. */
    public static Tensor of(float[] values, int... shape) {
        return wrap(DType.FLOAT32, values, values.length, shape);
    }

    /** A float64 tensor with these elements in row-major order; the array is copied. */
    public static Tensor of(double[] values, int... shape) {
        return wrap(DType.FLOAT64, values, values.length, shape);
    }

    /** An int64 tensor with these elements in row-major order; the array is copied. */
    public static Tensor of(long[] values, int... shape) {
        return wrap(DType.INT64, values, values.length, shape);
    }

    /** A bool tensor with these elements in row-major order. */
    public static Tensor of(boolean[] values, int... shape) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return wrap(DType.BOOL, bytes, bytes.length, shape);
    }

    private static Tensor wrap(DType dtype, Object array, int length, int[] dims) {
        Shape shape = Shape.of(dims);
        if (shape.numel() != length) {
            throw new IllegalArgumentException(
                    length + " values do not fill shape " + shape + " of " + shape.numel());
        }
        return Tensor.constant(Value.copyOf(dtype, array, shape));
    }
}
