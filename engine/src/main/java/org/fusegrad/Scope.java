package org.fusegrad;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.BufferPool;

/**
 * The lifetime of one training step's buffers. Closing it returns all that were made inside on this
 * thread and not kept; a tensor read afterwards says so.
 */
public final class Scope implements AutoCloseable {
    private final BufferPool pool;
    private final Context context = Context.get();
    private final Scope outer;
    private final List<Buffer> owned = new ArrayList<>();

    Scope(BufferPool pool) {
        this.pool = pool;
        this.outer = context.scope;
        context.scope = this;
    }

    void own(Buffer buffer) {
        owned.add(buffer);
    }

    /** Lets a tensor and its gradient outlive this scope and those around it. */
    public Tensor keep(Tensor tensor) {
        tensor.value().buffer().keep();
        if (tensor.grad() != null) {
            tensor.grad().value().buffer().keep();
        }
        return tensor;
    }

    @Override
    public void close() {
        if (Context.get().scope != this) {
            throw new IllegalStateException("scopes close in the order opposite to their opening");
        }
        context.scope = outer;
        pool.give(owned);
        owned.clear();
    }
}
