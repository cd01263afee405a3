package org.fusegrad.nn.norm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fusegrad.Tensor;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Gradients;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class BatchNormTest {
    private static final NormOptions DOUBLE = NormOptions.DEFAULT.dtype(DType.FLOAT64);

    private static Tensor column(double... values) {
        return Tensor.of(values, values.length, 1);
    }

    private static double state(Norm norm, String name) {
        return norm.namedBuffers().get(name).get().toDoubles()[0];
    }

    @Test
    void trainingNormalisesAndTracks() {
        BatchNorm1d norm = new BatchNorm1d(1, DOUBLE.eps(0));
        double[] y = norm.forward(column(1, 2, 3, 6)).toDoubles();
        double s = Math.sqrt(3.5);
        assertArrayEquals(new double[] {-2 / s, -1 / s, 0, 3 / s}, y, 1e-15);
        assertEquals(0.3, state(norm, "running_mean"), 1e-15);
        assertEquals(0.9 + 0.1 * 14 / 3, state(norm, "running_var"), 1e-15);
        assertEquals(1, state(norm, "num_batches_tracked"));
    }

    @Test
    void evaluationUsesRunningStatistics() {
        BatchNorm1d norm = new BatchNorm1d(1, DOUBLE.eps(0));
        norm.namedBuffers().get("running_mean").set(Tensor.of(new double[] {2}, 1));
        norm.namedBuffers().get("running_var").set(Tensor.of(new double[] {4}, 1));
        norm.eval();
        assertArrayEquals(new double[] {0.5, 4}, norm.forward(column(3, 10)).toDoubles());
        assertEquals(2, state(norm, "running_mean"));
        assertEquals(Shape.of(1, 1), norm.forward(column(3)).shape());
    }

    @Test
    void cumulativeAverageWeighsAllStepsEqually() {
        BatchNorm1d norm = new BatchNorm1d(1, DOUBLE.cumulativeAverage());
        norm.forward(column(0, 2));
        norm.forward(column(3, 5));
        norm.forward(column(7, 9));
        assertEquals((1 + 4 + 8) / 3.0, state(norm, "running_mean"), 1e-14);
        assertEquals(2, state(norm, "running_var"), 1e-14);
    }

    @Test
    void nothingMovesWithoutRecording() {
        BatchNorm1d norm = new BatchNorm1d(1, DOUBLE);
        Tensor.noGrad(() -> norm.forward(column(1, 5)));
        assertEquals(0, state(norm, "running_mean"));
        assertEquals(0, state(norm, "num_batches_tracked"));
    }

    @Test
    void freezingStatisticsIsSticky() {
        BatchNorm1d norm = new BatchNorm1d(1, DOUBLE.eps(0));
        norm.freezeStatistics();
        norm.train(true);
        Tensor x = column(1, 5).requiresGrad(true);
        Tensor y = norm.forward(x);
        assertArrayEquals(new double[] {1, 5}, y.toDoubles());
        y.sumAll().backward();
        assertArrayEquals(new double[] {1, 1}, x.grad().toDoubles());
        assertEquals(6, norm.weight().orElseThrow().grad().toDoubles()[0]);
        assertEquals(0, state(norm, "num_batches_tracked"));
        norm.unfreezeStatistics();
        norm.forward(x);
        assertEquals(1, state(norm, "num_batches_tracked"));
    }

    @Test
    void freezingTheAffineIsSticky() {
        BatchNorm1d norm = new BatchNorm1d(1, DOUBLE);
        norm.freezeAffine();
        norm.train(true);
        Tensor x = column(1, 5, 6).requiresGrad(true);
        norm.forward(x).square().sumAll().backward();
        assertNull(norm.weight().orElseThrow().grad());
        assertEquals(1, state(norm, "num_batches_tracked"));
        norm.unfreezeAffine();
        norm.forward(x).square().sumAll().backward();
        assertTrue(norm.weight().orElseThrow().grad() != null);
    }

    @Test
    void singleValuesAreRefusedBeforeAnythingMoves() {
        BatchNorm2d norm = new BatchNorm2d(3);
        String fault = assertThrows(
                        IllegalArgumentException.class,
                        () -> norm.forward(Tensor.zeros(1, 3, 1, 1)))
                .getMessage();
        assertTrue(
                fault.contains("BatchNorm2d(3)")
                        && fault.contains("(1, 3, 1, 1)")
                        && fault.contains("freezeStatistics()"),
                fault);
        assertEquals(0, state(norm, "num_batches_tracked"));
        norm.freezeStatistics();
        assertEquals(
                Shape.of(1, 3, 1, 1), norm.forward(Tensor.zeros(1, 3, 1, 1)).shape());
    }

    @Test
    void wrongInputsAreNamed() {
        BatchNorm2d norm = new BatchNorm2d(3);
        for (int[] shape : new int[][] {{2, 4, 5, 5}, {2, 3, 5}, {2, 3}}) {
            assertThrows(IllegalArgumentException.class, () -> norm.forward(Tensor.zeros(shape)));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> norm.forward(
                        Tensor.zeros(2, 3, 2, 2), Tensor.zeros(2, 3, 2, 1), Activation.RELU));
        BatchNorm2d untracked = new BatchNorm2d(3, NormOptions.DEFAULT.trackRunningStats(false));
        assertThrows(IllegalStateException.class, untracked::freezeStatistics);
    }

    @Test
    void emptyBatchMovesNothing() {
        BatchNorm2d norm = new BatchNorm2d(3);
        Tensor x = Tensor.of(new float[0], 0, 3, 2, 2).requiresGrad(true);
        Tensor y = norm.forward(x);
        assertEquals(Shape.of(0, 3, 2, 2), y.shape());
        assertEquals(0, state(norm, "running_mean"));
        assertEquals(0, state(norm, "num_batches_tracked"));
        y.sumAll().backward();
        assertArrayEquals(new double[3], norm.weight().orElseThrow().grad().toDoubles());
    }

    @Test
    void constantChannelIsTheBias() {
        BatchNorm2d norm = new BatchNorm2d(1);
        Tensor x = Tensor.full(Shape.of(3, 1, 5, 7), 1000.1, DType.FLOAT32);
        for (float y : norm.forward(x).toFloats()) {
            assertEquals(0f, y);
        }
    }

    @Test
    void affineOptions() {
        assertEquals(0, new BatchNorm2d(3, DOUBLE.affine(Affine.NONE)).parameterCount());
        BatchNorm2d weighted = new BatchNorm2d(3, DOUBLE.affine(Affine.WEIGHT));
        assertTrue(weighted.bias().isEmpty() && weighted.weight().isPresent());
        assertEquals(3, weighted.buffers().size());
        NormOptions untracked = DOUBLE.trackRunningStats(false);
        assertEquals(0, new BatchNorm2d(3, untracked).buffers().size());
    }

    @Test
    void derivedGradients() {
        BatchNorm2d norm = new BatchNorm2d(2, DOUBLE);
        norm.weight().orElseThrow().assign(Tensor.of(new double[] {1.5, -0.5}, 2));
        norm.bias().orElseThrow().assign(Tensor.of(new double[] {0.1, 0.3}, 2));
        double[] x = Gradients.values(24);
        Tensor residual = Tensor.of(Gradients.values(24), 3, 2, 2, 2);
        Gradients.check(norm::forward, x, 3, 2, 2, 2);
        Gradients.check(v -> norm.forward(v, residual, Activation.SILU), x, 3, 2, 2, 2);
        Gradients.check(v -> norm.forward(v, v, Activation.TANH), x, 3, 2, 2, 2);
    }

    @Test
    void halfPrecisionIsStorage() {
        BatchNorm2d norm = new BatchNorm2d(1);
        Tensor x = Tensor.of(1f, 2f, 3f, 6f).reshape(4, 1, 1, 1).cast(DType.BFLOAT16);
        Tensor y = norm.forward(x);
        assertEquals(DType.BFLOAT16, y.dtype());
        assertEquals(3 / Math.sqrt(3.5), y.toDoubles()[3], 0.01);
        assertEquals(0.3, state(norm, "running_mean"), 1e-7);
    }
}
