package org.fusegrad.run;

import org.fusegrad.DType;

/**
 * A Java array that holds elements of one type: {@code float[]}, {@code double[]}, {@code long[]},
 * {@code short[]} for the half types, {@code byte[]} for bool. A buffer that went back to its pool
 * refuses to be read, so a tensor used after its scope was closed is an error and never wrong
 * numbers.
 */
public final class Buffer {
    private final DType dtype;
    private final Object array;
    private final int length;
    private volatile boolean released;
    private volatile boolean kept;

    Buffer(DType dtype, Object array, int length) {
        this.dtype = dtype;
        this.array = array;
        this.length = length;
    }

    /** A buffer around an existing array of the right class; the array is not copied. */
    public static Buffer wrap(DType dtype, Object array) {
        return new Buffer(dtype, array, java.lang.reflect.Array.getLength(array));
    }

    /** A fresh zeroed buffer. */
    public static Buffer allocate(DType dtype, int length) {
        return new Buffer(dtype, newArray(dtype, length), length);
    }

    static Object newArray(DType dtype, int length) {
        return switch (dtype) {
            case FLOAT32 -> new float[length];
            case FLOAT64 -> new double[length];
            case INT64 -> new long[length];
            case BFLOAT16, FLOAT16 -> new short[length];
            case BOOL -> new byte[length];
        };
    }

    public DType dtype() {
        return dtype;
    }

    /** Elements that may be used; a pooled array can be longer. */
    public int length() {
        return length;
    }

    /**
     * The array.
     *
     * @throws IllegalStateException if the scope that owned it was closed
     */
    public Object array() {
        if (released) {
            throw new IllegalStateException(
                    "this tensor was returned by its scope; call keep() on what must outlive"
                            + " the scope");
        }
        return array;
    }

    /** Lets the buffer outlive the scope that owns it: its pool will not take it back. */
    public void keep() {
        kept = true;
    }

    /** Marks the buffer as returned and hands out the array once. */
    Object release() {
        released = true;
        return array;
    }

    /** Whether it can go back to a pool. */
    boolean isSpare() {
        return !released && !kept;
    }
}
