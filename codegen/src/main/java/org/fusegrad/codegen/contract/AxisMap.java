package org.fusegrad.codegen.contract;

import java.util.Arrays;

/**
 * One spatial axis of a sliding window, laid out so that a window's move by one position is a move
 * by one element, whatever its stride. The source is copied to one or more <em>phases</em>, padded
 * with zeros; what a tap sees from position i is element {@code i + shift(tap)} of {@code
 * phase(tap)}.
 *
 * <p>Along a convolution with stride s, phase r holds source elements r, r + s, …: each tap stays
 * in one of them. Against it, in the gradient of the input, there is one phase, the source itself.
 */
final class AxisMap {
    /** Positions of the window. */
    final int positions;

    /** Elements of a phase. */
    final int extent;

    /**
     * Elements at the end of a line that may be shared with the start of the next: zeros in both.
     */
    final int overlap;

    /** Per tap: which phase, and the element seen from position 0. */
    final int[] phase;

    final int[] shift;

    /** Per phase: the first element copied, how many are, and the source element of the first. */
    final int[] first;

    final int[] count;
    final int[] source;

    /** From the source of one copied element to that of the next. */
    final int sourceStep;

    private AxisMap(
            int positions, int[] phase, int[] shift, int phases, int sourceStep, Fill fill) {
        int least = Arrays.stream(shift).min().orElse(0);
        int most = Arrays.stream(shift).max().orElse(0);
        this.positions = positions;
        this.extent = positions + most - least;
        this.phase = phase;
        this.shift = Arrays.stream(shift).map(s -> s - least).toArray();
        this.sourceStep = sourceStep;
        this.first = new int[phases];
        this.count = new int[phases];
        this.source = new int[phases];
        int shared = most - least;
        for (int r = 0; r < phases; r++) {
            int[] range = fill.of(r, least, extent);
            first[r] = range[0];
            source[r] = range[1];
            count[r] = Math.max(0, range[2]);
            int end = count[r] == 0 ? first[r] : first[r] + count[r];
            shared = Math.min(shared, Math.min(first[r], extent - end));
        }
        this.overlap = Math.max(0, shared);
    }

    /** First element, its source, and the number of elements of a phase that are not padding. */
    @FunctionalInterface
    private interface Fill {
        int[] of(int phase, int least, int extent);
    }

    /** From output positions to the input. */
    static AxisMap along(ConvSizes c, int axis) {
        int s = c.stride()[axis];
        int size = c.x()[axis];
        int[] shift = new int[c.kernel()[axis]];
        int[] residue = new int[shift.length];
        for (int t = 0; t < shift.length; t++) {
            int at = t * c.dilation()[axis] - c.padding()[axis];
            shift[t] = Math.floorDiv(at, s);
            residue[t] = Math.floorMod(at, s);
        }
        int[] used = Arrays.stream(residue).sorted().distinct().toArray();
        int[] phase =
                Arrays.stream(residue).map(r -> Arrays.binarySearch(used, r)).toArray();
        return new AxisMap(c.y()[axis], phase, shift, used.length, s, (p, least, extent) -> {
            int from = Math.min(extent, Math.max(0, -least));
            int last = Math.min(extent - 1, Math.floorDiv(size - 1 - used[p], s) - least);
            return new int[] {from, s * (from + least) + used[p], last - from + 1};
        });
    }

    /**
     * From input positions to the output: from every stride-th one, for those that leave the same
     * remainder meet the same taps. Position i is element {@code start + i * stride}, and a tap
     * meets only those of its own {@link #start}.
     */
    static AxisMap against(ConvSizes c, int axis) {
        int s = c.stride()[axis];
        int size = c.y()[axis];
        int[] shift = new int[c.kernel()[axis]];
        for (int t = 0; t < shift.length; t++) {
            shift[t] = Math.floorDiv(
                    start(c, axis, t) + c.padding()[axis] - t * c.dilation()[axis], s);
        }
        int positions = (c.x()[axis] + s - 1) / s;
        return new AxisMap(positions, new int[shift.length], shift, 1, 1, (p, least, extent) -> {
            int source = Math.max(0, least);
            int from = Math.min(extent, source - least);
            return new int[] {from, source, Math.min(size - source, extent - from)};
        });
    }

    /** The first element of the input that a tap meets, of those it could by its stride. */
    static int start(ConvSizes c, int axis, int tap) {
        return Math.floorMod(tap * c.dilation()[axis] - c.padding()[axis], c.stride()[axis]);
    }

    int phases() {
        return first.length;
    }
}
