package org.fusegrad;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.BufferPool;

/**
 * The lifetime of one training step's buffers. Closing it returns all that were made inside on this
 * thread and not kept; a tensor read afterwards says so. Kept by themselves are the values of
 * parameters and states, those of a module made inside too, and the gradients that leaves from
 * outside have collected. For one thread; scopes nest.
 */
public final class Scope implements AutoCloseable {
    private final BufferPool pool;
    private final Context context = Context.get();
    private final Scope outer;
    private final List<Buffer> owned = new ArrayList<>();
    private final List<Tensor> collecting = new ArrayList<>();

    Scope(BufferPool pool) {
        this.pool = pool;
        this.outer = context.scope;
        context.scope = this;
    }

    void own(Buffer buffer) {
        owned.add(buffer);
    }

    /** A leaf has got a gradient inside. */
    void collects(Tensor leaf) {
        if (!collecting.contains(leaf)) {
            collecting.add(leaf);
        }
    }

    /** Lets a tensor and its gradient outlive this scope and those around it. */
    public Tensor keep(Tensor tensor) {
        return tensor.keep();
    }

    /** What a leaf has collected lives as long as the leaf, over several scopes if need be. */
    private void handOnGradients() {
        collecting.removeIf(leaf -> leaf.grad() == null || leaf.grad().isReleased());
        if (collecting.isEmpty()) {
            return;
        }
        Set<Buffer> mine = Collections.newSetFromMap(new IdentityHashMap<>());
        mine.addAll(owned);
        for (Tensor leaf : collecting) {
            Tensor g = leaf.grad();
            if (isMine(leaf, mine)) {
                continue;
            }
            Buffer buffer = g.value().buffer();
            if (outer == null) {
                buffer.keep();
            } else if (isMine(g, mine)) {
                owned.remove(buffer);
                outer.own(buffer);
                outer.collects(leaf);
            }
        }
    }

    private static boolean isMine(Tensor t, Set<Buffer> mine) {
        Buffer buffer = t.isReleased() ? null : t.value().buffer();
        return buffer == null || !buffer.isKept() && mine.contains(buffer);
    }

    @Override
    public void close() {
        if (Context.get().scope != this) {
            throw new IllegalStateException("scopes close in the order opposite to their opening");
        }
        context.scope = outer;
        handOnGradients();
        pool.give(owned);
        owned.clear();
    }
}
