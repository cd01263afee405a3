package org.fusegrad.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The decoding of a list of files by several threads: image i goes to place i, so the result does
 * not depend on the number of threads; nor does the failure, which is that of the first bad file.
 */
final class ParallelDecode {
    private static final int PROGRESS_STEP = 1000;

    private final String part;
    private final List<Path> files;
    private final Dataset.Shape shape;
    private final ImageFolder.Options options;
    private final byte[] out;
    private final AtomicInteger next = new AtomicInteger();
    private final List<DataException> failure = new ArrayList<>();
    private volatile int end;
    private int done;

    /** Prepares to decode {@code files} into {@code out}, N x C x H x W. */
    ParallelDecode(
            String part,
            List<Path> files,
            Dataset.Shape shape,
            ImageFolder.Options options,
            byte[] out) {
        this.part = part;
        this.files = files;
        this.shape = shape;
        this.options = options;
        this.out = out;
        end = files.size();
    }

    /**
     * Decodes all files.
     *
     * @throws DataException of the first bad file, or if this thread is interrupted
     */
    void run() {
        int threads = Math.min(options.threads(), files.size());
        ExecutorService pool = Executors.newFixedThreadPool(threads, ParallelDecode::daemon);
        try {
            Callable<Void> work = this::work;
            for (Future<Void> worker : pool.invokeAll(Collections.nCopies(threads, work))) {
                worker.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException(part + ": loading was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(part + ": decoding failed", e.getCause());
        } finally {
            pool.shutdownNow();
        }
        if (!failure.isEmpty()) {
            throw failure.get(0);
        }
    }

    /* A failure lowers the end to its index, so every index below it is still decoded by the worker
     * that holds it: the lowest failure is always found. */
    private Void work() {
        try (ImageDecoder decoder = new ImageDecoder(options.channels())) {
            int i = next.getAndIncrement();
            while (i < end && !Thread.interrupted()) {
                try {
                    decoder.decode(files.get(i), shape, options.resizes(), out, i * shape.volume());
                    report();
                } catch (DataException e) {
                    fail(i, e);
                }
                i = next.getAndIncrement();
            }
        }
        return null;
    }

    private synchronized void fail(int index, DataException fault) {
        if (index < end) {
            end = index;
            failure.clear();
            failure.add(fault);
        }
    }

    private synchronized void report() {
        done++;
        if (done % PROGRESS_STEP == 0 || done == files.size()) {
            options.progress().update(part, done, files.size());
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "fusegrad-decode");
        thread.setDaemon(true);
        return thread;
    }
}
