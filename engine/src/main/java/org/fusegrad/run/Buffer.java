package org.fusegrad.run;

import org.fusegrad.type.DType;

/**
 * A Java array that holds elements of one type: {@code float[]}, {@code double[]}, {@code long[]},
 * {@code short[]} for the half types, {@code byte[]} for bool. A buffer that went back to its pool
 * refuses to be read, so a tensor used after its scope was closed is an error and never wrong
 * numbers.
 */
public final class Buffer {
    /**
     * Bytes of the widest vector, which is read and written fastest where it does not straddle two
     * lines of a cache. Part of the layout that generated code is written for, exported code too,
     * and so the same on every machine.
     */
    public static final int LINE = 64;

    /** Bytes before the first element of an array, with compressed class pointers. */
    private static final int HEADER = 16;

    /** Bytes from an array's first element to the first cache line, if its header begins one. */
    public static final int LEAD = LINE - HEADER;

    /** Bytes from which an array is aligned. */
    private static final int LARGE = 256;

    /** Elements up to which an array has room for a lead; some JVMs end a little below 2^31. */
    private static final int MOST = Integer.MAX_VALUE - 128;

    private final DType dtype;
    private final Object array;
    private final int start;
    private final int length;
    private volatile boolean released;
    private volatile boolean kept;

    Buffer(DType dtype, Object array, int start, int length) {
        this.dtype = dtype;
        this.array = array;
        this.start = start;
        this.length = length;
    }

    /** A buffer around an existing array of the right class; the array is not copied. */
    public static Buffer wrap(DType dtype, Object array) {
        return new Buffer(dtype, array, 0, java.lang.reflect.Array.getLength(array));
    }

    /** A buffer with the elements of an array of the right class. */
    public static Buffer copyOf(DType dtype, Object array) {
        Buffer copy = allocate(dtype, java.lang.reflect.Array.getLength(array));
        System.arraycopy(array, 0, copy.array, copy.start, copy.length);
        return copy;
    }

    /** A fresh zeroed buffer. */
    public static Buffer allocate(DType dtype, int length) {
        return new Buffer(dtype, newArray(dtype, length), lead(dtype, length), length);
    }

    /**
     * Elements left free at the start of an array of so many. The largest arrays lie at the start
     * of a region of the default collector's heap, so what follows the header and these begins a
     * cache line. Elsewhere they do no harm.
     */
    static int lead(DType dtype, int length) {
        boolean large = (long) length * dtype.bytes() >= LARGE;
        return large && length <= MOST ? LEAD / dtype.bytes() : 0;
    }

    /** An array with room for so many elements after the lead. */
    static Object newArray(DType dtype, int elements) {
        int length = elements + lead(dtype, elements);
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

    /** Where in the array the first element that may be used is. */
    public int start() {
        return start;
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

    /** Whether the scope that owned it was closed; it cannot be read then. */
    public boolean isReleased() {
        return released;
    }

    /** Whether it outlives the scope that owns it. */
    public boolean isKept() {
        return kept;
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
