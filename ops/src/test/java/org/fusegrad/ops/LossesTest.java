package org.fusegrad.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fusegrad.Tensor;
import org.fusegrad.nn.CrossEntropyLoss;
import org.junit.jupiter.api.Test;

class LossesTest {
    private static final double LN2 = Math.log(2);

    private static Tensor labels(long... labels) {
        return Tensor.of(labels, labels.length);
    }

    @Test
    void crossEntropyOfEvenLogits() {
        Tensor logits = Tensor.of(new double[6], 3, 2);
        assertEquals(LN2, Losses.crossEntropy(logits, labels(0, 1, 1)).item(), 1e-15);
        CrossEntropy none = CrossEntropy.DEFAULT.reduction(Reduction.NONE);
        assertArrayEquals(
                new double[] {LN2, 0, LN2},
                none.loss(logits, labels(0, -100, 1)).toDoubles(),
                1e-15);
        assertEquals(LN2, Losses.crossEntropy(logits, labels(0, -100, 1)).item(), 1e-15);
    }

    @Test
    void classWeightsDivideTheMean() {
        Tensor logp = Tensor.of(new double[] {-1, -2, -3, -4}, 2, 2);
        Tensor weight = Tensor.of(new double[] {1, 3}, 2);
        double loss = CrossEntropy.DEFAULT.nll(logp, labels(0, 1), weight).item();
        assertEquals((1 * 1 + 3 * 4) / 4.0, loss, 1e-15);
    }

    @Test
    void smoothingSpreadsTheTarget() {
        Tensor logits = Tensor.of(new double[] {2, 0, 0}, 1, 3);
        double lse = Math.log(Math.exp(2) + 2);
        double expected = 0.9 * (lse - 2) + 0.1 * (lse - 2.0 / 3);
        CrossEntropy smooth = CrossEntropy.DEFAULT.labelSmoothing(0.1);
        assertEquals(expected, smooth.loss(logits, labels(0)).item(), 1e-15);
    }

    @Test
    void crossEntropyGradients() {
        Tensor target = Tensor.of(new long[] {0, 2, 1, -100, 2, 2}, 2, 3);
        Tensor weight = Tensor.of(new double[] {0.5, 1, 2}, 3);
        for (Reduction r : new Reduction[] {Reduction.MEAN, Reduction.SUM, Reduction.NONE}) {
            CrossEntropy options = CrossEntropy.DEFAULT.reduction(r).labelSmoothing(0.2);
            CrossEntropyLoss loss = new CrossEntropyLoss(options, weight);
            Gradients.check(x -> loss.call(x, target), Gradients.values(18), 2, 3, 3);
        }
    }

    @Test
    void hugeLogitsStayFinite() {
        Tensor logits = Tensor.of(new float[] {1e30f, -1e30f, 0}, 1, 3).requiresGrad(true);
        Tensor loss = new CrossEntropyLoss().call(logits, labels(0));
        loss.backward();
        assertEquals(0, loss.item());
        assertArrayEquals(new double[3], logits.grad().toDoubles());
    }

    @Test
    void targetOutOfRangeIsNamed() {
        CrossEntropyLoss loss = new CrossEntropyLoss();
        Throwable fault = assertThrows(
                IllegalArgumentException.class, () -> loss.call(Tensor.zeros(2, 3), labels(1, 3)));
        assertTrue(fault.getMessage().contains("target 3"), fault.getMessage());
        assertThrows(
                IllegalArgumentException.class, () -> loss.call(Tensor.zeros(2, 3), labels(1, -1)));
        assertThrows(
                IllegalArgumentException.class, () -> loss.call(Tensor.zeros(2, 3), labels(1)));
    }

    @Test
    void regressionLosses() {
        Tensor x = Tensor.of(new double[] {0, 0.5, 3}, 3);
        Tensor t = Tensor.of(new double[3], 3);
        Reduction none = Reduction.NONE;
        assertArrayEquals(new double[] {0, 0.25, 9}, Losses.mse(x, t, none).toDoubles());
        assertArrayEquals(new double[] {0, 0.5, 3}, Losses.l1(x, t, none).toDoubles());
        assertArrayEquals(
                new double[] {0, 0.125, 2.5}, Losses.huber(x, t, 1, none).toDoubles());
        assertArrayEquals(
                new double[] {0, 0.0625, 2}, Losses.smoothL1(x, t, 2, none).toDoubles());
        assertEquals(3.5 / 3, Losses.l1(x, t, Reduction.MEAN).item(), 1e-15);
    }

    @Test
    void derivedGradients() {
        double[] x = Gradients.values(8);
        Tensor t = Tensor.of(new double[] {0.1, 0.9, 0, 1, 0.3, 0.7, 0.25, 0.5}, 2, 4);
        Tensor share = Tensor.of(new double[] {1, 2, 3, 0.5}, 4);
        Reduction mean = Reduction.MEAN;
        Gradients.check(v -> Losses.mse(v, t, mean), x, 2, 4);
        Gradients.check(v -> Losses.huber(v, t, 0.6, mean), x, 2, 4);
        Gradients.check(v -> Losses.smoothL1(v, t, 0.6, mean), x, 2, 4);
        Gradients.check(v -> Losses.bceWithLogits(v, t, mean), x, 2, 4);
        Gradients.check(v -> Losses.bceWithLogits(v, t, share, mean), x, 2, 4);
        Gradients.check(v -> Losses.klDiv(v, t, false, Reduction.BATCH_MEAN), x, 2, 4);
        Gradients.check(v -> Losses.klDiv(v, t, true, mean), x, 2, 4);
    }
}
