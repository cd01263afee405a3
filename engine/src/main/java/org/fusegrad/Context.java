package org.fusegrad;

import java.lang.ref.WeakReference;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.BufferPool;
import org.fusegrad.type.DType;

/**
 * The things in force on one thread: engine, scope, trace, transaction, and whether gradients are
 * recorded. Whoever sets one of them holds the context until it is set back; a thread holds it
 * weakly, so that one which lives on, such as a server's, keeps no class of this library.
 */
final class Context {
    private static final ThreadLocal<WeakReference<Context>> CURRENT = new ThreadLocal<>();

    Engine engine;
    Scope scope;
    Tracer tracer;
    boolean recording = true;
    StateUpdates updates;
    Transaction transaction;
    RandomRecord record;

    /** Whether a node of the tape computes gradients for a walk around it. */
    boolean insideBackward;

    static Context get() {
        WeakReference<Context> reference = CURRENT.get();
        Context context = reference == null ? null : reference.get();
        return context == null ? fresh() : context;
    }

    private static Context fresh() {
        Context context = new Context();
        CURRENT.set(new WeakReference<>(context));
        return context;
    }

    /** A buffer for a result, owned by the scope in force. */
    Buffer allocate(BufferPool pool, DType dtype, int length) {
        if (scope == null) {
            return Buffer.allocate(dtype, length);
        }
        Buffer buffer = pool.take(dtype, length);
        scope.own(buffer);
        return buffer;
    }
}
