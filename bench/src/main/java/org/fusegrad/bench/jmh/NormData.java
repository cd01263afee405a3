package org.fusegrad.bench.jmh;

/**
 * The arrays every path of a benchmark starts from, in the order of the layout.
 *
 * @param stored sizes in that order; (N, H, W, C) for NHWC
 * @param channels of the norm: the second size, in the meaning of the case
 * @param x input
 * @param residual what is added to the normalised input, empty where nothing is
 * @param dy upstream gradient
 */
record NormData(NormCase of, int[] stored, int channels, float[] x, float[] residual, float[] dy) {
    /** Fixed random values; x has a mean and a scale that normalising must remove. */
    static NormData of(NormCase of) {
        int[] d = of.dims();
        boolean last = of.layout().equals("NHWC");
        int[] stored = last ? new int[] {d[0], d[2], d[3], d[1]} : d;
        int n = 1;
        for (int size : d) {
            n *= size;
        }
        return new NormData(
                of,
                stored,
                d[1],
                values(1, n, 2f, 0.5f),
                values(2, of.norm().equals(NormCase.BN_ADD_RELU) ? n : 0, 1f, 0f),
                values(3, n, 1f, 0f));
    }

    boolean channelsLast() {
        return of.layout().equals("NHWC");
    }

    boolean isHalf() {
        return of.dtype().equals("bfloat16");
    }

    boolean adds() {
        return residual.length > 0;
    }

    /** Uniform around shift, by a linear congruence: quick, since every JVM makes its own. */
    private static float[] values(int seed, int n, float scale, float shift) {
        float[] v = new float[n];
        long state = seed;
        for (int i = 0; i < n; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            v[i] = (state >> 40) * 0x1p-23f * scale + shift;
        }
        return v;
    }
}
