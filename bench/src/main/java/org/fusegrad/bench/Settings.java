package org.fusegrad.bench;

/**
 * The time that a measurement takes.
 *
 * @param forks JVMs for each configuration, one after the other
 * @param starts JVMs where it is the start that counts
 * @param warmups iterations that are not counted
 * @param iterations iterations that are
 * @param millis of each
 */
public record Settings(int forks, int starts, int warmups, int iterations, int millis) {
    /** For figures that are kept. */
    public static final Settings FULL = new Settings(5, 10, 4, 5, 250);

    /** For a look: the table of the norms within a minute. */
    public static final Settings QUICK = new Settings(1, 3, 2, 3, 40);

    /** With another number of forks. */
    public Settings forks(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("forks must be at least 1, got " + value);
        }
        return new Settings(value, Math.max(value, starts), warmups, iterations, millis);
    }

    /** Whether iterations are as short as a quick look wants them. */
    boolean isQuick() {
        return millis == QUICK.millis;
    }
}
