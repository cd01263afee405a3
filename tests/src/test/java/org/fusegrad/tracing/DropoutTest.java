package org.fusegrad.tracing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Dropout;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.MicroBatches;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dropout by itself, inside formulas, and where one forward runs several times. */
final class DropoutTest {
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64", "BFLOAT16", "FLOAT16"})
    void zeroesAndScales(DType dtype) {
        Tensor.manualSeed(1);
        Tensor x = Tensor.ones(10_000).cast(dtype).requiresGrad(true);
        Tensor y = new Dropout(0.75).forward(x);
        assertEquals(dtype, y.dtype());
        double[] values = y.toDoubles();
        assertTrue(Arrays.stream(values).allMatch(v -> v == 0 || v == 4));
        assertEquals(1, Arrays.stream(values).average().orElseThrow(), 0.05);
        y.sumAll().backward();
        assertArrayEquals(values, x.grad().toDoubles());
    }

    @Test
    void evaluationIsTheIdentity() {
        Dropout dropout = new Dropout();
        Tensor x = Tensor.ones(100);
        assertFalse(Arrays.equals(x.toDoubles(), dropout.forward(x).toDoubles()));
        dropout.eval();
        assertSame(x, dropout.forward(x));
    }

    @Test
    void endsOfTheProbability() {
        Tensor x = Tensor.ones(100);
        assertEquals(100, new Dropout(0).forward(x).sumAll().item());
        assertEquals(0, new Dropout(1).forward(x).sumAll().item());
        for (double p : new double[] {-0.1, 1.5, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> new Dropout(p));
        }
        assertThrows(IllegalArgumentException.class, () -> new Dropout().forward(Tensor.arange(3)));
    }

    @Test
    void insideAFormulaAsOutside() {
        Dropout dropout = new Dropout(0.3);
        Layer formula = Layer.of("dropped", x -> dropout.forward(x.mul(2)).add(1));
        Tensor x = Tensor.ones(50);
        Tensor.manualSeed(4);
        double[][] outside = new double[3][];
        for (int i = 0; i < 3; i++) {
            outside[i] = dropout.forward(x.mul(2)).add(1).toDoubles();
        }
        Tensor.manualSeed(4);
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(outside[i], formula.forward(x).toDoubles());
        }
        assertFalse(Arrays.equals(outside[0], outside[1]));
        dropout.eval();
        assertArrayEquals(x.mul(2).add(1).toDoubles(), formula.forward(x).toDoubles());
        dropout.train();
        assertFalse(
                Arrays.equals(x.mul(2).add(1).toDoubles(), formula.forward(x).toDoubles()));
    }

    @Test
    void sweepsOverMicroBatchesSeeOneMask() {
        Sequential model = new Sequential(
                new Dropout(), new BatchNorm2d(3), new Dropout(), new BatchNorm2d(3));
        Tensor x = Tensor.arange(96).cast(DType.FLOAT32).cos().reshape(8, 3, 2, 2);
        x = x.detach().requiresGrad(true);
        // One part of all samples is the whole batch, so all sweeps must agree with one forward.
        double[][] whole = run(model, model::forward, x);
        double[][] parts = run(model, MicroBatches.of(model, 8), x);
        assertArrayEquals(whole[0], parts[0], 1e-4);
        assertArrayEquals(whole[1], parts[1], 1e-3);
    }

    private static double[][] run(Sequential model, UnaryOperator<Tensor> f, Tensor x) {
        Tensor.manualSeed(2);
        x.setGrad(null);
        Tensor y = f.apply(x);
        y.mul(Tensor.arange(96).cast(DType.FLOAT32).sin().reshape(8, 3, 2, 2))
                .sumAll()
                .backward();
        return new double[][] {y.toDoubles(), x.grad().toDoubles()};
    }
}
