package org.fusegrad.gradcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

/** Checks that compare nothing, or nothing that could be wrong, have not passed. */
final class ProvesNothingTest {
    private static final Tensor X = Samples.of(1).normal(2, 3);

    private static GradCheck of(TensorFunction f) {
        return GradCheck.of(f).inputs(X);
    }

    private static void fails(GradCheck check, String word) {
        GradCheckReport report = check.report();
        assertFalse(report.passed(), word);
        assertTrue(report.toString().contains(word), report.toString());
        assertThrows(GradCheckFailure.class, check::check);
    }

    @Test
    void nothingToDifferentiateBy() {
        TensorFunction f = TensorFunction.of(x -> x.cast(DType.FLOAT64).square());
        Tensor integers = Tensor.arange(4);
        fails(GradCheck.of(f).inputs(integers), "no input is floating");
        fails(GradCheck.of(f).inputs(integers).allowZeros(), "no input is floating");
        fails(GradCheck.of(f).inputs(integers.gt(1)), "proves nothing");
        fails(GradCheck.of(in -> List.of(X.square())), "proves nothing");
        assertEquals(0, GradCheck.of(f).inputs(integers).report().compared());
    }

    @Test
    void resultsThatHaveNoGradient() {
        fails(of(TensorFunction.of(x -> x.gt(0))), "bool(2, 3)");
        fails(of(TensorFunction.of(x -> x.gt(0))).allowZeros(), "proves nothing");
        fails(of(TensorFunction.of(x -> x.cast(DType.INT64))), "int64(2, 3)");
        fails(of(in -> List.of()), "proves nothing");
    }

    /** Alone or beside a right one, traced or not, whatever is allowed otherwise. */
    @Test
    void aDetachedResultFails() {
        TensorFunction alone = TensorFunction.of(x -> x.detach().square());
        TensorFunction beside =
                in -> List.of(in.get(0).sin(), in.get(0).square().detach());
        TensorFunction looking = in -> {
            Tensor x = in.get(0);
            return List.of(x.sin(), x.toDoubles()[0] > 9 ? x : x.square().detach());
        };
        for (TensorFunction f : List.of(alone, beside, looking)) {
            assertFalse(of(f).report().passed());
            assertFalse(of(f).allowZeros().report().passed());
            assertFalse(of(f).fast().report().passed());
            assertFalse(of(f).jvp().jacobian().report().passed());
            assertFalse(of(f).order(2).report().passed());
        }
        assertTrue(of(alone).report().mismatches().size() > 0);
        of(beside).holdDetached().order(2).check();
        fails(of(alone).holdDetached(), "proves nothing");
        of(alone).holdDetached().allowZeros().check();
    }

    /** That a result really is constant, the differences confirm. */
    @Test
    void aConstantResultIsNoFault() {
        of(in -> List.of(in.get(0).sin(), Tensor.scalar(2, DType.FLOAT64)))
                .order(2)
                .check();
        fails(of(in -> List.of(Tensor.scalar(2, DType.FLOAT64))), "zero everywhere");
    }

    @Test
    void anInputTheResultDoesNotDependOn() {
        TensorFunction first = in -> List.of(in.get(0).sin());
        GradCheck check = GradCheck.of(first).inputs(X, X.add(1));
        fails(check, "gradient of input 1 is zero everywhere");
        GradCheck.of(first).inputs(X, X.add(1)).allowZeros().check();
        Tensor unused = X.add(2).detach().requiresGrad(true);
        fails(of(first).parameters(unused), "gradient of parameter 0 is zero everywhere");
    }

    @Test
    void emptyInputsAreDeclared() {
        TensorFunction sine = TensorFunction.of(Tensor::sin);
        Tensor empty = Samples.of(1).normal(0, 3);
        fails(GradCheck.of(sine).inputs(empty), "is empty, so no element was compared");
        GradCheck.of(sine).inputs(empty).allowZeros().order(2).check();
    }

    @Test
    void cotangentsOfZero() {
        TensorFunction sine = TensorFunction.of(Tensor::sin);
        Tensor zeros = Tensor.full(X.shape(), 0, DType.FLOAT64);
        fails(of(sine).cotangents(zeros), "all cotangents are zero");
        fails(of(sine).cotangents(zeros).allowZeros(), "all cotangents are zero");
        fails(of(sine).cotangents((Tensor) null), "proves nothing");
    }

    @Test
    void referencesOfZero() {
        TensorFunction f = TensorFunction.of(x -> x.detach().add(x.sub(x)));
        DeclaredGradient nothing = (in, upstream) -> List.of(upstream.get(0).mul(0));
        fails(of(f).declared(nothing), "the reference of input 0 is zero everywhere");
        of(f).declared(nothing).allowZeros().check();
    }

    @Test
    void noOrderAtAll() {
        GradCheck check = of(TensorFunction.of(Tensor::sin));
        assertThrows(IllegalArgumentException.class, () -> check.order(0));
        assertThrows(IllegalArgumentException.class, () -> check.order(-1));
    }
}
