package org.fusegrad.codegen.drive;

import java.util.Arrays;
import org.fusegrad.graph.NumericContract;
import org.fusegrad.run.Buffer;

/**
 * The places where a generated loop finds its data: for each array of the kernel the Java array,
 * the position of the row's first element and the stride along the row. One for each task, reused
 * for all its rows.
 */
public final class Frame {
    /** Logical lanes of a float32 sum. */
    public static final int LANES = NumericContract.SUM_LANES;

    /** Where lanes of float32 sums start, {@link #LANES} for each: at a cache line, or by luck. */
    public static final int LEAD = Buffer.LEAD / Float.BYTES;

    /** Where the last levels of a tree over lanes have room, likewise. */
    public static final int TREE = Buffer.LEAD / Double.BYTES;

    /** Arrays by number. */
    public final Object[] arrays;

    /** Position of the row's first element in each array. */
    public final int[] at;

    /** Stride along the row in each array. */
    public final int[] by;

    /** Elements between the start of one row and of the next in each array. */
    public final int[] over;

    /** Constants of the kernel by number. */
    public final double[] constants;

    /** Elements in a row. */
    public int n;

    /** Rows to run, one after the other. */
    public int rows = 1;

    /** Lanes of float32 sums, from {@link #LEAD} on. */
    public float[] lanes;

    /** Lanes of float64 sums, {@link #LANES} / 2 for each. */
    public final double[] wideLanes;

    /** Room for the last levels of a tree over lanes, from {@link #TREE} on. */
    public double[] tree;

    /** Sums of a row of which at least one overflowed. */
    public final double[] sums;

    /** Takes what was read to have it in cache, or the JVM would drop the reading. */
    public int prefetched;

    // For when there is no other room.
    private final float[] ownLanes;
    private final double[] ownTree = new double[TREE + LANES / 4];

    Frame(Object[] arrays, double[] constants, int reductions) {
        this.arrays = arrays;
        this.at = new int[arrays.length];
        this.by = new int[arrays.length];
        this.over = new int[arrays.length];
        this.constants = constants;
        this.ownLanes = new float[LEAD + LANES * Math.max(1, reductions)];
        this.lanes = ownLanes;
        this.tree = ownTree;
        this.sums = new double[Math.max(1, reductions)];
        this.wideLanes = new double[LANES / 2 * Math.max(1, reductions)];
    }

    /** Has its lanes in a room if it is large enough, else in arrays of its own. */
    void use(LaneRoom room) {
        boolean fits = ownLanes.length <= room.lanes.length;
        lanes = fits ? room.lanes : ownLanes;
        tree = fits ? room.tree : ownTree;
    }

    /** The sum of one float32 reduction's lanes by the tree that the numeric contract fixes. */
    public double sum(int from) {
        return eighth(from) + eighth(from + 1);
    }

    // Written out: a loop over the lanes takes longer than a short row itself.

    private double eighth(int j) {
        return quarter(j) + quarter(j + 2);
    }

    private double quarter(int j) {
        return half(j) + half(j + 4);
    }

    private double half(int j) {
        return pair(j) + pair(j + 8);
    }

    private double pair(int j) {
        return (double) lanes[j] + (double) lanes[j + LANES / 2];
    }

    /** The sum of one float64 reduction's lanes. */
    public double wideSum(int from) {
        for (int h = LANES / 4; h >= 1; h /= 2) {
            for (int j = from; j < from + h; j++) {
                wideLanes[j] += wideLanes[j + h];
            }
        }
        return wideLanes[from];
    }

    /** Clears the lanes before a row. */
    public void clear() {
        Arrays.fill(lanes, LEAD, LEAD + LANES * sums.length, 0f);
        Arrays.fill(wideLanes, 0);
    }

    /** A sum if it is finite, else what replaces it. */
    public static double orElse(double sum, double exact) {
        return Math.abs(sum) <= Double.MAX_VALUE ? sum : exact;
    }
}
