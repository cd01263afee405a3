package org.fusegrad.gradcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

/** What the harness refuses, steps around, and checks besides the derivative. */
final class ModesTest {
    private static final Tensor X = Samples.of(1).normal(6, 4);
    private static final TensorFunction NORM = TensorFunction.of(x -> {
        Tensor centred = x.sub(x.mean(0));
        return centred.div(centred.square().mean(0).add(1e-5).sqrt());
    });

    private static String problem(GradCheck check) {
        GradCheckReport report = check.report();
        assertEquals(1, report.problems().size(), report::toString);
        return report.problems().get(0);
    }

    @Test
    void onesThroughACentredNormProveNothing() {
        GradCheck ones =
                GradCheck.of(NORM).inputs(X).cotangents(Tensor.full(X.shape(), 1, DType.FLOAT64));
        assertTrue(problem(ones).startsWith("gradient of input 0 proves nothing: it is at most"));
        ones.allowZeros().check();
    }

    @Test
    void theSquaredSumOfANormProvesNothing() {
        TensorFunction loss = in -> List.of(NORM.apply(in).get(0).square().sumAll());
        assertTrue(problem(GradCheck.of(loss).inputs(X)).contains("proves nothing"));
        TensorFunction cubes = in -> List.of(NORM.apply(in).get(0).pow(3).sumAll());
        GradCheck.of(cubes).check(X);
    }

    @Test
    void aPointOnAKinkIsMoved() {
        Tensor x = Tensor.of(new double[] {0, 1, -2, 1e-9}, 4);
        GradCheckReport report =
                GradCheck.of(TensorFunction.of(t -> t.relu().mul(t))).order(2).check(x);
        assertTrue(
                report.notes().get(0).startsWith("stepped around a kink of le at [0]: the point"),
                report::toString);
        assertEquals(0, x.toDoubles()[0]);
    }

    @Test
    void nearAKinkTheStepsAreSmaller() {
        Tensor x = Tensor.of(new double[] {1.0005, 3, 0.2}, 3);
        GradCheckReport report =
                GradCheck.of(TensorFunction.of(t -> t.maximum(1.0).square())).check(x);
        assertTrue(
                report.notes()
                        .get(0)
                        .startsWith("stepped around a kink of maximum at [0]: the" + " steps are"),
                report::toString);
        Tensor ties = Tensor.of(new double[] {1, 2, 2.0001, 0}, 1, 4);
        report = GradCheck.of(TensorFunction.of(t -> t.max(1).exp())).check(ties);
        assertTrue(report.notes().get(0).contains("kink of max at"), report::toString);
    }

    @Test
    void jacobianAndForwardProductsOfAllOrders() {
        GradCheck check = GradCheck.of(NORM).inputs(Samples.of(2).normal(3, 2)).order(2);
        int products = check.report().compared();
        assertTrue(check.jacobian().jvp().check().compared() > 3 * products);
    }

    @Test
    void aForwardProductThatIsWrongIsFound() {
        // The declared backward is right but is not linear in the cotangent as far as it records.
        TensorFunction f = TensorFunction.of(x -> Primitives.customGradient(
                x.square(), List.of(x), dy -> List.of(dy.detach().mul(x).mul(2))));
        GradCheck.of(f).check(X);
        GradCheckReport report = GradCheck.of(f).jvp().report(X);
        assertTrue(report.mismatches().get(0).input().contains("forward"), report::toString);
    }

    @Test
    void detachedValuesAreConstantsIfAsked() {
        TensorFunction f = TensorFunction.of(x -> x.mul(x.exp().detach()));
        assertFalse(GradCheck.of(f).report(X).passed());
        GradCheck.of(f).holdDetached().order(2).check(X);
    }

    @Test
    void aDeclaredGradientAgainstItsReference() {
        TensorFunction straightThrough = TensorFunction.of(
                x -> Primitives.customGradient(x.round(), List.of(x), dy -> List.of(dy)));
        assertFalse(GradCheck.of(straightThrough).report(X).passed());
        GradCheck.of(straightThrough).declared((in, dy) -> List.of(dy.get(0))).check(X);
        GradCheckReport report = GradCheck.of(straightThrough)
                .declared((in, dy) -> List.of(dy.get(0).mul(2)))
                .report(X);
        assertEquals(24, report.mismatches().size());
    }

    @Test
    void aLimitLawThatDoesNotHoldIsNamed() {
        GradCheckReport report = GradCheck.of(TensorFunction.of(
                        x -> Primitives.customGradient(x.square(), List.of(x), dy -> List.of(dy))))
                .limitLaw("x = 1/2")
                .report(X);
        assertTrue(report.notes().get(0).startsWith("the law 'x = 1/2' does not hold"));
    }

    @Test
    void resultsWithoutUpstreamGradientCountAsZero() {
        TensorFunction two = in -> List.of(in.get(0).sin(), in.get(0).exp().sum(0));
        GradCheck.of(two).order(2).layouts().check(X);
    }

    @Test
    void eachInputMayHaveItsOwnStep() {
        TensorFunction f = TensorFunction.of2((a, b) -> a.mul(1e-3).log().mul(b));
        Tensor small = Samples.of(3).uniform(1e-2, 2e-2, 5);
        GradCheck.of(f).eps(0, 1e-4).check(small, Samples.of(4).normal(5));
    }

    @Test
    void inSinglePrecisionTheToleranceIsTheBoundOfTheRounding() {
        Tensor x = Samples.of(5).normal(6, 4).cast(DType.FLOAT32);
        GradCheck.of(NORM).order(2).check(x);
        TensorFunction off = in -> List.of(Primitives.customGradient(
                in.get(0).square(), in, dy -> List.of(dy.mul(in.get(0)).mul(2.0001))));
        GradCheckReport report = GradCheck.of(off).report(x);
        assertEquals(24, report.mismatches().size(), report::toString);
        assertTrue(report.mismatches().get(0).ulps() > 100);
    }
}
