package org.fusegrad.run;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.fusegrad.flags.Tuning;

/**
 * Threads that run numbered tasks together with the caller. Which thread runs a task never changes
 * its result: tasks are cut by size, not by thread count. A thread starts when there is work for it
 * and ends when there has been none for a while, so that nobody has to close what nobody uses.
 * Safe for all threads; callers at once share the threads.
 */
public final class Workers implements AutoCloseable {
    /** A numbered task. */
    @FunctionalInterface
    public interface Task {
        /**
         * Does one part of the work.
         *
         * @param index of the task
         * @param slot below {@link Workers#size}; no two threads in one call of forEach share it,
         *     so memory kept by slot is a thread's own
         */
        void run(int index, int slot);
    }

    private static final int SPINS = Tuning.current().spins();

    /** How long a thread waits for work before it ends. */
    private static final long IDLE_NANOS = Tuning.current().idle() * 1_000_000L;

    /** By slot, without the callers' own; null where none runs. */
    private final AtomicReferenceArray<Thread> threads;

    private final ConcurrentLinkedQueue<Job> jobs = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /**
     * Workers, none of which runs yet.
     *
     * @param size threads that compute, the caller included; at least 1
     */
    public Workers(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("threads must be at least 1, got " + size);
        }
        threads = new AtomicReferenceArray<>(size - 1);
    }

    /** Threads that compute, the caller included. */
    public int size() {
        return threads.length() + 1;
    }

    /**
     * Runs {@code task} for 0 … count - 1 and returns when all are done. The first exception is
     * thrown again here, after all tasks have ended.
     */
    public void forEach(int count, IntConsumer task) {
        forEach(count, (index, slot) -> task.accept(index));
    }

    /** As {@link #forEach(int, IntConsumer)}, for tasks that keep memory by thread. */
    public void forEach(int count, Task task) {
        requireOpen();
        if (count <= 1 || threads.length() == 0) {
            for (int i = 0; i < count; i++) {
                task.run(i, 0);
            }
            return;
        }
        Job job = new Job(count, task);
        int helpers = Math.min(threads.length(), count - 1);
        for (int i = 0; i < helpers; i++) {
            jobs.add(job);
        }
        for (int i = 0; i < helpers; i++) {
            wake(i);
        }
        job.work(0);
        job.await();
    }

    /**
     * Says so if this is closed.
     *
     * @throws IllegalStateException if it is
     */
    public void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this engine is closed: run backward, and all else it"
                    + " shall compute, before close()");
        }
    }

    /** Wakes a thread, or starts it. */
    private void wake(int place) {
        Thread running = threads.get(place);
        if (running != null) {
            LockSupport.unpark(running);
            return;
        }
        Thread fresh = Daemon.of("fusegrad-worker-" + (place + 1), () -> serve(place));
        if (threads.compareAndSet(place, null, fresh)) {
            try {
                fresh.start();
            } catch (OutOfMemoryError noMoreThreads) {
                // The caller does alone what it would have shared.
                threads.set(place, null);
            }
        }
    }

    private void serve(int place) {
        int spins = 0;
        long lastJob = System.nanoTime();
        while (!closed) {
            Job job = jobs.poll();
            if (job != null) {
                job.work(place + 1);
                lastJob = System.nanoTime();
                spins = 0;
            } else if (++spins < SPINS) {
                Thread.onSpinWait();
            } else if (System.nanoTime() - lastJob < IDLE_NANOS) {
                LockSupport.parkNanos(this, IDLE_NANOS);
                spins = 0;
            } else {
                break;
            }
        }
        LinkedRecords.forget();
        threads.set(place, null);
        if (!closed && !jobs.isEmpty()) {
            wake(place); // Whoever handed these out may have woken this thread.
        }
    }

    /** Threads that run now, callers not counted. */
    public int running() {
        int count = 0;
        for (int i = 0; i < threads.length(); i++) {
            count += threads.get(i) == null ? 0 : 1;
        }
        return count;
    }

    @Override
    public void close() {
        closed = true;
        for (int i = 0; i < threads.length(); i++) {
            LockSupport.unpark(threads.get(i));
        }
    }

    /** One call of forEach: threads draw task numbers until none is left. */
    private static final class Job {
        private final int count;
        private final Task task;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private final Thread caller = Thread.currentThread();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Job(int count, Task task) {
            this.count = count;
            this.task = task;
        }

        void work(int slot) {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                try {
                    task.run(i, slot);
                } catch (Throwable e) {
                    // Checked ones too, which a task can throw unseen: uncounted, it would be
                    // waited for for ever.
                    failure.compareAndSet(null, e);
                }
                if (done.incrementAndGet() == count) {
                    LockSupport.unpark(caller);
                }
            }
        }

        void await() {
            int spins = 0;
            boolean interrupted = false;
            while (done.get() < count) {
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                    interrupted |= Thread.interrupted();
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            rethrow(failure.get());
        }

        private static void rethrow(Throwable failure) {
            if (failure instanceof RuntimeException e) {
                throw e;
            } else if (failure instanceof Error e) {
                throw e;
            } else if (failure != null) {
                throw new IllegalStateException("a task failed: " + failure, failure);
            }
        }
    }
}
