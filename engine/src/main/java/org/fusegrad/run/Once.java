package org.fusegrad.run;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A value that the first thread to ask computes, while others that ask wait for it. If that fails,
 * the thread gets the failure and the next one tries. No lock is held meanwhile, and no two threads
 * ever wait for each other: one that would close a circle computes a value of its own instead.
 *
 * @param <V> type of the value, which is never null
 */
public final class Once<V> {
    /** Guards who computes and who waits; held for a few instructions, and never on a warm path. */
    private static final Object LOCK = new Object();

    private static final Map<Thread, Once<?>> WAITING = new HashMap<>();

    private volatile V value;
    private Thread maker;

    /** The value, or null if there is none yet. */
    public V orNull() {
        return value;
    }

    /** The value, computed by {@code compute} if there is none. */
    public V get(Supplier<V> compute) {
        V found = value;
        if (found != null) {
            return found;
        } else if (begin()) {
            return make(compute);
        }
        V theirs = value;
        return theirs == null ? compute.get() : theirs;
    }

    /** Whether this thread is to compute the value; else it is there, or must not be waited for. */
    private boolean begin() {
        Thread self = Thread.currentThread();
        boolean interrupted = false;
        synchronized (LOCK) {
            while (value == null && maker != null && !waitsFor(self)) {
                WAITING.put(self, this);
                try {
                    LOCK.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                } finally {
                    WAITING.remove(self);
                }
            }
            if (interrupted) {
                self.interrupt();
            }
            if (value != null || maker != null) {
                return false;
            }
            maker = self;
            return true;
        }
    }

    /** Whether this is computed by a thread, or by one that waits for what that thread computes. */
    private boolean waitsFor(Thread thread) {
        Once<?> next = this;
        while (next != null && next.maker != thread) {
            next = WAITING.get(next.maker);
        }
        return next != null;
    }

    private V make(Supplier<V> compute) {
        V made = null;
        try {
            made = compute.get();
            return made;
        } finally {
            synchronized (LOCK) {
                value = made;
                maker = null;
                LOCK.notifyAll();
            }
        }
    }
}
