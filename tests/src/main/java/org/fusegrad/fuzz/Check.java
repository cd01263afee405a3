package org.fusegrad.fuzz;

import java.util.Optional;

/** One property of every formula. A check is used by one thread at a time. */
interface Check extends AutoCloseable {
    /** What a check found out about one formula. */
    enum Verdict {
        /** The property holds. */
        HOLDS,
        /** Nothing could be said: not differentiable, or no smooth place found. */
        UNDECIDED
    }

    /** The property in a word or two. */
    String name();

    /**
     * Tries the property.
     *
     * @throws Broken if it does not hold
     */
    Verdict check(Trial trial);

    @Override
    default void close() {}

    /** A property does not hold. */
    final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Broken(String message) {
            super(message);
        }
    }

    /** What is wrong with a formula by this check, errors of the engine included. */
    default Optional<String> fault(Trial trial) {
        try {
            check(trial);
            return Optional.empty();
        } catch (RuntimeException | AssertionError | LinkageError | StackOverflowError e) {
            return Optional.of(e instanceof Broken ? e.getMessage() : e.toString());
        }
    }
}
