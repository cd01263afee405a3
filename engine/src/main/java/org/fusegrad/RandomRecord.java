package org.fusegrad;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.fusegrad.run.Value;

/**
 * The random numbers that a computation has drawn, so that it can be repeated with the same ones:
 * recomputation, several sweeps over one batch, finite differences.
 *
 * <pre>{@code
 * RandomRecord record = new RandomRecord();
 * Tensor first = record.during(() -> model.forward(x));
 * Tensor again = record.during(() -> model.forward(x)); // with the same masks
 * }</pre>
 *
 * <p>A repetition that draws more than was recorded gets fresh numbers, which are recorded too. For
 * one thread at a time; engines may differ from run to run.
 */
public final class RandomRecord {
    private final List<Value> keys = new ArrayList<>();
    private final Draws own;
    private RandomRecord outer;
    private int next;

    /** An empty record; fresh numbers are those of the engine. */
    public RandomRecord() {
        this(null);
    }

    private RandomRecord(Draws own) {
        this.own = own;
    }

    /**
     * An empty record with numbers of its own: whatever engine and other threads do, these are a
     * function of the seed and of the order in which they are drawn.
     */
    public static RandomRecord of(long seed) {
        return new RandomRecord(new Draws(seed));
    }

    /** Runs a computation with the numbers recorded so far, and records what it draws beyond. */
    public <T> T during(Supplier<T> computation) {
        Context context = Context.get();
        outer = context.record;
        context.record = this;
        next = 0;
        try {
            return computation.get();
        } finally {
            context.record = outer;
            outer = null;
        }
    }

    Value next() {
        if (next == keys.size() && own != null) {
            keys.add(own.next());
        } else if (next == keys.size()) {
            Context context = Context.get();
            context.record = outer;
            try {
                keys.add(Draws.next(context));
            } finally {
                context.record = this;
            }
        }
        return keys.get(next++);
    }
}
