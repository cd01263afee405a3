package org.fusegrad;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.BufferPool;

/**
 * The lifetime of one training step's buffers. Closing it returns all that were made inside on this
 * thread and not kept; a tensor read afterwards says so.
 */
public final class Scope implements AutoCloseable {
    private final BufferPool pool;
    private final Scope outer;
    private final Set<Buffer> owned = Collections.newSetFromMap(new IdentityHashMap<>());

    Scope(BufferPool pool) {
        this.pool = pool;
        Context context = Context.get();
        this.outer = context.scope;
        context.scope = this;
    }

    void own(Buffer buffer) {
        owned.add(buffer);
    }

    void disown(Buffer buffer) {
        owned.remove(buffer);
        if (outer != null) {
            outer.disown(buffer);
        }
    }

    /** Lets a tensor and its gradient outlive this scope and those around it. */
    public Tensor keep(Tensor tensor) {
        disown(tensor.value().buffer());
        if (tensor.grad() != null) {
            disown(tensor.grad().value().buffer());
        }
        return tensor;
    }

    @Override
    public void close() {
        Context context = Context.get();
        if (context.scope != this) {
            throw new IllegalStateException("scopes close in the order opposite to their opening");
        }
        context.scope = outer;
        owned.forEach(pool::give);
        owned.clear();
    }
}
