package org.fusegrad;

import java.util.concurrent.atomic.AtomicReference;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * The random tensors of an engine, one stream of numbers each: which seed, and how many have been
 * drawn. Safe in any thread; each stream is given out once.
 */
final class Draws {
    /** Streams below are for the initial values of layers, which may share the seed. */
    private static final long FIRST = 1L << 32;

    private record Position(long seed, long draws) {}

    private final AtomicReference<Position> position = new AtomicReference<>();

    Draws(long seed) {
        restart(seed, 0);
    }

    void restart(long seed, long draws) {
        position.set(new Position(seed, draws));
    }

    long seed() {
        return position.get().seed;
    }

    long count() {
        return position.get().draws;
    }

    /**
     * The key of a random tensor that has not been drawn before: int64 (2), seed and stream. If a
     * transaction fails, it is given out again, unless another thread has drawn since.
     */
    Value next() {
        Position before = position.getAndUpdate(p -> new Position(p.seed, p.draws + 1));
        Position after = new Position(before.seed, before.draws + 1);
        Transaction.onRollback(() -> position.updateAndGet(p -> p.equals(after) ? before : p));
        return Value.wrap(DType.INT64, new long[] {before.seed, FIRST + before.draws}, Shape.of(2));
    }

    /** The next key for what runs in a context: fresh, or one that is to come again. */
    static Value next(Context context) {
        return context.record == null ? Engine.current().draws().next() : context.record.next();
    }

    /** Where a formula takes a key from, a new one at each call. */
    static final class Source {}
}
