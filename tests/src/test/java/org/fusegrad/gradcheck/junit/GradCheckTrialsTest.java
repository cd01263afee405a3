package org.fusegrad.gradcheck.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.Backends;
import org.fusegrad.gradcheck.GradCheckReport;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.AfterAll;

/** The extension at work, on functions, layers and types. */
final class GradCheckTrialsTest {
    private static final Set<String> SEEN = new TreeSet<>();

    @AfterAll
    static void everyCombinationRanOnce() {
        assertEquals(2 * 2 * 2 * Backends.available().size(), SEEN.size(), SEEN.toString());
    }

    @GradCheckTest(
            shapes = {"4, 3", "2, 3, 5"},
            dtypes = {DType.FLOAT64, DType.FLOAT32},
            modes = {"sharp", "soft"},
            order = 2)
    void swish(GradCheckTrial trial) {
        SEEN.add(trial.toString());
        double sharpness = trial.mode().equals("sharp") ? 2 : 0.5;
        trial.check(x -> x.mul(x.mul(sharpness).sigmoid()));
    }

    @GradCheckTest(shapes = {"4, 3; 3", "0, 3; 3", "; 3", ";"})
    void severalInputsEmptyOnesAndScalars(GradCheckTrial trial) {
        trial.of(TensorFunction.of2((x, w) -> x.sin().mul(w.exp())))
                .allowZeros()
                .check();
        trial.of(TensorFunction.of2((x, w) -> x.sin().mul(w.exp())))
                .allowZeros()
                .jacobian()
                .jvp()
                .layouts()
                .check();
    }

    @GradCheckTest(
            shapes = "3, 2, 2, 3",
            dtypes = {DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16},
            modes = {"train", "eval"})
    void aLayerInSingleAndHalfPrecision(GradCheckTrial trial) {
        BatchNorm2d norm = new BatchNorm2d(2, NormOptions.DEFAULT);
        norm.train(trial.mode().equals("train"));
        trial.of(in -> List.of(norm.forward(in.get(0))))
                .parameters(norm.parameters().toArray(Tensor[]::new))
                .check();
    }

    @GradCheckTest(shapes = "2, 3", backends = "interpreter")
    void aWrongGradientFails(GradCheckTrial trial) {
        GradCheckReport report =
                trial.of(TensorFunction.of(x -> x.mul(x.sigmoid().detach()))).report();
        assertFalse(report.passed());
        assertEquals("[(2, 3)] float64 on interpreter", trial.toString());
    }
}
