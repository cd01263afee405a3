package org.fusegrad.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.GhostBatchNorm;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.MicroBatches;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A few samples at a time give what the whole batch gives. */
final class MicroBatchesTest {
    private static final int[] SHAPE = {7, 3, 5, 4};
    private static final NormOptions WIDE = NormOptions.DEFAULT.dtype(DType.FLOAT64);

    /** A scale of each channel: parameters before and between the norms. */
    private static final class Scale extends Module {
        private final Tensor weight;

        Scale(double... values) {
            weight = parameter("weight", Tensor.of(values, 1, values.length, 1, 1));
        }

        @Override
        public Tensor forward(Tensor x) {
            return x.mul(weight).add(x.square().mul(0.1));
        }
    }

    /** x + part(x), so that a sweep meets layers side by side. */
    private static final class Residual extends Module {
        private final Module part;
        private final BatchNorm2d shortcut = child("shortcut", new BatchNorm2d(3, WIDE));

        Residual(Module part) {
            this.part = child("part", part);
        }

        @Override
        public Tensor forward(Tensor x) {
            return part.forward(x).add(shortcut.forward(x));
        }
    }

    private static Module deep() {
        return new Sequential(
                new Scale(0.5, 1, 2),
                new BatchNorm2d(3, WIDE),
                Layer.relu(),
                new Residual(new Sequential(
                        new Scale(1, 1, 3), new IEBN2d(3, WIDE), new GroupNorm(1, 3, WIDE))),
                new BatchNorm2d(3, WIDE.cumulativeAverage()),
                new Scale(2, 1, 1));
    }

    private static Map<String, double[]> step(
            Module module, UnaryOperator<Tensor> call, Tensor from) {
        Map<String, double[]> all = new LinkedHashMap<>();
        Tensor x = from.mul(1).detach().requiresGrad(true);
        Tensor y = call.apply(x);
        y.backward(Samples.of(6).normal(SHAPE).cast(from.dtype()));
        all.put("y", y.toDoubles());
        all.put("dx", x.grad().toDoubles());
        module.namedParameters()
                .forEach((path, p) -> all.put("d " + path, p.grad().toDoubles()));
        module.stateDict().forEach((path, v) -> all.put(path, v.toDoubles()));
        return all;
    }

