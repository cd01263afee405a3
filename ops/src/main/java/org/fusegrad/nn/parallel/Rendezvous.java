package org.fusegrad.nn.parallel;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.fusegrad.run.Value;

/** A meeting of threads that exchange values: all come, then all leave with everybody's. */
final class Rendezvous {
    /** One exchange. It stays with those who took part in it, so the next may begin at once. */
    private static final class Round {
        final Value[] parts;
        String what;
        int arrived;

        Round(int size) {
            parts = new Value[size];
        }
    }

    private final int size;
    private final Duration patience;
    private Round round;
    private Throwable failure;
    private int finished;

    Rendezvous(int size, Duration patience) {
        this.size = size;
        this.patience = patience;
        open();
    }

    int size() {
        return size;
    }

    /** Forgets what went wrong before. */
    synchronized void open() {
        round = new Round(size);
        failure = null;
        finished = -1;
    }

    /** A replica has done its work and comes to no more exchanges. */
    synchronized void finish(int rank) {
        finished = rank;
        notifyAll();
    }

    /** Releases all who wait and all who come later; the first failure is the one reported. */
    synchronized void fail(int rank, Throwable cause) {
        if (failure == null) {
            failure = cause;
        } else if (failure != cause && !(cause instanceof Abandoned)) {
            failure.addSuppressed(cause);
        }
        notifyAll();
    }

    synchronized void throwFailure() {
        if (failure instanceof RuntimeException e) {
            throw e;
        } else if (failure instanceof Error e) {
            throw e;
        }
    }

    synchronized List<Value> gather(int rank, String what, Value part) {
        Round mine = round;
        requireWhole(rank, what);
        if (Thread.currentThread().isInterrupted()) {
            throw broken(rank, "was interrupted at '" + what + "'");
        }
        if (mine.arrived > 0 && !mine.what.equals(what)) {
            throw broken(
                    rank,
                    "exchanges '" + what + "' while another exchanges '" + mine.what
                            + "': replicas must run the same program");
        }
        mine.what = what;
        mine.parts[rank] = part;
        if (++mine.arrived == size) {
            round = new Round(size);
            notifyAll();
        }
        long deadline = System.nanoTime() + patience.toNanos();
        while (mine.arrived < size) {
            requireWhole(rank, what);
            await(rank, what, deadline - System.nanoTime());
        }
        return Arrays.asList(mine.parts);
    }

    private void await(int rank, String what, long nanos) {
        if (nanos <= 0) {
            throw broken(
                    rank,
                    "waited " + patience + " at '" + what + "' and not all others came;"
                            + " if they are only slow, give the replicas more patience");
        }
        try {
            wait(nanos / 1_000_000, (int) (nanos % 1_000_000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw broken(rank, "was interrupted at '" + what + "'");
        }
    }

    private void requireWhole(int rank, String what) {
        if (failure != null) {
            throw new Abandoned(
                    "replica " + rank + " was released at '" + what + "': another failed with "
                            + failure,
                    failure);
        }
        if (finished >= 0) {
            throw broken(
                    rank,
                    "waits at '" + what + "' for replica " + finished
                            + ", which has finished: replicas must take the same number of steps");
        }
    }

    private IllegalStateException broken(int rank, String fault) {
        IllegalStateException e = new IllegalStateException("replica " + rank + " " + fault);
        fail(rank, e);
        return e;
    }

    /** The end of a replica that waited for one that failed. */
    private static final class Abandoned extends IllegalStateException {
        private static final long serialVersionUID = 1;

        Abandoned(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
