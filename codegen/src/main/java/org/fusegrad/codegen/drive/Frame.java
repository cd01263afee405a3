package org.fusegrad.codegen.drive;

/**
 * Where a generated loop finds its data: for each array of the kernel the Java array, the position
 * of the row's first element and the stride along the row. One for each task, reused for all its
 * rows.
 */
public final class Frame {
    /** Logical lanes of a float32 sum. */
    public static final int LANES = 32;

    /** Arrays by number. */
    public final Object[] arrays;

    /** Position of the row's first element in each array. */
    public final int[] at;

    /** Stride along the row in each array. */
    public final int[] by;

    /** Constants of the kernel by number. */
    public final double[] constants;

    /** Elements in the row. */
    public int n;

    /** Lanes of float32 sums, {@link #LANES} for each; zero between rows. */
    public final float[] lanes;

    /** Lanes of float64 sums, {@link #LANES} / 2 for each; zero between rows. */
    public final double[] wideLanes;

    /** Sums of a row of which at least one overflowed. */
    public final double[] sums;

    Frame(Object[] arrays, double[] constants, int reductions) {
        this.arrays = arrays;
        this.at = new int[arrays.length];
        this.by = new int[arrays.length];
        this.constants = constants;
        this.lanes = new float[LANES * Math.max(1, reductions)];
        this.sums = new double[Math.max(1, reductions)];
        this.wideLanes = new double[LANES / 2 * Math.max(1, reductions)];
    }

    /**
     * The sum of one reduction's lanes by the tree that the numeric contract fixes; clears them.
     */
    public static double sum(float[] lanes, int from) {
        double[] d = new double[LANES / 2];
        for (int j = 0; j < LANES / 2; j++) {
            d[j] = (double) lanes[from + j] + (double) lanes[from + j + LANES / 2];
        }
        for (int j = from; j < from + LANES; j++) {
            lanes[j] = 0f;
        }
        return tree(d, 0);
    }

    /** A sum if it is finite, else what replaces it. */
    public static double orElse(double sum, double exact) {
        return Math.abs(sum) <= Double.MAX_VALUE ? sum : exact;
    }

    /** The sum of one float64 reduction's lanes; clears them. */
    public static double sum(double[] lanes, int from) {
        double total = tree(lanes, from);
        for (int j = from; j < from + LANES / 2; j++) {
            lanes[j] = 0;
        }
        return total;
    }

    private static double tree(double[] d, int from) {
        for (int h = LANES / 4; h >= 1; h /= 2) {
            for (int j = from; j < from + h; j++) {
                d[j] += d[j + h];
            }
        }
        return d[from];
    }
}
