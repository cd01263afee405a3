package org.fusegrad.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.UnaryOperator;
import org.fusegrad.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ActivationsTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    private static double[] slopes(UnaryOperator<Tensor> f, double... at) {
        Tensor x = Tensor.of(at, at.length).requiresGrad(true);
        f.apply(x).sumAll().backward();
        return x.grad().toDoubles();
    }

    private static double[] values(UnaryOperator<Tensor> f, double... at) {
        return f.apply(Tensor.of(at, at.length)).toDoubles();
    }

    @ParameterizedTest
    @EnumSource
    void derivedSlopeIsTheSlope(Activation.Kind kind) {
        double[] x = Gradients.values(12);
        for (int i = 0; i < x.length; i++) {
            x[i] *= 8;
        }
        Gradients.check(new Activation(kind, 0.3), x, 3, 4);
    }

    @Test
    void slopesAtKinks() {
        assertArrayEquals(new double[] {0, 1}, slopes(Activations::relu, 0, 1e-9));
        assertArrayEquals(new double[] {0.1}, slopes(x -> Activations.leakyRelu(x, 0.1), 0));
        assertArrayEquals(new double[] {2}, slopes(x -> Activations.elu(x, 2), 0));
        assertArrayEquals(new double[] {0, 1, 0}, slopes(Activations::relu6, 0, 3, 6));
        assertArrayEquals(new double[] {0, 0}, slopes(x -> Activations.hardtanh(x, -1, 1), -1, 1));
        assertArrayEquals(
                new double[] {0, 1, 1, 0}, slopes(x -> Activations.clamp(x, -1, 1), -2, -1, 1, 2));
        assertArrayEquals(new double[] {0, 1}, slopes(Activations::hardswish, -3, 3));
        assertArrayEquals(new double[] {0, 0}, slopes(Activations::hardsigmoid, -3, 3));
        assertArrayEquals(new double[] {0.5}, slopes(Activations::softplus, 0));
    }

    @Test
    void valuesAtInfinity() {
        assertArrayEquals(new double[] {0, INF}, values(Activations::softplus, -INF, INF));
        assertArrayEquals(new double[] {-INF, -0.0}, values(Activations::logSigmoid, -INF, INF));
        assertArrayEquals(new double[] {-1, INF}, values(x -> Activations.elu(x, 1), -INF, INF));
        assertArrayEquals(new double[] {0, 6}, values(Activations::relu6, -INF, INF));
        assertArrayEquals(new double[] {-1, 1}, values(Activations::tanh, -INF, INF));
        assertEquals(INF, values(Activations::gelu, INF)[0]);
        assertEquals(Double.NaN, values(Activations::relu, Double.NaN)[0]);
        assertEquals(Double.NaN, values(x -> Activations.clamp(x, -1, 1), Double.NaN)[0]);
    }

    @Test
    void slopesFarOutAreNotNaN() {
        assertArrayEquals(new double[] {0, 1}, slopes(Activations::softplus, -1e4, 1e4), 0);
        assertArrayEquals(new double[] {1, 0}, slopes(Activations::logSigmoid, -1e4, 1e4), 0);
        assertArrayEquals(new double[] {0, 1}, slopes(x -> Activations.elu(x, 1), -1e4, 1e4), 0);
    }

    @Test
    void softplusIsAccurateOnTheLeft() {
        double tail = Math.log1p(Math.exp(-30));
        assertEquals(tail, values(Activations::softplus, -30)[0], 1e-27);
        assertEquals(-tail, values(Activations::logSigmoid, 30)[0], 1e-27);
    }

    @Test
    void gluHalves() {
        assertArrayEquals(new double[] {1.0, 1.5}, values(x -> Activations.glu(x, 0), 2, 3, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> Activations.glu(Tensor.zeros(3), 0));
    }

    @Test
    void preluHasSlopesPerChannel() {
        Tensor slope = Tensor.of(new double[] {0.5, 0.25}, 2);
        Gradients.check(x -> Activations.prelu(x, slope), Gradients.values(12), 3, 2, 2);
    }
}
