package org.fusegrad.bench;

import java.util.Random;

/**
 * The arrays every path of a benchmark starts from.
 *
 * @param shape of each of them
 * @param x input
 * @param residual what is added to the normalised input, where anything is
 * @param dy upstream gradient
 */
record NormData(int[] shape, float[] x, float[] residual, float[] dy) {
    /** Fixed random values; x has a mean and a scale that normalising must remove. */
    static NormData of(int... shape) {
        int n = 1;
        for (int d : shape) {
            n *= d;
        }
        Random random = new Random(7);
        return new NormData(
                shape,
                values(random, n, 2f, 0.5f),
                values(random, n, 1f, 0f),
                values(random, n, 1f, 0f));
    }

    int channels() {
        return shape[1];
    }

    private static float[] values(Random random, int n, float scale, float shift) {
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (random.nextFloat() * 2 - 1) * scale + shift;
        }
        return v;
    }
}
