package org.fusegrad.bench;

import java.util.Objects;
import java.util.stream.Stream;

/**
 * One measured configuration, as it stands in the JSON.
 *
 * @param work what was run
 * @param shape of the input, sizes joined by x
 * @param path fused, unfused, libtorch, or what else did the work
 * @param ms median over forks of each fork's median
 * @param gbps bytes that must move, by this time, in 1e9 bytes a second; null where none need to
 * @param roof the part of the measured copy speed that this is: 1 is the roof; null as above
 * @param vsUnfused how many times as fast as the unfused path; null if that was not measured
 * @param vsTorch how many times as fast as libtorch; null if that was not measured
 */
public record BenchRow(
        String work,
        String shape,
        String dtype,
        String layout,
        int threads,
        String path,
        double ms,
        Double gbps,
        Double roof,
        Double vsUnfused,
        Double vsTorch) {
    /** Whether everything is there that each row has, as in a file it need not be. */
    boolean isWhole() {
        return Stream.of(work, shape, dtype, layout, path).allMatch(Objects::nonNull)
                && threads > 0
                && ms > 0;
    }
}
