package org.fusegrad.data;

import java.util.SplittableRandom;

/**
 * Random choices as functions of a seed and counters: equal arguments give equal results on every
 * machine and in every order of calls.
 */
final class Randomness {
    private Randomness() {}

    /** Returns a uniform permutation of 0..n-1 (Fisher-Yates). */
    static int[] permutation(int n, long seed, long stream) {
        SplittableRandom random = of(seed, stream, -1);
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** Returns the generator of one (seed, stream, index) triple. */
    static SplittableRandom of(long seed, long stream, long index) {
        return new SplittableRandom(mix(mix(mix(seed) ^ stream) ^ index));
    }

    /* A plain seed ^ stream would give (seed 1, epoch 0) and (seed 0, epoch 1) the same draws, so
     * each part is mixed before the next is added. This is the finaliser of SplitMix64. */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
