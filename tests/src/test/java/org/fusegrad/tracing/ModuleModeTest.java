package org.fusegrad.tracing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Setting;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchRenorm2d;
import org.fusegrad.nn.norm.GhostBatchNorm;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A module called inside a formula acts as it is set at each call, as it does outside. */
final class ModuleModeTest {
    private static Tensor input() {
        return Tensor.recording(
                false,
                () -> Tensor.arange(48)
                        .cast(org.fusegrad.type.DType.FLOAT32)
                        .sin()
                        .mul(3)
                        .reshape(4, 3, 2, 2));
    }

    static Stream<Norm> norms() {
        return Stream.of(
                new BatchNorm2d(3),
                new IEBN2d(3),
                new BatchRenorm2d(3),
                new GhostBatchNorm(2, 3),
                new MABN2d(3, MABNWindow.of(4, 4)));
    }

    /** Twice the same changes: on the module by itself, and on one inside a formula. */
    private static void assertLikeOutside(
            Norm outside, Norm inside, List<Consumer<Norm>> changes, UnaryOperator<Tensor> around) {
        inside.loadStateDict(outside.stateDict());
        Layer formula = Layer.of("around", x -> around.apply(inside.forward(x)));
        for (Consumer<Norm> change : changes) {
            change.accept(outside);
            change.accept(inside);
            for (int repeat = 0; repeat < 2; repeat++) {
                Tensor x = input().requiresGrad(true);
                Tensor y = input().requiresGrad(true);
                Tensor expected = around.apply(outside.forward(x));
                Tensor got = formula.forward(y);
                assertArrayEquals(expected.toDoubles(), got.toDoubles(), 1e-5);
                expected.square().sumAll().backward();
                got.square().sumAll().backward();
                assertArrayEquals(x.grad().toDoubles(), y.grad().toDoubles(), 1e-3);
                for (String path : outside.stateDict().keySet()) {
                    assertArrayEquals(
                            outside.stateDict().get(path).toDoubles(),
                            inside.stateDict().get(path).toDoubles(),
                            1e-5,
                            path);
                }
            }
        }
    }

