package org.fusegrad.bench;

import java.util.List;
import org.fusegrad.bench.jmh.NormCase;
import org.fusegrad.bench.jmh.Paths;

/**
 * The part of a suite that is wanted; an empty list means what the suite would measure anyway.
 *
 * @param norms names as {@link NormCase} has them
 * @param shapes as {@link NormCase} has them
 * @param dtypes float32, bfloat16
 * @param layouts NCHW, NHWC
 * @param threads numbers of threads
 * @param paths fused, unfused, libtorch
 */
public record Selection(
        List<String> norms,
        List<String> shapes,
        List<String> dtypes,
        List<String> layouts,
        List<Integer> threads,
        List<String> paths) {
    private static final int MAX_THREADS = 1024;

    /** Refuses what no suite has. */
    public Selection {
        for (int n : threads) {
            if (n < 1 || n > MAX_THREADS) {
                throw new IllegalArgumentException(
                        "--threads must be within 1.." + MAX_THREADS + ", got " + n);
            }
        }
        for (String path : paths) {
            if (!Paths.ALL.contains(path)) {
                throw new IllegalArgumentException(
                        "unknown path '" + path + "': give " + String.join(", ", Paths.ALL));
            }
        }
    }

    /** What the suites measure by themselves. */
    public static final Selection DEFAULT =
            new Selection(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    static <T> List<T> or(List<T> wanted, List<T> usual) {
        return wanted.isEmpty() ? usual : wanted;
    }
}
