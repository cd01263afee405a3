package org.fusegrad.codegen.drive;

import java.util.ArrayDeque;

/**
 * Room in which the lanes of sums begin at the start of a cache line. What is stored across the end
 * of a line is not forwarded to the loads behind it, and a row of few elements then waits for its
 * sums longer than it computes. Where an array of a few lanes lies is a matter of luck; one of more
 * than half a region of the default collector's heap lies at the start of a region.
 *
 * <p>Too large for every kernel to have its own, so each thread borrows one for the time of a call.
 * There are no more than processors: of more threads, some compute in arrays of their frames' own.
 */
final class LaneRoom {
    private static final int MOST = Runtime.getRuntime().availableProcessors();

    private static final LaneRoom NONE = new LaneRoom(0);

    private static final ArrayDeque<LaneRoom> FREE = new ArrayDeque<>(MOST);

    private static int made;

    final float[] lanes;
    final double[] tree;

    private LaneRoom(int elements) {
        lanes = new float[elements];
        tree = new double[elements / 2];
    }

    /** A room that nobody has, or one without any room if there are enough. */
    static LaneRoom borrow() {
        synchronized (FREE) {
            if (FREE.isEmpty() && made < MOST) {
                FREE.push(new LaneRoom(Binding.ALIGNED));
                made++;
            }
            return FREE.isEmpty() ? NONE : FREE.pop();
        }
    }

    /** Takes it back. No frame that used it may run again before it uses another. */
    void giveBack() {
        if (this != NONE) {
            synchronized (FREE) {
                FREE.push(this);
            }
        }
    }
}
