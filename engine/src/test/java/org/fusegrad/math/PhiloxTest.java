package org.fusegrad.math;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PhiloxTest {
    private static final long SEED = 42;

    /** The known answers of Random123: counter and key all zero, all one, and digits of pi. */
    @Test
    void knownAnswers() {
        assertBlock(0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertBlock(-1, -1, -1, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertBlock(
                0x299f31d0a4093822L,
                0x0370734413198a2eL,
                0x85a308d3243f6a88L,
                0xd16cfe09,
                0x94fdcceb,
                0x5001e420,
                0x24126ea1);
    }

    @Test
    void fillsAgreeWithSingleDraws() {
        for (long first : new long[] {0, 1, 2, 3, 1L << 40, -3}) {
            float[] uniform = new float[23];
            float[] normal = new float[23];
            Philox.fillFloats(SEED, 7, first, uniform, 2, 21);
            Philox.fillNormals(SEED, 7, first, normal, 2, 21);
            for (int i = 2; i < 21; i++) {
                assertEquals(Philox.floatAt(SEED, 7, first + i - 2), uniform[i]);
                assertEquals((float) Philox.normalAt(SEED, 7, first + i - 2), normal[i]);
            }
            assertEquals(0f, uniform[1] + uniform[21] + normal[1] + normal[21]);
        }
    }

    @Test
    void uniformNumbersFillTheUnitInterval() {
        int n = 100_000;
        int[] tenths = new int[10];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            float x = Philox.floatAt(SEED, 1, i);
            double y = Philox.doubleAt(SEED, 2, i);
            assertTrue(x >= 0 && x < 1 && y >= 0 && y < 1);
            assertEquals(Math.rint(x * 0x1p24), x * 0x1p24);
            tenths[(int) (10 * x)]++;
            sum += y;
        }
        assertEquals(0.5, sum / n, 5 * Math.sqrt(1.0 / 12 / n));
        for (int count : tenths) {
            assertEquals(n / 10.0, count, 5 * Math.sqrt(n * 0.09));
        }
    }

    @Test
    void normalNumbersHaveTheMomentsOfTheNormalDistribution() {
        int n = 100_000;
        double[] moments = new double[5];
        double neighbours = 0;
        for (int i = 0; i < n; i++) {
            double z = Philox.normalAt(SEED, 3, i);
            for (int k = 1; k <= 4; k++) {
                moments[k] += Math.pow(z, k) / n;
            }
            neighbours += z * Philox.normalAt(SEED, 3, i ^ 1) / n;
        }
        double deviation = 1 / Math.sqrt(n);
        assertEquals(0, moments[1], 5 * deviation);
        assertEquals(1, moments[2], 5 * Math.sqrt(2) * deviation);
        assertEquals(0, moments[3], 5 * Math.sqrt(15) * deviation);
        assertEquals(3, moments[4], 5 * Math.sqrt(96) * deviation);
        assertEquals(0, neighbours, 5 * Math.sqrt(2) * deviation);
    }

    @Test
    void boundedIntegersAreEvenlySpread() {
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[Philox.intAt(SEED, 4, i, 7)]++;
            int wide = Philox.intAt(SEED, 5, i, Integer.MAX_VALUE);
            assertTrue(wide >= 0 && wide < Integer.MAX_VALUE);
            assertEquals(0, Philox.intAt(SEED, 6, i, 1));
        }
        for (int count : counts) {
            assertEquals(10_000, count, 500);
        }
        assertThrows(IllegalArgumentException.class, () -> Philox.intAt(SEED, 0, 0, 0));
    }

    @Test
    void permutationsAreCompleteAndDifferByStream() {
        int[] p = Philox.permutation(SEED, 8, 1000);
        assertArrayEquals(p, Philox.permutation(SEED, 8, 1000));
        assertTrue(!Arrays.equals(p, Philox.permutation(SEED, 9, 1000)));
        int[] sorted = p.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < sorted.length; i++) {
            assertEquals(i, sorted[i]);
        }
        int[] orders = new int[6];
        for (int stream = 0; stream < 6000; stream++) {
            int[] q = Philox.permutation(SEED, stream, 3);
            orders[2 * q[0] + (q[1] > q[2] ? 1 : 0)]++;
        }
        for (int count : orders) {
            assertEquals(1000, count, 150);
        }
    }

    private static void assertBlock(long seed, long stream, long counter, int... expected) {
        int[] out = new int[4];
        Philox.block(seed, stream, counter, out);
        assertArrayEquals(expected, out);
    }
}
