package org.fusegrad.codegen.contract;

import java.util.Arrays;
import org.fusegrad.flags.Tuning;

/**
 * Images laid out so that the columns of a convolution stand side by side: for each channel and
 * phase one padded volume, in which a window's positions, counted through lines and slices, are
 * consecutive elements. Then what a tap sees from all positions is one run of memory, and nothing
 * needs to be gathered. Between lines there are positions of no window, at most as many as the
 * padding; they are computed along and left out when results are copied.
 *
 * <p>The zeros after a line are those before the next one where both are there. Volumes are an odd
 * number of cache lines apart, since tiles read many of them at the same element.
 */
final class Lattice {
    private static final int CACHE_LINE = Tuning.current().line() / Float.BYTES;

    private final AxisMap[] axes;
    private final int phases;
    private final int lineStep;
    private final int sliceStep;

    /** From one volume to the next. */
    final int volume;

    Lattice(AxisMap... axes) {
        this.axes = axes;
        this.phases = axes[0].phases() * axes[1].phases() * axes[2].phases();
        this.lineStep = axes[2].extent - axes[2].overlap;
        this.sliceStep = (axes[1].extent - axes[1].overlap) * lineStep;
        int used =
                (axes[0].extent - 1) * sliceStep + (axes[1].extent - 1) * lineStep + axes[2].extent;
        this.volume = ((used + CACHE_LINE - 1) / CACHE_LINE | 1) * CACHE_LINE;
    }

    /** Elements of one channel. */
    int channelSize() {
        return phases * volume;
    }

    /** Columns, those of no window among them. */
    int columns() {
        return (axes[0].positions - 1) * sliceStep
                + (axes[1].positions - 1) * lineStep
                + axes[2].positions;
    }

    /** Where the column of position 0 is for each channel and each of some taps. */
    int[] lines(int channels, int[] taps) {
        int high = axes[1].shift.length;
        int wide = axes[2].shift.length;
        int[] at = new int[channels * taps.length];
        for (int i = 0; i < at.length; i++) {
            int tap = taps[i % taps.length];
            at[i] = i / taps.length * channelSize()
                    + tap(tap / wide / high, tap / wide % high, tap % wide);
        }
        return at;
    }

    private int tap(int d, int h, int w) {
        int phase = (axes[0].phase[d] * axes[1].phases() + axes[1].phase[h]) * axes[2].phases()
                + axes[2].phase[w];
        return phase * volume
                + axes[0].shift[d] * sliceStep
                + axes[1].shift[h] * lineStep
                + axes[2].shift[w];
    }

    /**
     * Lays out one channel of one image.
     *
     * @param steps of the source along the spatial axes, after two others
     */
    void pack(float[] x, int at, int[] steps, float[] to, int start) {
        Arrays.fill(to, start, start + channelSize(), 0);
        for (int phase = 0; phase < phases; phase++) {
            int pw = phase % axes[2].phases();
            int ph = phase / axes[2].phases() % axes[1].phases();
            int pd = phase / axes[2].phases() / axes[1].phases();
            int q = start + phase * volume + axes[2].first[pw];
            int p = at + axes[2].source[pw] * steps[4];
            for (int d = 0; d < axes[0].count[pd]; d++) {
                int slice = q + (axes[0].first[pd] + d) * sliceStep;
                int from = p + (axes[0].source[pd] + d * axes[0].sourceStep) * steps[2];
                for (int h = 0; h < axes[1].count[ph]; h++) {
                    line(
                            x,
                            from + (axes[1].source[ph] + h * axes[1].sourceStep) * steps[3],
                            axes[2].sourceStep * steps[4],
                            axes[2].count[pw],
                            to,
                            slice + (axes[1].first[ph] + h) * lineStep);
                }
            }
        }
    }

    private static void line(float[] x, int p, int step, int n, float[] to, int q) {
        if (step == 1) {
            System.arraycopy(x, p, to, q, n);
        } else {
            Operands.stridedCopy(x, p, step, n, to, q, 1);
        }
    }

    /**
     * Copies the columns from {@code column} on that belong to windows to their place in a plane.
     */
    void unpack(float[] from, int at, int column, int count, float[] to, int plane, Grid grid) {
        int lines = sliceStep / lineStep;
        int width = grid.count(2);
        int end = column + count;
        for (int line = column / lineStep; line * lineStep < end; line++) {
            int h = line % lines;
            int first = Math.max(column, line * lineStep);
            int n = Math.min(end, line * lineStep + width) - first;
            if (h < grid.count(1) && line / lines < grid.count(0) && n > 0) {
                int p = at + first - column;
                int q = plane + grid.at(line / lines, h, first - line * lineStep);
                if (grid.step[2] == 1) {
                    System.arraycopy(from, p, to, q, n);
                } else {
                    Operands.stridedCopy(from, p, 1, n, to, q, grid.step[2]);
                }
            }
        }
    }

    /**
     * The elements of a plane that positions stand for.
     *
     * @param start the first along each axis
     * @param step from one to the next
     * @param size of the plane
     */
    record Grid(int[] start, int[] step, int[] size) {
        /** How many there are along an axis. */
        int count(int axis) {
            return Math.max(0, (size[axis] - start[axis] + step[axis] - 1) / step[axis]);
        }

        /** Where in the plane a position's element is. */
        int at(int d, int h, int w) {
            int line = (start[0] + d * step[0]) * size[1] + start[1] + h * step[1];
            return line * size[2] + start[2] + w * step[2];
        }
    }
}