    private static void assertSame(
            Map<String, double[]> expected, Map<String, double[]> actual, double tolerance) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, e) -> {
            double largest = Arrays.stream(e).map(Math::abs).max().orElse(0);
            assertArrayEquals(e, actual.get(name), tolerance * Math.max(1, largest), name);
        });
    }

    static List<Way> ways() {
        return Way.all();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aDeepModuleIsExact(Way way) {
        way.call(() -> {
            for (int size : new int[] {1, 2, 3, 7, 10}) {
                Module whole = deep();
                Module parts = deep();
                UnaryOperator<Tensor> micro = MicroBatches.of(parts, size);
                for (int t = 0; t < 2; t++) {
                    Tensor x = Samples.of(50 + t).normal(SHAPE);
                    assertSame(step(whole, whole::forward, x), step(parts, micro, x), 1e-11);
                }
            }
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("ways")
    void stagesAreExact(Way way) {
        way.call(() -> {
            Supplier<List<Module>> make = () -> List.of(
                    new Sequential(new Scale(1, 2, 3), new BatchNorm2d(3, WIDE), Layer.relu()),
                    new Sequential(new Scale(3, 2, 1), new BatchNorm2d(3, WIDE)));
            Module whole = new Sequential(make.get());
            List<Module> stages = make.get();
            Module parts = new Sequential(stages);
            UnaryOperator<Tensor> first = MicroBatches.of(stages.get(0), 2);
            UnaryOperator<Tensor> second = MicroBatches.of(stages.get(1), 3);
            Tensor x = Samples.of(1).normal(SHAPE);
            assertSame(
                    step(whole, whole::forward, x),
                    step(parts, v -> second.apply(first.apply(v)), x),
                    1e-11);
            return null;
        });
    }

    /** Float32 at a mean of 1000 deviations: the statistics are handed over as pairs of numbers. */
    @Test
    void singlePrecisionKeepsItsDigits() {
        Module whole = new BatchNorm2d(3);
        Module parts = new BatchNorm2d(3);
        Tensor x = Samples.of(2).normal(SHAPE).add(1000).cast(DType.FLOAT32);
        var expected = step(whole, whole::forward, x);
        var actual = step(parts, MicroBatches.of(parts, 2), x);
        for (String name : List.of("y", "dx", "d weight", "d bias", "running_var")) {
            assertArrayEquals(expected.get(name), actual.get(name), 3e-6, name);
        }
        assertArrayEquals(expected.get("running_mean"), actual.get("running_mean"), 1e-4);
    }

    @Test
    void twoForwardsBeforeABackward() {
        Module whole = deep();
        Module parts = deep();
        UnaryOperator<Tensor> micro = MicroBatches.of(parts, 2);
        List<double[]> results = new ArrayList<>();
        for (UnaryOperator<Tensor> f : List.<UnaryOperator<Tensor>>of(whole::forward, micro)) {
            Tensor x = Samples.of(8).normal(SHAPE).requiresGrad(true);
            Tensor first = f.apply(x);
            Tensor second = f.apply(Samples.of(9).normal(SHAPE).mul(3));
            second.square().sumAll().backward();
            first.square().sumAll().backward();
            results.add(x.grad().toDoubles());
        }
        assertArrayEquals(results.get(0), results.get(1), 1e-10);
    }

    @Test
    void nothingMovesWithoutRecordingNorInTheBackward() {
        Module module = deep();
        UnaryOperator<Tensor> micro = MicroBatches.of(module, 2);
        var before = Stateful.values(module);
        Tensor x = Samples.of(8).normal(SHAPE).requiresGrad(true);
        Tensor.noGrad(() -> micro.apply(x));
        assertEquals(before, Stateful.values(module));
        Tensor y = micro.apply(x);
        var moved = Stateful.values(module);
        y.backward(x.detach(), true, false);
        y.backward(x.detach());
        assertEquals(moved, Stateful.values(module));
        module.eval();
        assertEquals(Stateful.numbers(module.forward(x)), Stateful.numbers(micro.apply(x)));
    }

    @Test
    void whatCannotBeExactIsRefused() {
        Tensor x = Samples.of(8).normal(SHAPE).requiresGrad(true);
        BatchNorm2d norm = new BatchNorm2d(3, WIDE);
        UnaryOperator<Tensor> twice = MicroBatches.of(new Sequential(norm, norm), 2);
        assertThrows(IllegalStateException.class, () -> twice.apply(x));
        Module mabn = new MABN2d(3, MABNWindow.of(2, 4), WIDE);
        assertThrows(
                IllegalArgumentException.class, () -> MicroBatches.of(mabn, 2).apply(x));
        Module ghost = new GhostBatchNorm(1, 3, WIDE);
        assertThrows(
                IllegalArgumentException.class, () -> MicroBatches.of(ghost, 2).apply(x));
        assertThrows(IllegalArgumentException.class, () -> MicroBatches.of(norm, 0));
        Tensor y = MicroBatches.of(norm, 2).apply(x);
        assertThrows(IllegalStateException.class, () -> y.backward(x.detach(), true, true));
        assertThrows(
                IllegalArgumentException.class,
                () -> MicroBatches.of(norm, 2)
                        .apply(Tensor.full(Shape.of(1, 3, 1, 1), 1, DType.FLOAT64)));
    }

    /** What the tape holds between forward and backward: the input of each part of the module. */
    @Test
    void memoryIsThatOfTheInputs() {
        Supplier<Module> make = () -> {
            List<Module> layers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                layers.add(new Scale(1, 2, 3));
                layers.add(new BatchNorm2d(3, WIDE));
            }
            return new Sequential(layers);
        };
        Module whole = make.get();
        Module parts = make.get();
        long all = held(whole::forward);
        long few = held(MicroBatches.of(parts, 4));
        assertTrue(few * 5 < all, () -> few + " bytes instead of " + all);
    }

    /** Bytes reachable after a forward through its result, measured by the garbage collector. */
    private static long held(UnaryOperator<Tensor> call) {
        try (Engine engine = Engine.builder().backend("interpreter").build()) {
            return engine.call(() -> {
                Tensor x = Tensor.full(Shape.of(64, 3, 64, 64), 1, DType.FLOAT64)
                        .add(Samples.of(1).normal(64, 3, 1, 1));
                Shape first = call.apply(x).shape(); // Compiled before anything is counted.
                long before = used();
                Tensor y = call.apply(x);
                long after = used();
                y.sumAll().backward();
                return after - before - 8L * first.numel();
            });
        }
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
