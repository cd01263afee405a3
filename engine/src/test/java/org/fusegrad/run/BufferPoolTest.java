package org.fusegrad.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

/** Arrays come back by size, within bounds, and sizes out of use make room. */
final class BufferPoolTest {
    private static final int BYTES = 1 << 16;

    private final BufferPool pool = new BufferPool(BYTES);

    /** Takes an array of so many floats and gives it back. */
    private Object used(int floats) {
        Buffer buffer = pool.take(DType.FLOAT32, floats);
        Object array = buffer.array();
        pool.give(buffer);
        return array;
    }

    @Test
    void anArrayOfTheSizeComesBack() {
        Object array = used(1024);
        assertSame(array, used(1024));
        assertSame(array, used(1000));
        assertNotSame(array, used(2048));
        assertNotSame(array, pool.take(DType.FLOAT64, 1024).array());
    }

    /** Sizes that nobody asks for again leave room for those that somebody does. */
    @Test
    void everNewSizesNeverFillIt() {
        Object hot = used(1024);
        for (int i = 0; i < 2_000; i++) {
            used(256 + i % 3_000);
            assertTrue(pool.pooledBytes() <= BYTES);
            assertSame(hot, used(1024));
        }
    }

    @Test
    void theSizeUsedLongestAgoGoes() {
        Object old = used(4096);
        Object newer = used(6144);
        used(7168);
        assertSame(newer, used(6144));
        assertNotSame(old, used(4096));
    }

    @Test
    void whatIsLargerThanAllIsLeftToTheCollector() {
        used(BYTES);
        assertEquals(0, pool.pooledBytes());
        BufferPool none = new BufferPool(0);
        none.give(none.take(DType.FLOAT32, 1024));
        assertEquals(0, none.pooledBytes());
    }

    @Test
    void clearedItIsEmpty() {
        Object array = used(1024);
        assertEquals(4096, pool.pooledBytes());
        pool.clear();
        assertEquals(0, pool.pooledBytes());
        assertNotSame(array, used(1024));
    }

    @Test
    void manyAtOnceComeBackAtOnce() {
        List<Buffer> buffers =
                List.of(pool.take(DType.FLOAT32, 1024), pool.take(DType.FLOAT32, 1024));
        pool.give(buffers);
        assertEquals(2 * 4096, pool.pooledBytes());
        pool.give(buffers);
        assertEquals(2 * 4096, pool.pooledBytes());
    }
}
