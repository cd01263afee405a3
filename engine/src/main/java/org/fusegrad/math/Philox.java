package org.fusegrad.math;

/**
 * Counter-based random numbers: Philox4x32-10.
 *
 * <p>Every number is a pure function of a seed, a stream and an index, so any thread may produce
 * any part of a random tensor and the whole is always the same. The generator is that of Salmon,
 * Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). The seed is its
 * key; the counter is the block number in the two low words and the stream in the two high words.
 * Streams are independent of each other: one per operation that draws.
 *
 * <p>The kinds of draw share blocks: a float of index i and a normal of index i of the same stream
 * are not independent. Draw only one kind from a stream.
 */
public final class Philox {
    private static final int ROUNDS = 10;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int KEY_STEP_0 = 0x9E3779B9;
    private static final int KEY_STEP_1 = 0xBB67AE85;
    private static final long LOW = 0xFFFFFFFFL;

    /** Distance between the streams in which {@link #intAt} goes on after rejections. */
    private static final long RETRY_STEP = 0x9E3779B97F4A7C15L;

    private Philox() {}

    /** Writes the four words of a block. */
    public static void block(long seed, long stream, long counter, int[] out) {
        int c0 = (int) counter;
        int c1 = (int) (counter >>> 32);
        int c2 = (int) stream;
        int c3 = (int) (stream >>> 32);
        int k0 = (int) seed;
        int k1 = (int) (seed >>> 32);
        for (int i = 0; i < ROUNDS; i++) {
            long p0 = MULTIPLIER_0 * (c0 & LOW);
            long p1 = MULTIPLIER_1 * (c2 & LOW);
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += KEY_STEP_0;
            k1 += KEY_STEP_1;
        }
        out[0] = c0;
        out[1] = c1;
        out[2] = c2;
        out[3] = c3;
    }

    /** Uniform in [0, 1), a multiple of 2^-24: four to a block. */
    public static float floatAt(long seed, long stream, long index) {
        int[] words = new int[4];
        block(seed, stream, index >>> 2, words);
        return unitFloat(words[(int) index & 3]);
    }

    /** Uniform in [0, 1), a multiple of 2^-53: two to a block. */
    public static double doubleAt(long seed, long stream, long index) {
        int[] words = new int[4];
        block(seed, stream, index >>> 1, words);
        return unitDouble(words, 2 * ((int) index & 1));
    }

    /** Standard normal by Box and Muller, below 8.6 in magnitude: two to a block. */
    public static double normalAt(long seed, long stream, long index) {
        int[] words = new int[4];
        block(seed, stream, index >>> 1, words);
        return normal(words, (index & 1) == 0);
    }

    /** Uniform in {@code 0..bound-1} without bias, bound positive: one to a block. */
    public static int intAt(long seed, long stream, long index, int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("random: bound must be positive, not " + bound);
        }
        // Lemire 2019: of 2^63 * bound, 63 random bits * bound hits every multiple of 2^63 equally
        // often once the lowest (2^63 mod bound) remainders are rejected; that is once in 2^32.
        long reject = (Long.MAX_VALUE % bound + 1) % bound;
        int[] words = new int[4];
        while (true) {
            block(seed, stream, index, words);
            for (int i = 0; i < 4; i += 2) {
                long x = pair(words, i) >>> 1;
                if ((x * bound & Long.MAX_VALUE) >= reject) {
                    return (int) Math.multiplyHigh(x, 2L * bound);
                }
            }
            stream += RETRY_STEP;
        }
    }

    /** Fills {@code out[from..to)} with {@link #floatAt} of index first, first + 1, ... */
    public static void fillFloats(
            long seed, long stream, long first, float[] out, int from, int to) {
        int[] words = new int[4];
        for (int i = from; i < to; i++) {
            long index = first + (i - from);
            if (i == from || (index & 3) == 0) {
                block(seed, stream, index >>> 2, words);
            }
            out[i] = unitFloat(words[(int) index & 3]);
        }
    }

    /** Fills {@code out[from..to)} with {@link #normalAt} of index first, first + 1, ... */
    public static void fillNormals(
            long seed, long stream, long first, float[] out, int from, int to) {
        int[] words = new int[4];
        for (int i = from; i < to; i++) {
            long index = first + (i - from);
            if (i == from || (index & 1) == 0) {
                block(seed, stream, index >>> 1, words);
            }
            out[i] = (float) normal(words, (index & 1) == 0);
        }
    }

    /** Brings the elements to a uniformly random order (Fisher and Yates). */
    public static void shuffle(long seed, long stream, int[] elements) {
        for (int i = elements.length - 1; i > 0; i--) {
            int j = intAt(seed, stream, i, i + 1);
            int kept = elements[i];
            elements[i] = elements[j];
            elements[j] = kept;
        }
    }

    /** The numbers 0 to n - 1 in a uniformly random order. */
    public static int[] permutation(long seed, long stream, int n) {
        int[] elements = new int[n];
        for (int i = 0; i < n; i++) {
            elements[i] = i;
        }
        shuffle(seed, stream, elements);
        return elements;
    }

    private static float unitFloat(int word) {
        return (word >>> 8) * 0x1p-24f;
    }

    private static double unitDouble(int[] words, int at) {
        return (pair(words, at) >>> 11) * 0x1p-53;
    }

    private static long pair(int[] words, int at) {
        return (words[at] & LOW) | (long) words[at + 1] << 32;
    }

    private static double normal(int[] words, boolean cosine) {
        // 1 - u lies in (0, 1]: the logarithm is finite.
        double radius = Math.sqrt(-2 * Doubles.log(1 - unitDouble(words, 0)));
        double angle = 2 * Math.PI * unitDouble(words, 2);
        return radius * (cosine ? Doubles.cos(angle) : Doubles.sin(angle));
    }
}
