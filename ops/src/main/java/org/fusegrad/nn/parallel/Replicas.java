package org.fusegrad.nn.parallel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.fusegrad.Engine;
import org.fusegrad.dist.Collective;

/**
 * A fixed number of replicas, each a thread of this process while it runs. They exchange values
 * through their {@link Collective}s, which the layers of a replica are built with.
 *
 * <pre>{@code
 * Replicas replicas = Replicas.of(2);
 * List<Model> models = replicas.run(Model::new);
 * replicas.run(r -> step(models.get(r.rank()), shards.get(r.rank())));
 * }</pre>
 *
 * <p>If one replica fails, is interrupted or does not come to an exchange in time, the others are
 * released from theirs with an error. The next run starts afresh.
 */
public final class Replicas {
    private final Rendezvous rendezvous;
    private final List<Collective> members = new ArrayList<>();

    private Replicas(int size, Duration patience) {
        rendezvous = new Rendezvous(size, patience);
        for (int rank = 0; rank < size; rank++) {
            members.add(new Member(rendezvous, rank));
        }
    }

    /** This many replicas, which wait a minute for one another. */
    public static Replicas of(int size) {
        return of(size, Duration.ofMinutes(1));
    }

    /**
     * This many replicas.
     *
     * @param patience how long an exchange waits for the last replica
     */
    public static Replicas of(int size, Duration patience) {
        if (size < 1) {
            throw new IllegalArgumentException("replicas must be at least 1, got " + size);
        }
        return new Replicas(size, patience);
    }

    public int size() {
        return members.size();
    }

    /** The replica of a rank, 0 to size - 1. */
    public Collective member(int rank) {
        return members.get(rank);
    }

    /**
     * Does the work of every replica at the same time, each on a thread of its own with the
     * caller's engine, and waits for all.
     *
     * @return the results in order of ranks
     * @throws RuntimeException the failure of the replica that failed first, with those of the
     *     others suppressed
     */
    public <T> List<T> run(Function<Collective, T> work) {
        rendezvous.open();
        Engine engine = Engine.current();
        List<T> results = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (Collective member : members) {
            results.add(null);
            Thread thread = new Thread(
                    () -> attempt(engine, member, work, results), "replica-" + member.rank());
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            join(thread, threads);
        }
        rendezvous.throwFailure();
        return results;
    }

    private <T> void attempt(
            Engine engine, Collective member, Function<Collective, T> work, List<T> results) {
        try {
            T result = engine.call(() -> work.apply(member));
            synchronized (results) {
                results.set(member.rank(), result);
            }
            rendezvous.finish(member.rank());
        } catch (RuntimeException | Error e) {
            rendezvous.fail(member.rank(), e);
        }
    }

    /** Waits for a replica; an interrupt of the caller is handed on to all of them. */
    private static void join(Thread thread, List<Thread> all) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                all.forEach(Thread::interrupt);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
