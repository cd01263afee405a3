package org.fusegrad.codegen.drive;

import java.util.ArrayDeque;

/**
 * Room in which the lanes of sums begin at the start of a cache line. What is stored across the end
 * of a line is not forwarded to the loads behind it, and a row of few elements then waits for its
 * sums longer than it computes. Where an array of a few lanes lies is a matter of luck; one of more
 * than half a region of the default collector's heap lies at the start of a region.
 *
 * <p>Too large for every kernel to have its own, so each thread borrows one for the time of a call:
 * there are as many as threads ever ran kernels at the same time.
 */
final class LaneRoom {
    /** Elements of float32 from an array's header to the end of the cache line that begins it. */
    static final int LEAD = 12;

    /** A megabyte. */
    private static final int ELEMENTS = 1 << 18;

    private static final ArrayDeque<LaneRoom> FREE = new ArrayDeque<>();

    private final float[] lanes = new float[LEAD + ELEMENTS];
    private final double[] tree = new double[(LEAD + ELEMENTS) / 2];

    private LaneRoom() {}

    /** A room that nobody has. */
    static LaneRoom borrow() {
        synchronized (FREE) {
            if (!FREE.isEmpty()) {
                return FREE.pop();
            }
        }
        return new LaneRoom();
    }

    /** Has a frame use it, if it is large enough. */
    void lend(Frame frame) {
        if (frame.lanes.length <= lanes.length) {
            frame.lanes = lanes;
            frame.tree = tree;
        }
    }

    /** Takes it back. No frame that it was lent to may be used before it is lent another. */
    void giveBack() {
        synchronized (FREE) {
            FREE.push(this);
        }
    }
}
