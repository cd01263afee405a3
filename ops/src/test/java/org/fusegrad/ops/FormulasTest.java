package org.fusegrad.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.fusegrad.Tensor;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class FormulasTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void softmaxIsShifted() {
        Tensor x = Tensor.of(new double[] {1000, 1000, -INF, 1, 2, 3}, 2, 3);
        double[] p = Softmax.softmax(x, 1).toDoubles();
        assertArrayEquals(new double[] {0.5, 0.5, 0}, java.util.Arrays.copyOf(p, 3));
        assertEquals(1, p[3] + p[4] + p[5], 1e-15);
        assertEquals(-Math.log(2), Softmax.logSoftmax(x, 1).toDoubles()[0], 1e-15);
        Gradients.check(v -> Softmax.softmax(v, 0), Gradients.values(6), 3, 2);
        Gradients.check(v -> Softmax.logSoftmax(v, -1), Gradients.values(6), 3, 2);
    }

    @Test
    void logSumExpKnowsInfinities() {
        Tensor x = Tensor.of(new double[] {-INF, -INF, 0, INF, 1000, 1000}, 3, 2);
        double[] y = Reductions.drop(Reductions.logSumExp(x, 1), 1).toDoubles();
        assertArrayEquals(new double[] {-INF, INF, 1000 + Math.log(2)}, y, 1e-12);
        Gradients.check(v -> Reductions.logSumExp(v, 0, 1), Gradients.values(6), 3, 2);
    }

    @Test
    void spreadAndNorm() {
        Tensor x = Tensor.of(new double[] {1, 2, 3, 6}, 4);
        assertEquals(3.5, Reductions.var(x, 0).item(), 1e-15);
        assertEquals(14 / 3.0, Reductions.var(x, 1).item(), 1e-15);
        assertEquals(Math.sqrt(50), Reductions.norm(x).item(), 1e-15);
        assertEquals(12, Reductions.pNorm(x, 1).item());
        assertEquals(6, Reductions.pNorm(x, INF).item());
        assertEquals(Math.cbrt(252), Reductions.pNorm(x, 3).item(), 1e-14);
        Gradients.check(v -> Reductions.std(v, 1, 1), Gradients.values(6), 2, 3);
        Gradients.check(v -> Reductions.pNorm(v, 1.5, 1), Gradients.values(6), 2, 3);
    }

    @Test
    void slopeOfNormAtZeroIsZero() {
        Tensor x = Tensor.of(new double[3], 3).requiresGrad(true);
        Reductions.norm(x).add(Reductions.std(x, 1)).backward(Tensor.of(new double[] {1}, 1));
        assertArrayEquals(new double[3], x.grad().toDoubles());
    }

    @Test
    void adaptivePoolingCutsUnevenly() {
        double[] ramp = {0, 1, 2, 3, 4};
        Tensor row = Tensor.of(ramp, 1, 1, 1, 5);
        assertArrayEquals(
                new double[] {0.5, 2, 3.5},
                Pooling.adaptiveAvgPool2d(row, 1, 3).toDoubles(),
                1e-15);
        assertArrayEquals(new double[] {2}, Pooling.adaptiveAvgPool2d(row, 1, 1).toDoubles());
        Gradients.check(v -> Pooling.adaptiveAvgPool2d(v, 2, 3), Gradients.values(40), 1, 2, 4, 5);
        Gradients.check(v -> Pooling.adaptiveAvgPool2d(v, 2, 2), Gradients.values(16), 1, 1, 4, 4);
    }

    @Test
    void linearKeepsLeadingAxes() {
        Tensor w = Tensor.of(Gradients.values(6), 2, 3);
        Tensor b = Tensor.of(Gradients.values(2), 2);
        Gradients.check(v -> LinearMaps.linear(v, w, b), Gradients.values(12), 2, 2, 3);
        assertEquals(
                Shape.of(2), LinearMaps.linear(Tensor.of(new double[3], 3), w).shape());
        assertEquals(
                Shape.of(0, 2),
                LinearMaps.linear(Tensor.of(new double[0], 0, 3), w).shape());
        assertThrows(
                IllegalArgumentException.class,
                () -> LinearMaps.linear(Tensor.of(new double[4], 2, 2), w));
    }

    @Test
    void aBiasHasOneValueForEachOutput() {
        Tensor x = Tensor.ones(1, 2, 3, 3);
        Tensor weight = Tensor.ones(4, 2, 3, 3);
        assertEquals(18, Conv.conv2d(x, weight, null, 1, 0).toDoubles()[0]);
        assertEquals(19, Conv.conv2d(x, weight, Tensor.ones(4), 1, 0).toDoubles()[3]);
        Tensor rows = Tensor.ones(5, 2);
        assertEquals(2, LinearMaps.linear(rows, Tensor.ones(3, 2), null).toDoubles()[0]);
        for (Tensor bias : new Tensor[] {Tensor.ones(1), Tensor.scalar(1), Tensor.ones(1, 4)}) {
            assertThrows(IllegalArgumentException.class, () -> Conv.conv2d(x, weight, bias, 1, 0));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> LinearMaps.linear(rows, Tensor.ones(4, 2), bias));
        }
    }

    @Test
    void embeddingTakesRows() {
        Tensor index = Tensor.of(new long[] {2, 0, 2}, 3);
        Gradients.check(v -> LinearMaps.embedding(v, index), Gradients.values(6), 3, 2);
        assertThrows(
                IllegalArgumentException.class,
                () -> LinearMaps.embedding(Tensor.zeros(2, 2), index));
    }

    @Test
    void convolutionWithBias() {
        Tensor w = Tensor.of(Gradients.values(12), 4, 1, 3);
        Tensor b = Tensor.of(Gradients.values(4), 4);
        Conv.Geometry g = Conv.Geometry.of(1, 2, 1).groups(2);
        Gradients.check(v -> Conv.conv(v, w, b, g), Gradients.values(20), 2, 2, 5);
    }
}
