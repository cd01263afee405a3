package org.fusegrad.bench.jmh;

import java.util.Arrays;
import java.util.Set;

/**
 * One norm on one input.
 *
 * @param norm bn, bn+add+relu, in, gn:32, iebn or mabn of (N, C, H, W); ln or rms of (N, C)
 * @param backward forward and backward, or forward only
 * @param shape sizes joined by x, as in 32x64x56x56
 * @param dtype float32 or bfloat16
 * @param layout the order in memory, NCHW or NHWC; NC for two axes
 */
public record NormCase(String norm, boolean backward, String shape, String dtype, String layout) {
    /** Adds a residual and ends in a ReLU. */
    public static final String BN_ADD_RELU = "bn+add+relu";

    private static final Set<String> IMAGE_NORMS =
            Set.of("bn", BN_ADD_RELU, "in", "gn:32", "iebn", "mabn");
    private static final Set<String> ROW_NORMS = Set.of("ln", "rms");
    private static final int GROUPS = 32;

    /** A gigabyte in float32, of which a benchmark has several. */
    private static final int MAX_ELEMENTS = 1 << 28;

    public NormCase {
        if (!IMAGE_NORMS.contains(norm) && !ROW_NORMS.contains(norm)) {
            throw new IllegalArgumentException("unknown norm '" + norm
                    + "': give bn, bn+add+relu, in, gn:32, iebn, mabn, ln or rms");
        }
        if (!Set.of("float32", "bfloat16").contains(dtype)) {
            throw new IllegalArgumentException(
                    "unknown type '" + dtype + "': give float32 or bfloat16");
        }
        if (!Set.of("NCHW", "NHWC", "NC").contains(layout)) {
            throw new IllegalArgumentException(
                    "unknown layout '" + layout + "': give NCHW or NHWC");
        }
    }

    /** The name in tables: the norm and what of it is run. */
    public String work() {
        return norm + (backward ? " forward+backward" : " forward");
    }

    /** Whether the norm takes an input of these axes and channels. */
    public boolean fits() {
        int[] dims = dims();
        boolean rows = ROW_NORMS.contains(norm);
        boolean groups = !norm.equals("gn:32") || dims.length == 4 && dims[1] % GROUPS == 0;
        return dims.length == (rows ? 2 : 4) && groups && rows == layout.equals("NC");
    }

    /** The sizes. */
    public int[] dims() {
        try {
            int[] dims =
                    Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
            double elements = Arrays.stream(dims).asDoubleStream().reduce(1, (a, b) -> a * b);
            if ((dims.length == 2 || dims.length == 4)
                    && Arrays.stream(dims).allMatch(d -> d > 0)
                    && elements <= MAX_ELEMENTS) {
                return dims;
            }
        } catch (NumberFormatException e) {
            // Refused below, as sizes that are no sizes are.
        }
        throw new IllegalArgumentException("'" + shape + "' is no shape: give 2 or 4 sizes, as in"
                + " 4096x768 or 32x64x56x56, of " + MAX_ELEMENTS + " elements at most");
    }

    /** Bytes of the input. */
    public long tensorBytes() {
        long size = dtype.equals("float32") ? 4 : 2;
        return Arrays.stream(dims()).asLongStream().reduce(size, Math::multiplyExact);
    }

    /**
     * Tensors of the input's size that the work has in memory: x and y, with backward dy and dx; a
     * residual, and with backward its gradient.
     */
    public int tensors() {
        int forward = adds() ? 3 : 2;
        return backward ? 2 * forward : forward;
    }

    private boolean adds() {
        return norm.equals(BN_ADD_RELU);
    }

    /**
     * Bytes that must pass between memory and processor: each full-size tensor read or written
     * once. Forward x and y, backward x, dy and dx; a residual is read in both directions and has a
     * gradient.
     */
    public long bytesToMove() {
        int forward = adds() ? 3 : 2;
        int both = adds() ? forward + 5 : forward + 3;
        return (backward ? both : forward) * tensorBytes();
    }
}
