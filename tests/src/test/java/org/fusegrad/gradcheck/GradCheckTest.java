package org.fusegrad.gradcheck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fusegrad.Fused;
import org.fusegrad.Primitives;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

/** The harness finds what is wrong and says where. */
final class GradCheckTest {
    private static final TensorFunction STANDARDIZE = TensorFunction.of(x -> {
        Tensor centred = x.sub(x.mean(0));
        return centred.div(centred.square().mean(0).add(1e-5).sqrt());
    });

    /** The square, whose declared gradient is wrong by some factor at one element. */
    private static Tensor wrongSquare(Tensor x, double factor) {
        return Primitives.customGradient(x.square(), List.of(x), dy -> {
            Tensor off = Tensor.of(new double[] {2, 2, 2, 2, 2 * factor, 2}, 2, 3);
            return List.of(dy.mul(x).mul(off));
        });
    }

    @Test
    void aRightGradientPasses() {
        GradCheckReport report = GradCheck.of(STANDARDIZE)
                .inputs(Samples.of(1).normal(4, 3))
                .order(3)
                .check();
        assertTrue(report.compared() > 12);
        assertEquals(
                "gradient check passed: " + report.compared() + " elements", report.toString());
    }

    @Test
    void aWrongElementIsNamed() {
        GradCheckFailure e = assertThrows(
                GradCheckFailure.class,
                () -> GradCheck.of(TensorFunction.of(x -> wrongSquare(x, 1.001)))
                        .inputs(Samples.of(1).normal(2, 3).named("x"))
                        .check());
        assertEquals(1, e.report().mismatches().size());
        Mismatch wrong = e.report().mismatches().get(0);
        assertArrayEquals(new int[] {1, 1}, wrong.at());
        assertEquals(1.001, wrong.got() / wrong.expected(), 1e-9);
        assertTrue(
                e.getMessage()
                        .startsWith("gradient check failed: 1 of 6 elements are wrong\n"
                                + "  order 1, input 0 'x' at [1, 1]: expected "),
                e.getMessage());
    }

    @Test
    void randomDirectionsFindItToo() {
        GradCheckReport report = GradCheck.of(TensorFunction.of(x -> wrongSquare(x, 1.001)))
                .inputs(Samples.of(1).normal(2, 3))
                .fast()
                .report();
        assertFalse(report.passed());
        assertTrue(report.toString().contains("in random direction"));
    }

    @Test
    void aWrongSecondDerivativeIsFound() {
        TensorFunction f = TensorFunction.of(x -> Primitives.customGradient(
                x.square(), List.of(x), dy -> List.of(dy.mul(x.detach()).mul(2))));
        Tensor x = Samples.of(1).normal(2, 3);
        GradCheck.of(f).inputs(x).check();
        GradCheckReport report = GradCheck.of(f).inputs(x).order(2).report();
        assertEquals(2, report.mismatches().get(0).order());
    }

    @Test
    void cotangentsAreNotOnes() {
        // The sum of standardized values does not depend on them at all: ones would hide the error.
        TensorFunction f = TensorFunction.of(
                x -> STANDARDIZE.apply(List.of(x.detach().add(0))).get(0).add(x.sub(x.detach())));
        assertFalse(GradCheck.of(f).inputs(Samples.of(1).normal(4, 3)).report().passed());
    }

    @Test
    void aGradientOfZeroIsNoCheck() {
        TensorFunction flat = TensorFunction.of(Tensor::floor);
        Tensor x = Samples.of(1).awayFrom(0.1, new double[] {-2, -1, 0, 1, 2}, 3);
        GradCheckReport report = GradCheck.of(flat).inputs(x).report();
        assertEquals(
                "gradient of input 0 is zero everywhere, so nothing was checked; allowZeros() if"
                        + " that is meant",
                report.problems().get(0));
        GradCheck.of(flat).inputs(x).allowZeros().check();
    }

    @Test
    void singlePrecisionIsJudgedByItsShadow() {
        Tensor x = Tensor.of(0.5f, 1.5f);
        GradCheck.of(TensorFunction.of(Tensor::exp)).inputs(x).order(2).check();
        TensorFunction looking = TensorFunction.of(t -> t.item() > 0 ? t.exp() : t);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> GradCheck.of(looking).check(Tensor.scalar(1)));
        assertTrue(
                e.getMessage()
                        .startsWith("input 0 is float32 and the function cannot be traced, so there"
                                + " is no float64 shadow to compare with; cast the input"),
                e.getMessage());
        GradCheck.of(looking).order(2).check(Tensor.scalar(1, DType.FLOAT64));
    }

    @Test
    void statesArePutBack() {
        State count = State.of("count", Tensor.scalar(3, DType.FLOAT64));
        Fused f = Fused.of("counting", x -> {
            count.write(count.read().add(1));
            return x.mul(count.read());
        });
        GradCheck.of(TensorFunction.of(f::call))
                .inputs(Samples.of(1).normal(3))
                .states(List.of(count))
                .check();
        assertEquals(3, count.get().item());
    }

    @Test
    void aStateThatMustNotMoveIsWatched() {
        State count = State.of("count", Tensor.scalar(3, DType.FLOAT64));
        Fused f = Fused.of("counting", x -> {
            count.write(count.read().add(1));
            return x.exp();
        });
        GradCheckReport report = GradCheck.of(TensorFunction.of(f::call))
                .inputs(Samples.of(1).normal(3))
                .unmoved(List.of(count))
                .report();
        assertEquals("states that must not move did: [count]", report.problems().get(0));
        assertEquals(3, count.get().item());
    }

    @Test
    void parametersAreCheckedAndPutBack() {
        Tensor w = Samples.of(2).normal(3).named("w");
        double[] before = w.toDoubles();
        Fused f = Fused.of("scaled", x -> x.mul(w).tanh());
        GradCheck.of(TensorFunction.of(f::call))
                .inputs(Samples.of(1).normal(2, 3))
                .parameters(w)
                .order(2)
                .check();
        assertArrayEquals(before, w.toDoubles());
    }

    @Test
    void aCapturedTensorWithoutGradientIsReported() {
        Tensor w = Samples.of(2).normal(3).named("w");
        TensorFunction f = TensorFunction.of(x -> x.mul(w.detach()));
        GradCheckReport report =
                GradCheck.of(f).inputs(Samples.of(1).normal(2, 3)).parameters(w).report();
        assertTrue(report.mismatches().get(0).input().equals("parameter 0 'w'"));
    }

    @Test
    void samplesKeepTheirDistance() {
        Tensor x = Samples.of(4).awayFrom(0.3, new double[] {0, 1}, 500);
        for (double v : x.toDoubles()) {
            assertTrue(Math.abs(v) >= 0.3 && Math.abs(v - 1) >= 0.3);
        }
        double[] d = Samples.of(5).distinct(0.2, 50).toDoubles();
        java.util.Arrays.sort(d);
        for (int i = 1; i < d.length; i++) {
            assertTrue(d[i] - d[i - 1] >= 0.2);
        }
        assertArrayEquals(
                Samples.of(6).normal(7).toDoubles(), Samples.of(6).normal(7).toDoubles());
    }

    @Test
    void plainDifferencesWithoutExtrapolation() {
        GradCheck.of(STANDARDIZE)
                .inputs(Samples.of(1).normal(4, 3))
                .richardson(false)
                .check();
    }
}
