package org.fusegrad;

import org.fusegrad.run.Buffer;
import org.fusegrad.run.BufferPool;

/** What is in force on one thread: engine, scope, trace, transaction, and whether gradients
 * are recorded. */
final class Context {
    private static final ThreadLocal<Context> CURRENT = ThreadLocal.withInitial(Context::new);

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
        return CURRENT.get();
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
