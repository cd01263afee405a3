package org.fusegrad.nn;

import org.fusegrad.Engine;
import org.fusegrad.math.Philox;

/** Random numbers for initial values: a function of the seed on every machine. Not thread-safe. */
public final class RandomSource {
    private static final long UNIFORMS = 0;
    private static final long NORMALS = 1;

    private final long seed;
    private long uniforms;
    private long normals;

    private RandomSource(long seed) {
        this.seed = seed;
    }

    /** The numbers of a seed. */
    public static RandomSource of(long seed) {
        return new RandomSource(seed);
    }

    /** Fresh numbers from the current engine, reproducible from its seed. */
    public static RandomSource next() {
        return of(Engine.current().nextStream());
    }

    /** Uniform in [-bound, bound). */
    public double uniform(double bound) {
        return (Philox.doubleAt(seed, UNIFORMS, uniforms++) * 2 - 1) * bound;
    }

    /** Standard normal. */
    public double normal() {
        return Philox.normalAt(seed, NORMALS, normals++);
    }
}
