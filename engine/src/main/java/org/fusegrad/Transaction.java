package org.fusegrad;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * A step of training that happens as a whole or not at all. What the calling thread changes inside,
 * states, parameters, gradients and the memory of optimisers, is put back when the transaction
 * closes without {@link #commit}. Values are immutable and replaced as a whole, so remembering one
 * costs a reference.
 *
 * <pre>{@code
 * Transaction.run(() -> {
 *     loss(model.forward(x)).backward();
 *     optimizer.step();
 * });
 * }</pre>
 *
 * <p>They nest: what an inner one has committed, the outer one can still put back.
 */
public final class Transaction implements AutoCloseable {
    private final Context context = Context.get();
    private final Transaction outer;
    private final Deque<Runnable> undo = new ArrayDeque<>();

    private Transaction() {
        outer = context.transaction;
        context.transaction = this;
    }

    /** Opens one on this thread; close it there. */
    public static Transaction begin() {
        return new Transaction();
    }

    /** Runs {@code step} and commits, unless it throws. */
    public static void run(Runnable step) {
        call(() -> {
            step.run();
            return null;
        });
    }

    /** Runs {@code step} and commits, unless it throws. */
    public static <T> T call(Supplier<T> step) {
        try (Transaction transaction = begin()) {
            T result = step.get();
            transaction.commit();
            return result;
        }
    }

    /**
     * Says how to put back what is about to be changed, if a transaction is open on this thread.
     * For owners of mutable fields beside states and tensors.
     */
    public static void onRollback(Runnable putBack) {
        Transaction open = Context.get().transaction;
        if (open != null) {
            open.undo.push(putBack);
        }
    }

    /** Keeps what has happened so far. */
    public void commit() {
        if (outer != null) {
            undo.descendingIterator().forEachRemaining(outer.undo::push);
        }
        undo.clear();
    }

    /** Puts back, newest first, what was changed since {@link #commit}. */
    @Override
    public void close() {
        if (Context.get().transaction != this) {
            throw new IllegalStateException(
                    "transactions close in the order opposite to their opening, on their thread");
        }
        // While nothing is recorded, so that putting back is not itself put back.
        context.transaction = null;
        while (!undo.isEmpty()) {
            undo.pop().run();
        }
        context.transaction = outer;
    }
}
