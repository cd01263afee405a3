package org.fusegrad.run;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.fusegrad.flags.Flags;
import org.fusegrad.flags.Tuning;
import org.fusegrad.type.DType;

/**
 * Arrays that scopes gave back, by type and size class. Bounded by a share of the heap: of what
 * does not fit, the sizes used longest ago are left to the garbage collector, and so are arrays so
 * small that the JVM makes them faster than any pool. All of them go before the JVM runs out of
 * memory.
 */
public final class BufferPool {
    private static final int SMALL_BYTES = Tuning.current().smallBuffer();

    /** Eighths of every power of two. */
    private static final int CLASSES = Integer.SIZE * 8;

    /** Arrays of one type and size class. */
    private static final class Shelf {
        final Deque<Object> arrays = new ArrayDeque<>();
        final long each;
        long used;

        Shelf(long each) {
            this.each = each;
        }
    }

    /** All that is pooled. */
    private static final class Store {
        final Shelf[] shelves = new Shelf[DType.values().length * CLASSES];
        long bytes;
        long now;

        Object take(int place) {
            Shelf shelf = shelves[place];
            if (shelf == null || shelf.arrays.isEmpty()) {
                return null;
            }
            shelf.used = ++now;
            bytes -= shelf.each;
            return shelf.arrays.pop();
        }

        void give(int place, Object array, long size, long limit) {
            if (size > limit) {
                return;
            }
            if (shelves[place] == null) {
                shelves[place] = new Shelf(size);
            }
            Shelf shelf = shelves[place];
            shelf.used = ++now;
            shelf.arrays.push(array);
            bytes += size;
            while (bytes > limit) {
                dropOldest();
            }
        }

        /** One of the arrays whose size was asked for longest ago. */
        private void dropOldest() {
            Shelf oldest = null;
            for (Shelf shelf : shelves) {
                boolean older = oldest == null || shelf != null && shelf.used < oldest.used;
                if (shelf != null && !shelf.arrays.isEmpty() && older) {
                    oldest = shelf;
                }
            }
            oldest.arrays.removeLast();
            bytes -= oldest.each;
        }
    }

    private final long limit;

    /** Held softly as a whole: the JVM lets go of it rather than fail. */
    private SoftReference<Store> held = new SoftReference<>(null);

    /** A pool of the size that {@link Flags#POOL} says. */
    public BufferPool() {
        this(Budget.heap(Flags.POOL.get()));
    }

    /** A pool of at most so many bytes. */
    public BufferPool(long limit) {
        this.limit = limit;
    }

    /** A buffer of at least this length; its contents are whatever they were. */
    public Buffer take(DType dtype, int length) {
        if (isSmall(dtype, length)) {
            return Buffer.allocate(dtype, length);
        }
        int capacity = capacity(length);
        Object array = taken(place(dtype, capacity));
        return new Buffer(
                dtype,
                array == null ? Buffer.newArray(dtype, capacity) : array,
                Buffer.lead(dtype, capacity),
                length);
    }

    private synchronized Object taken(int place) {
        Store store = held.get();
        return store == null ? null : store.take(place);
    }

    /** Leaves everything to the garbage collector. */
    public synchronized void clear() {
        held = new SoftReference<>(null);
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
        boolean own =
                capacity == capacity(capacity) && buffer.start() == Buffer.lead(dtype, capacity);
        if (own && !isSmall(dtype, buffer.length())) {
            store().give(place(dtype, capacity), array, (long) capacity * dtype.bytes(), limit);
        }
    }

    private Store store() {
        Store store = held.get();
        if (store == null) {
            store = new Store();
            held = new SoftReference<>(store);
        }
        return store;
    }

    /** Bytes waiting to be taken again. */
    public synchronized long pooledBytes() {
        Store store = held.get();
        return store == null ? 0 : store.bytes;
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
