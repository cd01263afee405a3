package org.fusegrad.codegen.tier;

import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.fusegrad.run.Daemon;

/**
 * The background work of one backend: kernels that are to get their next form, one after the other
 * on one daemon thread of low priority, which starts when there is work and ends when there has
 * been none for a second. Once closed it starts nothing more and stops what runs. Safe to share
 * between threads.
 */
public final class TierUp implements AutoCloseable {
    private final LinkedBlockingDeque<Runnable> queue = new LinkedBlockingDeque<>();
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, queue, TierUp::thread);
    private volatile boolean closed;

    /** Background work of a backend, with nothing to do yet. */
    public TierUp() {
        thread.allowCoreThreadTimeOut(true);
    }

    private static Thread thread(Runnable work) {
        Thread thread = Daemon.of("fusegrad-tier-up", work);
        thread.setPriority(Thread.MIN_PRIORITY);
        return thread;
    }

    /** Does this after what waits already; never, if closed before. */
    void later(Runnable work) {
        if (!closed) {
            queue.addLast(work);
            thread.prestartCoreThread();
        }
    }

    /** Does this before what waits already; never, if closed before. */
    void first(Runnable work) {
        if (!closed) {
            queue.addFirst(work);
            thread.prestartCoreThread();
        }
    }

    /**
     * Goes on, or gives up: what warms code up asks between its calls.
     *
     * @throws CancellationException if this was closed or the calling thread is interrupted
     */
    public void checkOpen() {
        if (closed || Thread.currentThread().isInterrupted()) {
            throw new CancellationException("warming up was stopped");
        }
    }

    /** Pieces of work that wait. */
    int waiting() {
        return queue.size();
    }

    @Override
    public void close() {
        closed = true;
        queue.clear();
        thread.shutdownNow();
    }
}
