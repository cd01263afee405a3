package org.fusegrad.bench.jmh;

import java.util.List;

/** Names of the ways in which a norm is run. */
public final class Paths {
    public static final String FUSED = "fused";
    public static final String UNFUSED = "unfused";
    public static final String TORCH = "libtorch";

    /** In the order of tables. */
    public static final List<String> ALL = List.of(FUSED, UNFUSED, TORCH);

    private Paths() {}
}
