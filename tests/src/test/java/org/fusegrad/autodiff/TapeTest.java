package org.fusegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

/** What the tape promises: accumulation, order of hooks, what is recorded and what is released. */
final class TapeTest {
    private static Tensor leaf(double... values) {
        return Tensor.of(values, values.length).requiresGrad(true);
    }

    @Test
    void aChainOf20000OperationsNeedsNoStack() {
        Tensor x = leaf(1, 2);
        Tensor y = x;
        for (int i = 0; i < 20_000; i++) {
            y = y.add(1);
        }
        y.backward(Tensor.of(new double[] {3, 4}, 2));
        assertArrayEquals(new double[] {3, 4}, x.grad().toDoubles());
        assertArrayEquals(new double[] {20_001, 20_002}, y.toDoubles());
    }

    @Test
    void gradientsAccumulateUntilCleared() {
        Tensor x = leaf(3);
        x.square().backward();
        x.square().backward();
        assertEquals(12, x.grad().item());
        x.setGrad(null);
        x.mul(5).backward();
        assertEquals(5, x.grad().item());
    }

    @Test
    void aTensorUsedTwiceTakesBothGradients() {
        Tensor x = leaf(2);
        Tensor y = x.exp();
        y.mul(y).add(y).backward();
        double e = Math.exp(2);
        assertEquals(2 * e * e + e, x.grad().item(), 1e-9);
    }

    @Test
    void withoutRecordingNothingIsRecorded() {
        Tensor x = leaf(2);
        Tensor y = Tensor.noGrad(() -> x.square());
        assertFalse(y.requiresGrad());
        IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
        assertEquals(
                "this tensor does not depend on any tensor that requires a gradient, or was made"
                        + " while gradients were not recorded",
                e.getMessage());
    }

    @Test
    void recordingResumesAfterAnException() {
        Tensor x = leaf(2);
        assertThrows(
                UnsupportedOperationException.class,
                () -> Tensor.noGrad(() -> {
                    throw new UnsupportedOperationException();
                }));
        assertTrue(x.square().requiresGrad());
    }

    @Test
    void detachCutsTheTape() {
        Tensor x = leaf(3);
        x.mul(x.detach()).backward();
        assertEquals(3, x.grad().item());
        assertSame(x.value(), x.detach().value());
    }

    @Test
    void detachCutsAlsoInsideAFormula() {
        Tensor x = leaf(3);
        Fused.of("cut", t -> t.mul(t.detach())).call(x).backward();
        assertEquals(3, x.grad().item());
    }

    @Test
    void hooksSeeAndReplaceTheGradientInOrder() {
        Tensor x = leaf(2);
        List<Double> seen = new ArrayList<>();
        x.registerHook(g -> {
            seen.add(g.item());
            return g.mul(10);
        });
        x.registerHook(g -> {
            seen.add(g.item());
            return null;
        });
        x.square().backward();
        assertEquals(List.of(4.0, 40.0), seen);
        assertEquals(40, x.grad().item());
    }

    @Test
    void aRemovedHookSeesNothingMore() {
        Tensor x = leaf(2);
        Runnable remove = x.registerHook(g -> g.mul(10));
        remove.run();
        x.square().backward();
        assertEquals(4, x.grad().item());
    }

    @Test
    void aSecondBackwardNeedsTheGraphRetained() {
        Tensor x = leaf(2);
        Tensor y = x.exp().mul(x);
        y.backward();
        IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
        assertEquals(
                "backward ran already and released what was saved; pass retainGraph to run it"
                        + " again",
                e.getMessage());
    }

    @Test
    void aRetainedGraphRunsAgain() {
        Tensor x = leaf(2);
        Tensor y = x.exp().mul(x);
        y.backward(null, true, false);
        double once = x.grad().item();
        y.backward();
        assertEquals(2 * once, x.grad().item());
    }

    @Test
    void recordedGradientsAreDifferentiatedAgain() {
        Tensor x = leaf(2);
        Tensor g = x.mul(x).mul(x);
        for (double expected : new double[] {12, 12, 6}) {
            g = Tensor.grad(List.of(g), List.of(x), Arrays.asList((Tensor) null), true)
                    .get(0);
            assertEquals(expected, g.item());
        }
    }

    @Test
    void gradCollectsNothingInLeaves() {
        Tensor x = leaf(2);
        Tensor g = Tensor.grad(List.of(x.square()), List.of(x)).get(0);
        assertEquals(4, g.item());
        assertNull(x.grad());
        assertFalse(g.requiresGrad());
    }

    @Test
    void gradientsOfIntermediateResults() {
        Tensor x = leaf(2);
        Tensor middle = x.square();
        Tensor y = middle.mul(3).add(x);
        List<Tensor> g = Tensor.grad(List.of(y), List.of(middle, x));
        assertEquals(3, g.get(0).item());
        assertEquals(13, g.get(1).item());
    }

    @Test
    void noPathMeansNoGradient() {
        Tensor x = leaf(2);
        Tensor z = leaf(5);
        assertNull(Tensor.grad(List.of(x.square()), List.of(z)).get(0));
    }

    @Test
    void upstreamWeighsSeveralOutputs() {
        Tensor x = leaf(1, 2);
        Tensor v = Tensor.of(new double[] {10, 100}, 2);
        Tensor w = Tensor.of(new double[] {1, -1}, 2);
        Tensor g = Tensor.grad(List.of(x.square(), x), List.of(x), List.of(v, w), false)
                .get(0);
        assertArrayEquals(new double[] {21, 399}, g.toDoubles());
    }

    @Test
    void onlyLeavesCollect() {
        Tensor x = leaf(2);
        Tensor y = x.square();
        y.mul(2).backward();
        assertNull(y.grad());
        assertEquals(8, x.grad().item());
    }

    @Test
    void anAssignedLeafKeepsItsPlaceOnTheTape() {
        Tensor x = leaf(2);
        Tensor y = x.square();
        x.assign(Tensor.of(new double[] {100}, 1));
        y.backward();
        assertEquals(4, x.grad().item(), "the value at the time of the call counts");
    }

    @Test
    void halfPrecisionLeavesCollectInTheirType() {
        Tensor x = Tensor.of(1f, 2f).cast(DType.BFLOAT16).requiresGrad(true);
        x.mul(3).sumAll().backward();
        assertEquals(DType.BFLOAT16, x.grad().dtype());
        assertArrayEquals(new double[] {3, 3}, x.grad().toDoubles());
    }

    /** A gradient of 0 instead would meet the infinite slope of the root, and make NaN. */
    @Test
    void resultsWithoutAGradientAreLeftOut() {
        Fused both = Fused.ofAll("both", in -> {
            Tensor x = in.get(0);
            return List.of(x.mul(2), x.sqrt(), x.gt(0));
        });
        Tensor x = Tensor.of(0f, 4f).requiresGrad(true);
        both.callAll(x).get(0).sumAll().backward();
        assertArrayEquals(new float[] {2, 2}, x.grad().toFloats());
        x.setGrad(null);
        both.callAll(x).get(1).slice(0, 1, 2).backward();
        assertArrayEquals(new float[] {Float.NaN, 0.25f}, x.grad().toFloats());
    }
}
