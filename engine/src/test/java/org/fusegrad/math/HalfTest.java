package org.fusegrad.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HalfTest {
    /** All 65,536 patterns of each format: widened by definition, and back to themselves. */
    @Test
    void everyPatternWidensExactlyAndComesBack() {
        for (int h = 0; h < 1 << 16; h++) {
            float a = Half.fromFloat16((short) h);
            float b = Half.fromBfloat16((short) h);
            if (isNaN(h, 0x7c00)) {
                nan(h, 0x7c00, 0x200, a, Half.toFloat16(a));
            } else {
                assertEquals(bits(value(h, 10, 15)), bits(a));
                assertEquals((short) h, Half.toFloat16(a));
            }
            if (isNaN(h, 0x7f80)) {
                nan(h, 0x7f80, 0x40, b, Half.toBfloat16(b));
            } else {
                assertEquals(bits(value(h, 7, 127)), bits(b));
                assertEquals((short) h, Half.toBfloat16(b));
            }
        }
    }

    /** Between neighbours: the midpoint goes to the even one, its neighbours to the nearer. */
    @Test
    void roundsToNearestEven() {
        for (int h = 0; h < 0x7c00; h++) {
            // Above the greatest comes what would be the next power of two: infinity.
            float above = h == 0x7bff ? 0x1p16f : Half.fromFloat16((short) (h + 1));
            float middle = (Half.fromFloat16((short) h) + above) / 2;
            int even = h + (h & 1);
            assertEquals((short) even, Half.toFloat16(middle));
            assertEquals((short) (even | 0x8000), Half.toFloat16(-middle));
            assertEquals((short) h, Half.toFloat16(Math.nextDown(middle)));
            assertEquals((short) (h + 1), Half.toFloat16(Math.nextUp(middle)));
        }
        for (int h = 0; h < 0x7f80; h++) {
            float middle = Float.intBitsToFloat(h << 16 | 0x8000);
            int even = h + (h & 1);
            assertEquals((short) even, Half.toBfloat16(middle));
            assertEquals((short) (even | 0x8000), Half.toBfloat16(-middle));
            assertEquals((short) h, Half.toBfloat16(Math.nextDown(middle)));
            assertEquals((short) (h + 1), Half.toBfloat16(Math.nextUp(middle)));
        }
    }

    @Test
    void extremes() {
        assertEquals((short) 0x7c00, Half.toFloat16(Float.MAX_VALUE));
        assertEquals((short) 0xfc00, Half.toFloat16(Float.NEGATIVE_INFINITY));
        assertEquals((short) 0x8000, Half.toFloat16(-Float.MIN_VALUE));
        assertEquals((short) 0x7f80, Half.toBfloat16(Float.MAX_VALUE));
        assertEquals((short) 0xff80, Half.toBfloat16(Float.NEGATIVE_INFINITY));
        // Payloads that narrowing would cut off must not turn NaN into infinity.
        for (int nan : new int[] {0x7f800001, 0x7fffffff, 0xff800001, 0xffffffff}) {
            float x = Float.intBitsToFloat(nan);
            assertTrue(Float.isNaN(Half.fromFloat16(Half.toFloat16(x))));
            assertTrue(Float.isNaN(Half.fromBfloat16(Half.toBfloat16(x))));
        }
    }

    private static boolean isNaN(int h, int infinity) {
        return (h & 0x7fff) > infinity;
    }

    private static void nan(int h, int infinity, int quiet, float widened, short back) {
        assertTrue(Float.isNaN(widened), () -> Integer.toHexString(h));
        assertEquals((short) (h | infinity | quiet), back);
    }

    private static float value(int h, int mantissaBits, int bias) {
        int field = (h & 0x7fff) >> mantissaBits;
        int fraction = h & (1 << mantissaBits) - 1;
        double magnitude;
        if (field == (1 << 15 - mantissaBits) - 1) {
            magnitude = Double.POSITIVE_INFINITY;
        } else if (field == 0) {
            magnitude = Math.scalb((double) fraction, 1 - bias - mantissaBits);
        } else {
            double whole = fraction + (1 << mantissaBits);
            magnitude = Math.scalb(whole, field - bias - mantissaBits);
        }
        return (float) ((h & 0x8000) == 0 ? magnitude : -magnitude);
    }

    private static int bits(float x) {
        return Float.floatToRawIntBits(x);
    }
}
