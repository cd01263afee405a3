package org.fusegrad.run;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.fusegrad.DType;

/**
 * Arrays that scopes gave back, by type and size class. Bounded: what does not fit is left to the
 * garbage collector, and so are arrays so small that the JVM makes them faster than any pool.
 */
public final class BufferPool {
    private static final long LIMIT_BYTES = 1L << 31;
    private static final int SMALL_BYTES = 512;

    /** Eighths of every power of two. */
    private static final int CLASSES = Integer.SIZE * 8;

    private record Shelf(Deque<Object> arrays) {}

    private final Shelf[] shelves = new Shelf[DType.values().length * CLASSES];
    private long bytes;

    /** A buffer of at least this length; its contents are whatever they were. */
    public Buffer take(DType dtype, int length) {
        if (isSmall(dtype, length)) {
            return Buffer.allocate(dtype, length);
        }
        int capacity = capacity(length);
        synchronized (this) {
            Shelf shelf = shelves[place(dtype, capacity)];
            if (shelf != null && !shelf.arrays.isEmpty()) {
                bytes -= (long) capacity * dtype.bytes();
                Object array = shelf.arrays.pop();
                return new Buffer(dtype, array, Buffer.lead(dtype, capacity), length);
            }
        }
        Object array = Buffer.newArray(dtype, capacity);
        return new Buffer(dtype, array, Buffer.lead(dtype, capacity), length);
    }

    /** Leaves everything to the garbage collector. */
    public synchronized void clear() {
        Arrays.fill(shelves, null);
        bytes = 0;
    }

    /** Returns buffers that are not kept; reading them afterwards is an error. */
    public synchronized void give(List<Buffer> buffers) {
        buffers.forEach(this::give);
    }

    /** Returns a buffer, unless it is kept; reading it afterwards is an error. */
    public synchronized void give(Buffer buffer) {
        if (!buffer.isSpare()) {
            return;
        }
        DType dtype = buffer.dtype();
        Object array = buffer.release();
        int capacity = java.lang.reflect.Array.getLength(array) - buffer.start();
        long size = (long) capacity * dtype.bytes();
        boolean own =
                capacity == capacity(capacity) && buffer.start() == Buffer.lead(dtype, capacity);
        boolean fits = own && bytes + size <= LIMIT_BYTES;
        if (fits && !isSmall(dtype, buffer.length())) {
            bytes += size;
            int place = place(dtype, capacity);
            if (shelves[place] == null) {
                shelves[place] = new Shelf(new ArrayDeque<>());
            }
            shelves[place].arrays.push(array);
        }
    }

    /** Bytes waiting to be taken again. */
    public synchronized long pooledBytes() {
        return bytes;
    }

    private static boolean isSmall(DType dtype, int length) {
        return (long) length * dtype.bytes() <= SMALL_BYTES;
    }

    /** Sizes are rounded up to an eighth of their power of two, so that near sizes share arrays. */
    private static int capacity(int length) {
        int step = eighth(length);
        long rounded = ((long) length + step - 1) / step * step;
        return (int) Math.min(rounded, Integer.MAX_VALUE - 64);
    }

    private static int place(DType dtype, int capacity) {
        int power = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(capacity - 1);
        int part = (capacity - 1) / eighth(capacity) % 8;
        return dtype.ordinal() * CLASSES + power * 8 + part;
    }

    /** An eighth of the power of two below a length. */
    private static int eighth(int length) {
        return Math.max(1, Integer.highestOneBit(length - 1) >> 3);
    }
}
