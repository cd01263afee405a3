package org.fusegrad.bench;

import java.util.List;

/** Names of the ways in which a norm is run. */
public final class Paths {
    public static final String FUSED = "fused";
    public static final String UNFUSED = "unfused";
    public static final String TORCH = "libtorch";

    /** In the order of tables. */
    static final List<String> ALL = List.of(FUSED, UNFUSED, TORCH);

    private Paths() {}
}
