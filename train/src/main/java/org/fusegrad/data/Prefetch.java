package org.fusegrad.data;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * An iterator over {@code items(0) .. items(count - 1)} that computes up to {@code depth} of them
 * ahead on daemon threads and yields them in order.
 *
 * <p>The consumer submits each item, so no producer ever blocks on a full queue: an abandoned
 * iterator leaves at most {@code depth} finished items for the collector, and its threads end by
 * themselves after a second without work.
 */
final class Prefetch<T> implements Iterator<T> {
    private final int count;
    private final IntFunction<T> items;
    private final ThreadPoolExecutor worker;
    private final ArrayDeque<Future<T>> ahead = new ArrayDeque<>();
    private int submitted;

    Prefetch(int count, IntFunction<T> items, int depth, int threads) {
        this.count = count;
        this.items = items;
        worker = new ThreadPoolExecutor(
                threads,
                threads,
                1,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Prefetch::daemon);
        worker.allowCoreThreadTimeOut(true);
        while (submitted < Math.min(count, depth)) {
            submitNext();
        }
    }

    @Override
    public boolean hasNext() {
        return !ahead.isEmpty();
    }

    @Override
    public T next() {
        if (ahead.isEmpty()) {
            throw new NoSuchElementException("all " + count + " items were taken");
        }
        T item = await(ahead.remove());
        if (submitted < count) {
            submitNext();
        }
        return item;
    }

    private void submitNext() {
        int number = submitted++;
        ahead.add(worker.submit(() -> items.apply(number)));
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("prefetch: interrupted while waiting for a batch", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError("prefetch: a batch could not be made", e.getCause());
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "fusegrad-prefetch");
        thread.setDaemon(true);
        return thread;
    }
}
