package org.fusegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Primitives;
import org.fusegrad.Recompute;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hooks on computed tensors and leaves: when they run, what they see, what becomes of it. */
final class HookTest {
    private static final Fused SQUARE_AND_CUBE = Fused.ofAll("square_and_cube", in -> {
        Tensor t = in.get(0);
        return List.of(t.square(), t.mul(t).mul(t));
    });

    private static Tensor leaf(double... values) {
        return Tensor.of(values, values.length).requiresGrad(true);
    }

    private static UnaryOperator<Tensor> noting(List<Double> into) {
        return g -> {
            into.add(g.toDoubles()[0]);
            return null;
        };
    }

    @Test
    void aComputedTensorSeesTheSumOverItsUses() {
        Tensor x = leaf(2);
        Tensor y = x.square();
        List<Double> seen = new ArrayList<>();
        y.registerHook(noting(seen));
        y.mul(3).add(y.mul(4)).add(y.detach()).backward();
        assertEquals(List.of(7.0), seen);
        assertEquals(28, x.grad().item());
        assertNull(y.grad());
    }

    @Test
    void whatItAnswersFlowsOn() {
        Tensor x = leaf(2);
        Tensor y = x.square();
        Tensor z = y.mul(3);
        y.registerHook(g -> g.mul(10));
        List<Double> seen = new ArrayList<>();
        y.registerHook(noting(seen));
        z.registerHook(noting(seen));
        z.backward();
        assertEquals(List.of(1.0, 30.0), seen, "from the end to the leaves");
        assertEquals(120, x.grad().item());
    }

    @Test
    void aRegistrationIsRemovedAlone() {
        Tensor x = leaf(2);
        Tensor y = x.square();
        UnaryOperator<Tensor> twice = g -> g.mul(2);
        Runnable first = y.registerHook(twice);
        y.registerHook(twice);
        first.run();
        first.run();
        y.backward(null, true, false);
        assertEquals(8, x.grad().item());
        List<Double> seen = new ArrayList<>();
        y.registerHook(noting(seen));
        y.backward();
        assertEquals(List.of(2.0), seen, "registered between two backwards of a retained graph");
        assertEquals(16, x.grad().item());
    }

