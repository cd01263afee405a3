package org.fusegrad.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.fusegrad.DType;

/**
 * Arrays that scopes gave back, by type and size class. Bounded: what does not fit is left to the
 * garbage collector.
 */
public final class BufferPool {
    private static final long LIMIT_BYTES = 1L << 31;

    private record Size(DType dtype, int capacity) {}

    private final Map<Size, Deque<Object>> free = new HashMap<>();
    private long bytes;

    /** A buffer of at least this length; its contents are whatever they were. */
    public Buffer take(DType dtype, int length) {
        int capacity = capacity(length);
        synchronized (this) {
            Deque<Object> stack = free.get(new Size(dtype, capacity));
            if (stack != null && !stack.isEmpty()) {
                bytes -= (long) capacity * dtype.bytes();
                return new Buffer(dtype, stack.pop(), length);
            }
        }
        return new Buffer(dtype, Buffer.newArray(dtype, capacity), length);
    }

    /** Leaves everything to the garbage collector. */
    public synchronized void clear() {
        free.clear();
        bytes = 0;
    }

    /** Returns a buffer; reading it afterwards is an error. */
    public void give(Buffer buffer) {
        if (buffer.isReleased()) {
            return;
        }
        int capacity = java.lang.reflect.Array.getLength(buffer.array());
        Object array = buffer.release();
        synchronized (this) {
            long size = (long) capacity * buffer.dtype().bytes();
            if (capacity == capacity(capacity) && bytes + size <= LIMIT_BYTES) {
                bytes += size;
                free.computeIfAbsent(new Size(buffer.dtype(), capacity), k -> new ArrayDeque<>())
                        .push(array);
            }
        }
    }

    /** Bytes waiting to be taken again. */
    public synchronized long pooledBytes() {
        return bytes;
    }

    /** Sizes are rounded up to an eighth of their power of two, so that near sizes share arrays. */
    private static int capacity(int length) {
        if (length <= 16) {
            return 16;
        }
        int step = Math.max(1, Integer.highestOneBit(length - 1) >> 3);
        long rounded = ((long) length + step - 1) / step * step;
        return (int) Math.min(rounded, Integer.MAX_VALUE - 64);
    }
}
