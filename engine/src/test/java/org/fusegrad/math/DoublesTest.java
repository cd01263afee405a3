package org.fusegrad.math;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DoublesTest {
    /** Arguments and values of erf, computed with 40 digits. */
    private static final double[][] ERF = {
        {1e-300, 1.1283791670955126e-300},
        {1e-20, 1.1283791670955125e-20},
        {1e-08, 1.1283791670955126e-08},
        {0.001, 0.0011283787909692365},
        {0.05, 0.05637197779701663},
        {0.1, 0.1124629160182849},
        {0.25, 0.27632639016823696},
        {0.4, 0.42839235504666845},
        {0.5, 0.5204998778130465},
        {0.625, 0.623240882188418},
        {0.75, 0.7111556336535151},
        {0.84375, 0.7672256612323416},
        {0.9, 0.7969082124228322},
        {0.99, 0.8385080695553698},
        {0.9999999, 0.842700751438961},
        {1.0, 0.8427007929497149},
        {1.0000001, 0.8427008344604605},
        {1.1, 0.8802050695740817},
        {1.25, 0.9229001282564583},
        {1.5, 0.9661051464753108},
        {1.75, 0.9866716712191824},
        {2.0, 0.9953222650189527},
        {2.25, 0.9985372834133188},
        {2.5, 0.999593047982555},
        {3.0, 0.9999779095030014},
        {3.5, 0.9999992569016276},
        {4.0, 0.9999999845827421},
        {4.5, 0.9999999998033839},
        {5.0, 0.9999999999984626},
        {5.5, 0.9999999999999927},
        {5.9, 0.9999999999999999},
        {6.5, 1.0}
    };

    @Test
    void erf() {
        for (double[] row : ERF) {
            assertEquals(row[1], Doubles.erf(row[0]), 4e-16 * row[1], () -> "erf " + row[0]);
            assertEquals(-row[1], Doubles.erf(-row[0]), 4e-16 * row[1], () -> "erf " + -row[0]);
        }
    }

    @Test
    void erfSpecialValues() {
        bits(0.0, Doubles.erf(0.0));
        bits(-0.0, Doubles.erf(-0.0));
        bits(1, Doubles.erf(Double.POSITIVE_INFINITY));
        bits(-1, Doubles.erf(Double.NEGATIVE_INFINITY));
        bits(Double.NaN, Doubles.erf(Double.NaN));
    }

    @Test
    void sigmoid() {
        bits(0.5, Doubles.sigmoid(0));
        bits(0, Doubles.sigmoid(Double.NEGATIVE_INFINITY));
        bits(1, Doubles.sigmoid(Double.POSITIVE_INFINITY));
        bits(Double.NaN, Doubles.sigmoid(Double.NaN));
        bits(StrictMath.exp(-740), Doubles.sigmoid(-740));
        assertEquals(0.8807970779778824, Doubles.sigmoid(2), 3e-16);
        assertEquals(0.11920292202211755, Doubles.sigmoid(-2), 4e-17);
    }

    @Test
    void powHasTheSpecialCasesOfC() {
        bits(1, Doubles.pow(1, Double.NaN));
        bits(1, Doubles.pow(Double.NaN, 0));
        bits(1, Doubles.pow(-1, Double.POSITIVE_INFINITY));
        bits(1, Doubles.pow(-1, Double.NEGATIVE_INFINITY));
        bits(Double.NaN, Doubles.pow(-1, 0.5));
        bits(Double.NaN, Doubles.pow(-1, Double.NaN));
        bits(-27, Doubles.pow(-3, 3));
        bits(Double.NEGATIVE_INFINITY, Doubles.pow(-0.0, -3));
    }

    private static void bits(double expected, double actual) {
        assertEquals(Double.doubleToLongBits(expected), Double.doubleToLongBits(actual));
    }
}
