package org.fusegrad.bench;

/** Names of the ways in which a norm is run. */
public final class Paths {
    public static final String FUSED = "fused";
    public static final String UNFUSED = "unfused";
    public static final String TORCH = "libtorch";

    private Paths() {}
}
