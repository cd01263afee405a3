package org.fusegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.GradCheck;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients through broadcasting, views of any stride, scalars and empty tensors. */
final class LayoutGradientTest {
    static List<Way> ways() {
        return Way.all();
    }

    private static final TensorFunction MIXED = in -> {
        Tensor x = in.get(0);
        Tensor mean = x.mean(-1);
        return List.of(x.sub(mean).mul(x.sigmoid()).sum(0).add(x.square().mean(0, 1)));
    };

    private static void check(Way way, TensorFunction f, Tensor... inputs) {
        TensorFunction g = way.fused() ? Way.traced("layout", f) : f;
        way.call(() -> GradCheck.of(g).inputs(inputs).order(2).check());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void permutedInput(Way way) {
        check(way, MIXED, Samples.of(1).normal(3, 4, 2).permute(2, 0, 1));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void slicedInput(Way way) {
        check(way, MIXED, Samples.of(2).normal(4, 7, 3).slice(1, 1, 6, 2).slice(0, 1, 3));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void expandedInput(Way way) {
        check(way, MIXED, Samples.of(3).normal(2, 1, 3).expand(2, 4, 3));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void viewsInsideTheFormula(Way way) {
        check(
                way,
                in -> {
                    Tensor x = in.get(0);
                    Tensor part = x.permute(1, 0).slice(0, 0, 4, 2).reshape(3, 2);
                    return List.of(
                            part.exp().mul(x.slice(1, 0, 2)),
                            x.flip(1).cumsum(1).tanh());
                },
                Samples.of(4).normal(3, 4));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void broadcasting(Way way) {
        Samples s = Samples.of(5);
        check(
                way,
                in -> List.of(
                        in.get(0).mul(in.get(1)).add(in.get(2)).div(in.get(3).exp())),
                s.normal(2, 1, 3),
                s.normal(4, 1),
                s.normal(3),
                s.normal());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void matrixProductOfViews(Way way) {
        Samples s = Samples.of(6);
        check(
                way,
                in -> List.of(in.get(0).transpose(-1, -2).matmul(in.get(1))),
                s.normal(2, 3, 2),
                s.normal(3, 4));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void scalars(Way way) {
        check(
                way,
                in -> List.of(
                        in.get(0).mul(in.get(1)).tanh().reshape(1, 1).sum(0).reshape()),
                Samples.of(7).normal(),
                Samples.of(8).normal());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void emptyTensors(Way way) {
        way.call(() -> {
            Tensor x = Tensor.full(Shape.of(0, 3), 0, DType.FLOAT64).requiresGrad(true);
            Tensor w = Samples.of(9).normal(3).requiresGrad(true);
            Tensor y = Way.traced(
                            "empty",
                            in -> List.of(
                                    in.get(0).mul(in.get(1)).exp().sum(0),
                                    in.get(0).matmul(in.get(1).reshape(3, 1))))
                    .apply(List.of(x, w))
                    .get(0);
            y.backward(Tensor.full(y.shape(), 1, DType.FLOAT64));
            assertArrayEquals(new double[3], y.toDoubles());
            assertEquals(Shape.of(0, 3), x.grad().shape());
            assertArrayEquals(new double[3], w.grad().toDoubles());
            return null;
        });
    }

    @Test
    void gradientsOfALeafUsedInSeveralShapesAddUp() {
        Tensor x = Tensor.of(new double[] {1, 2}, 2).requiresGrad(true);
        Tensor y = x.reshape(2, 1).mul(x).sumAll().add(x.select(0, 1));
        y.backward();
        assertArrayEquals(new double[] {6, 7}, x.grad().toDoubles());
    }
}
