package org.fusegrad.nn.norm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

class MovingAverageTest {
    private static final NormOptions WIDE = NormOptions.DEFAULT.dtype(DType.FLOAT64);

    private static Tensor values(int seed, int... shape) {
        double[] v = new double[Tensor.zeros(shape).shape().numel()];
        for (int i = 0; i < v.length; i++) {
            v[i] = Math.sin(1.7 * i + seed) + 0.3 * Math.cos(0.37 * i * seed);
        }
        return Tensor.of(v, shape);
    }

    /** With a window of one batch the declared backward is the derivative of the forward. */
    @Test
    void windowOfOneIsTheTrueGradient() {
        Tensor x = values(1, 4, 3, 2, 5).requiresGrad(true);
        Tensor dy = values(2, 4, 3, 2, 5);
        MABN2d norm = new MABN2d(3, MABNWindow.of(4, 4), WIDE);
        norm.forward(x).backward(dy);

        Tensor y = values(1, 4, 3, 2, 5).requiresGrad(true);
        Tensor rms = y.square().mean(0, 2, 3).add(WIDE.eps()).sqrt();
        y.div(rms).backward(dy);
        assertArrayEquals(y.grad().toDoubles(), x.grad().toDoubles(), 1e-12);
    }

    @Test
    void backwardMovesItsRingOnceAndForwardOnlyWhenRecorded() {
        MABN2d norm = new MABN2d(2, MABNWindow.of(2, 4), WIDE);
        Tensor x = values(3, 2, 2, 3, 3).requiresGrad(true);
        Tensor.noGrad(() -> norm.forward(x));
        assertEquals(0, norm.namedBuffers().get("iters").get().item());

        Tensor y = norm.forward(x);
        assertEquals(1, norm.namedBuffers().get("iters").get().item());
        assertEquals(0, norm.namedBuffers().get("backward_iters").get().item());
        Tensor before = norm.namedBuffers().get("buffer_gz").get();
        y.backward(values(4, 2, 2, 3, 3), true, false);
        Tensor once = norm.namedBuffers().get("buffer_gz").get();
        assertEquals(0, before.toDoubles()[2]);
        y.backward(values(5, 2, 2, 3, 3), true, false);
        assertArrayEquals(
                once.toDoubles(), norm.namedBuffers().get("buffer_gz").get().toDoubles());
        assertEquals(1, norm.namedBuffers().get("backward_iters").get().item());
    }

    @Test
    void theDeclaredGradientIsDifferentiated() {
        MABN2d norm = new MABN2d(2, MABNWindow.of(2, 4), WIDE);
        Tensor x = values(6, 2, 2, 3, 3).requiresGrad(true);
        Tensor dy = values(7, 2, 2, 3, 3).requiresGrad(true);
        Tensor v = values(8, 2, 2, 3, 3);
        Tensor dx = Tensor.grad(List.of(norm.forward(x)), List.of(x), List.of(dy), true)
                .get(0);
        Tensor ddy = Tensor.grad(List.of(dx), List.of(dy), List.of(v), false).get(0);
        // dx is linear in dy, so its adjoint applied to v meets dy as v meets dx.
        double expected = dx.detach().mul(v).sumAll().item();
        assertEquals(expected, ddy.mul(dy.detach()).sumAll().item(), 1e-12);
    }

    @Test
    void refusesAWindowThatIsNoMultiple() {
        assertThrows(IllegalArgumentException.class, () -> MABNWindow.of(3, 8));
    }

    @Test
    void attentionStartsAtSigmoidOfMinusOne() {
        IEBN2d norm = new IEBN2d(2, WIDE);
        BatchNorm2d plain = new BatchNorm2d(2, WIDE);
        Tensor x = values(9, 3, 2, 4, 4);
        double[] expected = plain.forward(x).mul(1 / (1 + Math.E)).toDoubles();
        assertArrayEquals(expected, norm.forward(x).toDoubles(), 1e-12);
    }
}