    @Test
    void eachResultOfAFormulaHasItsOwn() {
        Tensor x = leaf(2);
        List<Tensor> y = SQUARE_AND_CUBE.callAll(x);
        List<Double> seen = new ArrayList<>();
        y.get(0).registerHook(noting(seen));
        y.get(1).registerHook(g -> g.mul(0));
        y.get(0).mul(5).add(y.get(1).mul(7)).backward();
        assertEquals(List.of(5.0), seen);
        assertEquals(20, x.grad().item());
        SQUARE_AND_CUBE.callAll(x).get(1).backward();
        assertEquals(List.of(5.0), seen, "no gradient, no call");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theyCountInGradientsOfGradients(boolean fused) {
        Tensor x = leaf(3);
        Tensor y = fused ? SQUARE_AND_CUBE.callAll(x).get(0) : x.square();
        // dx = 2 x g(y), with g = y² in the place of 1: 2 x⁵.
        Runnable remove = y.registerHook(g -> g.mul(y.square()));
        Tensor dx = Tensor.grad(List.of(y), List.of(x), single(null), true).get(0);
        assertEquals(2 * 243, dx.item());
        double again = Tensor.grad(List.of(dx), List.of(x)).get(0).item();
        assertEquals(2 * 81 + 4 * 27 * 6 * 81, again, "the way leads through y once more");
        remove.run();
        assertEquals(10 * 81, Tensor.grad(List.of(dx), List.of(x)).get(0).item());
    }

    private static List<Tensor> single(Tensor t) {
        List<Tensor> one = new ArrayList<>();
        one.add(t);
        return one;
    }

    @Test
    void gradRunsThemOnTheWayAndAtItsEnds() {
        Tensor x = leaf(2);
        Tensor middle = x.square();
        Tensor y = middle.mul(3);
        middle.registerHook(g -> g.mul(10));
        x.registerHook(g -> g.add(1));
        List<Tensor> g = Tensor.grad(List.of(y), List.of(middle, x));
        assertEquals(30, g.get(0).item());
        assertEquals(121, g.get(1).item());
        assertEquals(30, Tensor.grad(List.of(y), List.of(middle)).get(0).item());
        assertNull(x.grad());
    }

    @Test
    void tensorsOffTheWayAreLeftAlone() {
        Tensor x = leaf(2);
        Tensor w = leaf(5);
        Tensor side = w.square();
        List<Double> seen = new ArrayList<>();
        side.registerHook(noting(seen));
        w.registerHook(noting(seen));
        Tensor.grad(List.of(x.mul(side)), List.of(x));
        assertEquals(List.of(), seen);
    }

    @Test
    void leavesOfRecomputedPartsSeeTheirGradientOnce() {
        Tensor w = leaf(3);
        List<Double> leaves = new ArrayList<>();
        List<Double> inside = new ArrayList<>();
        w.registerHook(noting(leaves));
        UnaryOperator<Tensor> part = Recompute.of(t -> {
            Tensor product = t.mul(w);
            if (product.requiresGrad()) {
                product.registerHook(noting(inside));
            }
            return product.square();
        });
        Tensor x = leaf(2);
        Tensor y = part.apply(x);
        y.registerHook(g -> g.mul(10));
        y.backward();
        assertEquals(List.of(10 * 2.0 * 6 * 2), leaves);
        assertEquals(List.of(10 * 2.0 * 6), inside);
        assertEquals(10 * 2.0 * 6 * 3, x.grad().item());
    }

    @Test
    void leavesKeepTheirsWhenTheyStopAndBeginToCollect() {
        Tensor x = leaf(2);
        Tensor before = x.square();
        List<Double> seen = new ArrayList<>();
        x.registerHook(noting(seen));
        x.requiresGrad(false).requiresGrad(true).requiresGrad(true);
        x.mul(3).backward();
        before.backward();
        assertEquals(List.of(3.0, 4.0), seen);
        assertEquals(
                4,
                Tensor.grad(List.of(x.square().add(before.detach())), List.of(x))
                        .get(0)
                        .item());
    }

    @Test
    void halfPrecisionHooksSeeTheStoredType() {
        Tensor x = Tensor.of(1f, 2f).cast(DType.BFLOAT16).requiresGrad(true);
        Tensor y = x.mul(3).cast(DType.BFLOAT16);
        List<DType> seen = new ArrayList<>();
        y.registerHook(g -> {
            seen.add(g.dtype());
            return null;
        });
        y.cast(DType.FLOAT32).sumAll().backward();
        assertEquals(List.of(DType.BFLOAT16), seen);
    }

    static Stream<UnaryOperator<Tensor>> wrong() {
        return Stream.of(
                g -> g.sumAll(),
                g -> g.reshape(1, 2),
                g -> g.unsqueeze(0),
                g -> g.cast(DType.FLOAT32),
                g -> g.gt(0));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void anAnswerOfAnotherShapeOrTypeFailsTheWholeBackward(UnaryOperator<Tensor> hook) {
        Tensor x = leaf(2, 3);
        Tensor w = leaf(1, 1);
        for (boolean computed : new boolean[] {true, false}) {
            Tensor y = x.square();
            Runnable remove = (computed ? y : x).registerHook(hook);
            String fault = assertThrows(
                            IllegalArgumentException.class,
                            () -> y.add(w).sumAll().backward())
                    .getMessage();
            assertTrue(fault.startsWith("a hook answered "), fault);
            assertNull(x.grad());
            assertNull(w.grad());
            remove.run();
        }
    }

    @Test
    void aHookThatCouldNeverRunIsRefused() {
        Tensor plain = Tensor.ones(2);
        assertThrows(IllegalStateException.class, () -> plain.registerHook(g -> g));
        Tensor frozen = leaf(1).requiresGrad(false);
        assertThrows(IllegalStateException.class, () -> frozen.registerHook(g -> g));
        Tensor detached = leaf(1).square().detach();
        assertThrows(IllegalStateException.class, () -> detached.registerHook(g -> g));
        Tensor unrecorded = Tensor.noGrad(() -> leaf(1).square());
        assertThrows(IllegalStateException.class, () -> unrecorded.registerHook(g -> g));
        Fused inside = Fused.of("inside", t -> {
            Tensor y = t.square();
            y.registerHook(g -> g);
            return y;
        });
        String fault = assertThrows(IllegalStateException.class, () -> inside.call(leaf(1)))
                .getMessage();
        assertTrue(fault.startsWith("registerHook on "), fault);
        assertTrue(fault.contains("do it outside"), fault);
    }

    @Test
    void theyRunOnEachBackend() {
        List<double[]> results = new ArrayList<>();
        for (boolean fusing : new boolean[] {true, false}) {
            try (Engine engine = Engine.builder().fuse(fusing).build()) {
                results.add(engine.call(() -> {
                    Tensor x = leaf(1, -2, 3);
                    List<Tensor> y = SQUARE_AND_CUBE.callAll(x);
                    y.get(1).registerHook(g -> g.mul(2));
                    y.get(0).add(y.get(1)).backward(Tensor.of(new double[] {1, 2, 3}, 3));
                    return x.grad().toDoubles();
                }));
            }
        }
        assertArrayEquals(new double[] {2 + 6, 2 * (-4 + 24), 3 * (6 + 54)}, results.get(0));
        assertArrayEquals(results.get(0), results.get(1));
    }

    @Test
    void aGradientFromOutsideFits() {
        Tensor x = Tensor.ones(2, 3).requiresGrad(true);
        x.setGrad(Tensor.ones(2, 3));
        for (Tensor wrong : List.of(
                Tensor.ones(3),
                Tensor.ones(1, 3),
                Tensor.ones(3, 2),
                Tensor.scalar(1),
                Tensor.ones(2, 3).cast(DType.FLOAT64),
                Tensor.ones(2, 3).cast(DType.FLOAT16),
                Tensor.ones(2, 3).cast(DType.INT64))) {
            assertThrows(IllegalArgumentException.class, () -> x.setGrad(wrong));
        }
        assertEquals(6, x.grad().sumAll().item());
        x.setGrad(null);
        assertNull(x.grad());
        Fused leaking = Fused.of("leaking", t -> {
            x.setGrad(t);
            return t;
        });
        assertThrows(IllegalStateException.class, () -> leaking.call(Tensor.ones(2, 3)));
    }

    @Test
    void aDeclaredGradientFits() {
        for (boolean fused : new boolean[] {true, false}) {
            Tensor x = Tensor.ones(2).requiresGrad(true);
            UnaryOperator<Tensor> wrong = t -> Primitives.customGradient(
                    t.mul(2), List.of(t), dy -> List.of(dy.cast(DType.FLOAT64)));
            String fault = assertThrows(IllegalArgumentException.class, () -> {
                        Tensor y = fused ? Fused.of("wrong", wrong).call(x) : wrong.apply(x);
                        y.sumAll().backward();
                    })
                    .getMessage();
            assertEquals("declared gradient 0 is float64, its input float32; cast it", fault);
            assertNull(x.grad());
        }
        Tensor half = Tensor.ones(2).cast(DType.FLOAT16).requiresGrad(true);
        Primitives.customGradient(
                        half.mul(2),
                        List.of(half),
                        dy -> List.of(dy.cast(DType.FLOAT32).mul(3)))
                .sumAll()
                .backward();
        assertEquals(DType.FLOAT16, half.grad().dtype());
    }

    @Test
    void onlyLeavesAreAssigned() {
        Tensor x = leaf(2);
        Tensor y = x.square();
        double before = y.item();
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> y.assign(leaf(7)));
        assertEquals(
                "values are assigned to leaves; this tensor was computed: use detach() first",
                e.getMessage());
        assertEquals(before, y.item());
        Tensor.noGrad(() -> x.square()).assign(leaf(7));
        y.detach().assign(leaf(7));
        assertTrue(x.isLeaf() && !y.isLeaf() && y.detach().isLeaf());
        y.backward();
        assertEquals(4, x.grad().item());
    }
}
