package org.fusegrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

/** Shapes of reductions, and the small words around gradients. */
class ReductionsTest {
    private static final Tensor X = Tensor.of(new float[] {1, 2, 3, 4, 5, 7}, 2, 3);

    private static void check(
            double[] rows,
            double all,
            Function<Tensor, Tensor> whole,
            BiFunction<Boolean, int[], Tensor> along) {
        assertEquals(Shape.SCALAR, whole.apply(X).shape());
        assertEquals(all, whole.apply(X).item(), 1e-6);
        Tensor kept = along.apply(true, new int[] {-1});
        Tensor gone = along.apply(false, new int[] {-1});
        assertEquals(Shape.of(2, 1), kept.shape());
        assertEquals(Shape.of(2), gone.shape());
        assertArrayEquals(rows, kept.toDoubles(), 1e-6);
        assertArrayEquals(rows, gone.toDoubles(), 1e-6);
        assertEquals(Shape.SCALAR, along.apply(false, new int[] {0, 1}).shape());
        assertEquals(Shape.SCALAR, along.apply(false, new int[] {}).shape());
        assertEquals(Shape.of(1, 1), along.apply(true, new int[] {}).shape());
    }

    @Test
    void everythingIsAScalarAndKeepdimASwitch() {
        check(new double[] {6, 16}, 22, Tensor::sum, X::sum);
        check(new double[] {2, 16 / 3.0}, 22 / 6.0, Tensor::mean, X::mean);
        check(new double[] {6, 140}, 840, Tensor::prod, X::prod);
        check(new double[] {3, 7}, 7, Tensor::max, X::max);
        check(new double[] {1, 4}, 1, Tensor::min, X::min);
        check(new double[] {2 / 3.0, 14 / 9.0}, 35 / 9.0, Tensor::var, X::var);
        check(new double[] {1, 1}, 1, Tensor::any, X::any);
        check(new double[] {1, 1}, 1, Tensor::all, X::all);
        assertEquals(Shape.of(2), X.argmax(false, 1).shape());
        assertEquals(Shape.of(1, 3), X.argmax(true, 0).shape());
        assertEquals(7, Tensor.scalar(7).sum().item());
    }

    @Test
    void reductionsInAFormula() {
        Fused f = Fused.of("f", in -> in.square().sum(false, 1).mean());
        Tensor x = X.detach().requiresGrad(true);
        f.call(x).backward();
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 7}, x.grad().toDoubles(), 1e-6);
    }

    @Test
    void gradientOfOneByOne() {
        Tensor x = Tensor.scalar(3).requiresGrad(true);
        Tensor y = x.square();
        assertEquals(6, Tensor.grad(y, x).item());
        assertEquals(6, Tensor.grad(y, x).item());
        Tensor z = x.mul(x);
        List<Tensor> one = List.of(Tensor.scalar(1));
        assertEquals(
                6, Tensor.grad(List.of(z), List.of(x), one, false, false).get(0).item());
        assertThrows(
                IllegalStateException.class,
                () -> Tensor.grad(List.of(z), List.of(x), one, false, false));
        Tensor slope = Tensor.grad(List.of(y), List.of(x), one, true, true).get(0);
        assertEquals(2, Tensor.grad(slope, x).item());
    }

    @Test
    void workWithoutRecordingMayReturnNothing() {
        Tensor x = Tensor.scalar(3).requiresGrad(true);
        boolean[] recording = {true};
        Tensor.noGrad(() -> {
            recording[0] = Tensor.isRecording() || x.square().requiresGrad();
        });
        assertTrue(!recording[0] && Tensor.isRecording());
    }

    @Test
    void doublesMakeFloat64() {
        Tensor x = Tensor.of(1.5, 2);
        assertEquals(DType.FLOAT64, x.dtype());
        assertEquals(Shape.of(2), x.shape());
        assertEquals(DType.FLOAT32, Tensor.of(1, 2).dtype());
        assertEquals(Shape.of(2), Tensor.of(new double[] {1, 2}).shape());
    }
}
