package org.fusegrad.fuzz;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.fusegrad.fuzz.Checks.Outcome;

/**
 * Differential fuzzing: random formulas, each held against every property. A formula is a function
 * of its seed, and what is found out about it of nothing else, so any one can be had again alone.
 */
public final class Fuzz {
    /**
     * A formula for which a property does not hold, shrunk.
     *
     * @param seed of the formula before it was shrunk
     * @param check which property
     * @param fault what was found
     * @param java code that rebuilds the formula
     */
    public record Failure(long seed, String check, String fault, String java) {}

    /**
     * What a run found.
     *
     * @param graphs formulas tried
     * @param held for each property how often it held
     * @param failures of all properties, by seed
     */
    public record Report(long graphs, Map<String, Long> held, List<Failure> failures) {}

    /** More failures than this say nothing new. */
    private static final int ENOUGH = 20;

    private final long from;
    private final long graphs;
    private final Instant until;
    private final LongConsumer progress;
    private final Map<String, Long> held = new LinkedHashMap<>();
    private final List<Failure> failures = new ArrayList<>();
    private long begun;
    private long done;

    private Fuzz(long from, long graphs, Instant until, LongConsumer progress) {
        this.from = from;
        this.graphs = graphs;
        this.until = until;
        this.progress = progress;
        Checks.names().forEach(name -> held.put(name, 0L));
    }

    /**
     * Tries formulas until there are enough of them, the time is over or too many fail.
     *
     * @param from seed of the first; the others follow
     * @param graphs how many
     * @param threads that try formulas at the same time
     * @param until when to stop at the latest
     * @param progress told the number of formulas done
     */
    public static Report run(
            long from, long graphs, int threads, Instant until, LongConsumer progress) {
        Fuzz fuzz = new Fuzz(from, graphs, until, progress);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            Callable<Void> work = fuzz::work;
            for (Future<Void> worker : pool.invokeAll(Collections.nCopies(threads, work))) {
                worker.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("fuzzing ended early: " + e.getCause(), e.getCause());
        } finally {
            pool.shutdownNow();
        }
        fuzz.failures.sort(Comparator.comparingLong(Failure::seed));
        return new Report(fuzz.done, fuzz.held, fuzz.failures);
    }

    private Void work() {
        try (Checks checks = new Checks()) {
            for (long seed = next(); seed >= from; seed = next()) {
                add(checks.of(seed));
            }
        }
        return null;
    }

    /** The next seed to try; less than the first if there is none. */
    private synchronized long next() {
        boolean over = begun == graphs
                || failures.size() >= ENOUGH
                || Thread.currentThread().isInterrupted()
                || !Instant.now().isBefore(until);
        return over ? from - 1 : from + begun++;
    }

    private synchronized void add(Outcome outcome) {
        outcome.held().forEach(name -> held.merge(name, 1L, Long::sum));
        failures.addAll(outcome.failures());
        progress.accept(++done);
    }
}
