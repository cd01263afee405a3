package org.fusegrad.nn.norm;

/**
 * The statistics that evaluation normalises with, for each channel.
 *
 * @param mean empty of a norm that does not centre
 * @param deviation what is divided by, eps included
 */
public record RunningValues(double[] mean, double[] deviation) {
    private static final double[] EMPTY = {};

    /** Of a norm that keeps no statistics. */
    public static final RunningValues NONE = new RunningValues(EMPTY, EMPTY);

    /** Of a norm that does not centre. */
    static RunningValues uncentred(double[] deviation) {
        return new RunningValues(EMPTY, deviation);
    }
}
