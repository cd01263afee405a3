package org.fusegrad.nn.norm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fusegrad.Tensor;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Gradients;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

class NormsTest {
    private static final NormOptions DOUBLE = NormOptions.DEFAULT.dtype(DType.FLOAT64);

    private static Tensor image() {
        return Tensor.of(Gradients.values(48), 2, 4, 2, 3);
    }

    @Test
    void layerNormByHand() {
        LayerNorm norm = new LayerNorm(DOUBLE.eps(0), 4);
        double s = Math.sqrt(3.5);
        double[] y = norm.forward(Tensor.of(new double[] {1, 2, 3, 6}, 1, 4)).toDoubles();
        assertArrayEquals(new double[] {-2 / s, -1 / s, 0, 3 / s}, y, 1e-15);
    }

    @Test
    void rmsNormByHand() {
        RMSNorm norm = new RMSNorm(RMSNorm.defaults(DType.FLOAT64).eps(0), 2);
        norm.weight().orElseThrow().assign(Tensor.of(new double[] {1, 2}, 2));
        double s = Math.sqrt(12.5);
        double[] y = norm.forward(Tensor.of(new double[] {3, 4}, 1, 2)).toDoubles();
        assertArrayEquals(new double[] {3 / s, 8 / s}, y, 1e-15);
        assertTrue(norm.bias().isEmpty());
    }

    @Test
    void oneGroupIsLayerNorm() {
        Tensor x = image();
        double[] group = new GroupNorm(1, 4, DOUBLE).forward(x).toDoubles();
        double[] layer =
                new LayerNorm(DOUBLE.affine(Affine.NONE), 4, 2, 3).forward(x).toDoubles();
        assertArrayEquals(layer, group, 1e-14);
    }

    @Test
    void groupsOfOneAreInstanceNorm() {
        Tensor x = image();
        double[] group = new GroupNorm(4, 4, DOUBLE).forward(x).toDoubles();
        NormOptions plain = InstanceNorm.DEFAULT.dtype(DType.FLOAT64);
        assertArrayEquals(new InstanceNorm(4, plain).forward(x).toDoubles(), group, 1e-14);
    }

    @Test
    void instanceNormTracksMeansOverTheBatch() {
        InstanceNorm norm = new InstanceNorm(1, DOUBLE);
        norm.forward(Tensor.of(new double[] {0, 2, 4, 10}, 2, 1, 2));
        assertEquals(0.1 * 4, norm.namedBuffers().get("running_mean").get().toDoubles()[0], 1e-15);
        assertEquals(
                0.9 + 0.1 * (2 + 18) / 2,
                norm.namedBuffers().get("running_var").get().toDoubles()[0],
                1e-15);
        assertThrows(
                IllegalArgumentException.class,
                () -> norm.forward(Tensor.of(new double[2], 2, 1, 1)));
    }

    @Test
    void derivedGradients() {
        double[] x = Gradients.values(48);
        Norm[] norms = {
            new GroupNorm(2, 4, DOUBLE),
            new LayerNorm(DOUBLE, 2, 3),
            new InstanceNorm(4, DOUBLE),
            new RMSNorm(DOUBLE, 3),
            new IdentityNorm()
        };
        for (Norm norm : norms) {
            norm.weight().ifPresent(w -> {
                double[] values = Gradients.values(w.shape().numel());
                w.assign(Tensor.of(values, w.shape().dims()));
            });
            Gradients.check(v -> norm.forward(v, Activation.SILU), x, 2, 4, 2, 3);
            Tensor residual = image();
            Gradients.check(v -> norm.forward(v, residual, Activation.NONE), x, 2, 4, 2, 3);
        }
    }

    @Test
    void parametersGetGradients() {
        Norm norm = new GroupNorm(2, 4, DOUBLE);
        norm.forward(image()).square().sumAll().backward();
        assertEquals(4, norm.weight().orElseThrow().grad().shape().numel());
        assertEquals(
                0,
                Tensor.of(norm.bias().orElseThrow().grad().toDoubles(), 4)
                        .sumAll()
                        .item(),
                1e-9);
    }

    @Test
    void wrongInputsAreNamed() {
        assertThrows(IllegalArgumentException.class, () -> new GroupNorm(3, 4));
        assertThrows(IllegalArgumentException.class, () -> new LayerNorm());
        assertThrows(
                IllegalArgumentException.class,
                () -> new LayerNorm(3, 4).forward(Tensor.zeros(3, 5)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new GroupNorm(2, 4).forward(Tensor.zeros(2, 6, 2)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new InstanceNorm(4).forward(Tensor.zeros(2, 4)));
        assertThrows(IllegalArgumentException.class, () -> NormOptions.DEFAULT.eps(-1));
    }
}