    private static Norm copy(Norm norm) {
        return norms().filter(n -> n.getClass() == norm.getClass()).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("norms")
    void modesAndFreezing(Norm norm) {
        List<Consumer<Norm>> changes = List.of(
                n -> {},
                n -> n.eval(),
                n -> n.train(),
                Norm::freezeStatistics,
                Norm::unfreezeStatistics,
                n -> n.eval(),
                n -> n.train());
        assertLikeOutside(norm, copy(norm), changes, y -> y.mul(0.5));
    }

    @Test
    void formulasInFormulas() {
        Layer inner = Layer.of("inner", x -> x.tanh());
        assertLikeOutside(
                new BatchNorm2d(3),
                new BatchNorm2d(3),
                List.of(n -> {}, n -> n.eval(), n -> n.train()),
                y -> inner.forward(y));
    }

    @Test
    void frozenParametersGetNoGradients() {
        GroupNorm norm = new GroupNorm(1, 3);
        Layer formula = Layer.of("frozen", x -> norm.forward(x));
        formula.forward(input()).sumAll().backward();
        assertTrue(norm.weight().orElseThrow().grad() != null);
        norm.freezeAffine();
        formula.forward(input().requiresGrad(true)).sumAll().backward();
        assertNull(norm.weight().orElseThrow().grad());
        norm.unfreezeAffine();
        formula.forward(input()).sumAll().backward();
        assertTrue(norm.weight().orElseThrow().grad() != null);
    }

    @Test
    void aPartThatIsReplacedIsCalled() {
        Sequential model = new Sequential(new BatchNorm2d(3), new GroupNorm(1, 3));
        Layer formula = Layer.of("model", model::forward);
        formula.forward(input());
        model.replace("0", Layer.of("double", x -> x.mul(2)));
        model.replace("1", Layer.of("shift", x -> x.add(1)));
        double[] expected =
                Arrays.stream(input().toDoubles()).map(v -> 2 * v + 1).toArray();
        assertArrayEquals(expected, formula.forward(input()).toDoubles(), 1e-5);
    }

    @Test
    void aWatcherStandsAroundCallsInside() {
        Linear linear = new Linear(2, 2);
        Layer formula = Layer.of("watched", x -> linear.forward(x));
        Tensor x = Tensor.ones(1, 2);
        double[] plain = formula.forward(x).toDoubles();
        Runnable end = linear.watch((m, in, call) -> call.get().mul(2));
        double[] twice = formula.forward(x).toDoubles();
        end.run();
        double[] after = formula.forward(x).toDoubles();
        assertArrayEquals(new double[] {2 * plain[0], 2 * plain[1]}, twice, 1e-6);
        assertArrayEquals(plain, after);
    }

    @Test
    void aModeIsTracedOnce() {
        BatchNorm2d norm = new BatchNorm2d(3);
        List<Boolean> traces = new ArrayList<>();
        Fused formula = Fused.of("count", x -> {
            traces.add(norm.isTraining());
            return norm.forward(x);
        });
        Tensor x = input();
        formula.call(x);
        norm.eval();
        formula.call(x);
        assertEquals(List.of(true, false), traces);
        for (int i = 0; i < 3; i++) {
            norm.train();
            formula.call(x);
            norm.eval();
            formula.call(x);
        }
        // Beyond those: looked at again at the second and the fourth call of each.
        assertEquals(6, traces.size());
    }

    /** A module of a user's own, whose switch is a setting. */
    private static final class Switched extends Module {
        final Setting<Double> slope = Setting.of(1.0);

        @Override
        public Tensor forward(Tensor x) {
            return isTraining() ? x.mul(slope.get()) : x;
        }
    }

    @Test
    void settingsOfAUsersOwnModule() {
        Switched module = new Switched();
        Layer formula = Layer.of("own", module::forward);
        Tensor x = Tensor.of(1f, 2f);
        assertArrayEquals(new double[] {1, 2}, formula.forward(x).toDoubles());
        module.slope.set(3.0);
        assertArrayEquals(new double[] {3, 6}, formula.forward(x).toDoubles());
        module.eval();
        assertArrayEquals(new double[] {1, 2}, formula.forward(x).toDoubles());
        module.train();
        assertArrayEquals(new double[] {3, 6}, formula.forward(x).toDoubles());
    }

    @Test
    void aDeclaredBackwardReadsSettingsToo() {
        Setting<Double> slope = Setting.of(1.0);
        Fused formula = Fused.of(
                "declared",
                x -> org.fusegrad.Primitives.customGradient(
                        x.mul(1), List.of(x), dy -> List.of(dy.mul(slope.get()))));
        for (double s : new double[] {1, 5, 1, 7}) {
            slope.set(s);
            Tensor x = Tensor.of(1f, 2f).requiresGrad(true);
            formula.call(x).sumAll().backward();
            assertArrayEquals(new double[] {s, s}, x.grad().toDoubles());
        }
    }

    @Test
    void whatAFormulaAsksOfTheCall() {
        Tensor w = Tensor.of(2f).requiresGrad(true);
        Fused formula = Fused.of("asks", x -> {
            Tensor y = Tensor.isRecording() ? x.mul(2) : x.mul(3);
            return w.requiresGrad() ? y.add(1) : y;
        });
        Tensor x = Tensor.of(1f);
        assertEquals(3, formula.call(x).item());
        assertEquals(4, Tensor.noGrad(() -> formula.call(x)).item());
        w.requiresGrad(false);
        assertEquals(2, formula.call(x).item());
        assertEquals(3, Tensor.noGrad(() -> formula.call(x)).item());
    }

    @Test
    void aParameterLookedAtInJavaIsLookedAtAnew() {
        Tensor w = Tensor.of(2f).requiresGrad(true);
        Fused formula = Fused.of("looks", x -> x.mul(w.item()));
        Tensor x = Tensor.of(1f);
        assertEquals(2, formula.call(x).item());
        w.assign(Tensor.of(5f));
        assertEquals(5, formula.call(x).item());
    }

    @Test
    void noGradInsideAFormulaStopsGradients() {
        UnaryOperator<Tensor> f = x -> x.mul(Tensor.noGrad(() -> x.square()));
        Tensor eager = Tensor.of(3f).requiresGrad(true);
        f.apply(eager).sumAll().backward();
        Tensor traced = Tensor.of(3f).requiresGrad(true);
        Fused.of("no_grad", f).call(traced).sumAll().backward();
        assertEquals(9, eager.grad().item());
        assertEquals(9, traced.grad().item());
    }

    @Test
    void enginesAndModesAreApart() {
        BatchNorm2d norm = new BatchNorm2d(3);
        Layer formula = Layer.of("both", x -> norm.forward(x));
        double[] training = formula.forward(input()).toDoubles();
        try (Engine engine = Engine.builder().backend("interpreter").threads(1).build()) {
            norm.eval();
            double[] other = engine.call(() -> formula.forward(input())).toDoubles();
            double[] here = formula.forward(input()).toDoubles();
            assertArrayEquals(here, other);
            assertFalse(Arrays.equals(training, here));
        }
    }
}
