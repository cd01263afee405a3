package org.fusegrad.tracing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Primitives;
import org.fusegrad.RandomRecord;
import org.fusegrad.RandomState;
import org.fusegrad.Recompute;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;
import org.fusegrad.dist.Collective;
import org.fusegrad.dist.Shards;
import org.fusegrad.gradcheck.GradCheck;
import org.fusegrad.graph.BatchShard;
import org.fusegrad.math.Philox;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Random numbers are an operation: fresh at each call, the same bits everywhere. */
final class RandomTensorTest {
    private static final UnaryOperator<Tensor> DROP =
            x -> x.mul(Tensor.bernoulli(0.5, x.shape().dims())).mul(2);

    /** What two training calls and one of randn yield, with gradients, from a seed. */
    private static List<double[]> run(long seed, UnaryOperator<Tensor> f) {
        Tensor.manualSeed(seed);
        List<double[]> all = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Tensor x = Tensor.ones(3, 70).requiresGrad(true);
            Tensor y = f.apply(x);
            y.sumAll().backward();
            all.add(y.toDoubles());
            all.add(x.grad().toDoubles());
        }
        all.add(Tensor.randn(5).toDoubles());
        return all;
    }

    private static void assertSame(List<double[]> expected, List<double[]> got) {
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), got.get(i));
        }
    }

    static Stream<Engine.Builder> engines() {
        return Stream.of(
                Engine.builder().backend("interpreter").threads(1),
                Engine.builder().backend("scalar").threads(1),
                Engine.builder().threads(3),
                Engine.builder().fuse(false),
                Engine.builder().verify(true));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void sameBitsEverywhere(Engine.Builder builder) {
        UnaryOperator<Tensor> two = x -> DROP.apply(x).add(Tensor.randn(3, 70)).mul(x);
        Fused fused = Fused.of("two", two);
        List<double[]> expected = run(7, two);
        try (Engine engine = builder.build()) {
            assertSame(expected, engine.call(() -> run(7, two)));
            assertSame(expected, engine.call(() -> run(7, fused::call)));
        }
    }

    @Test
    void elementsAreThoseOfPhilox() {
        Tensor.manualSeed(42);
        long stream = 1L << 32;
        float[] u = Tensor.rand(3, 7).toFloats();
        double[] n = Tensor.randn(Shape.of(5), DType.FLOAT64).toDoubles();
        double[] d = Tensor.rand(Shape.of(5), DType.FLOAT64).toDoubles();
        float[] f = Tensor.randn(5).toFloats();
        for (int i = 0; i < 21; i++) {
            assertEquals(Philox.floatAt(42, stream, i), u[i]);
        }
        for (int i = 0; i < 5; i++) {
            assertEquals(Philox.normalAt(42, stream + 1, i), n[i]);
            assertEquals(Philox.doubleAt(42, stream + 2, i), d[i]);
            assertEquals((float) Philox.normalAt(42, stream + 3, i), f[i]);
        }
    }

    @Test
    void manyElementsAreCutAmongThreadsAtBlocks() {
        Tensor.manualSeed(3);
        float[] all = Tensor.rand(100_003).toFloats();
        for (int i : new int[] {0, 16_383, 16_384, 16_385, 65_536, 100_002}) {
            assertEquals(Philox.floatAt(3, 1L << 32, i), all[i]);
        }
    }

    @Test
    void freshAtEachCallAndAgainFromTheSeed() {
        Fused drop = Fused.of("drop", DROP);
        List<double[]> first = run(1, drop::call);
        assertFalse(Arrays.equals(first.get(0), first.get(2)));
        assertSame(first, run(1, drop::call));
        assertFalse(Arrays.equals(first.get(0), run(2, drop::call).get(0)));
    }

    @Test
    void theBackwardSeesTheMaskOfItsForward() {
        Fused drop = Fused.of("drop", DROP);
        Tensor x = Tensor.ones(1000).requiresGrad(true);
        List<Tensor> results = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            results.add(drop.call(x));
        }
        for (Tensor y : results) {
            x.setGrad(null);
            y.backward(Tensor.ones(1000), true, false);
            assertArrayEquals(y.toDoubles(), x.grad().toDoubles());
            x.setGrad(null);
            y.backward(Tensor.ones(1000));
            assertArrayEquals(y.toDoubles(), x.grad().toDoubles());
        }
    }

    @Test
    void gradientsOfGradientsSeeTheMaskToo() {
        Fused f = Fused.of("cube", x -> DROP.apply(x).pow(3));
        Tensor x = Tensor.full(Shape.of(64), 2, DType.FLOAT64).requiresGrad(true);
        Fused g = Fused.of(
                "cube64", t -> t.mul(Tensor.rand(Shape.of(64), DType.FLOAT64)).pow(3));
        Tensor y = g.call(x);
        Tensor dx = Tensor.grad(List.of(y.sumAll()), List.of(x), Arrays.asList((Tensor) null), true)
                .get(0);
        Tensor dxx = Tensor.grad(List.of(dx.sumAll()), List.of(x)).get(0);
        for (int i = 0; i < 64; i++) {
            double cube = y.toDoubles()[i] / 8;
            assertEquals(12 * cube, dx.toDoubles()[i], 1e-12);
            assertEquals(12 * cube, dxx.toDoubles()[i], 1e-12);
        }
        assertEquals(64, f.call(Tensor.ones(64)).shape().numel());
    }

    @Test
    void theGradientCheckHoldsTheNumbers() {
        Tensor x = Tensor.of(new double[] {0.3, -1.2, 2, 0.7}, 4);
        RandomState before = Engine.current().randomState();
        UnaryOperator<Tensor> f = t -> t.mul(Tensor.rand(Shape.of(4), DType.FLOAT64))
                .add(Tensor.randn(4).cast(DType.FLOAT64))
                .sin();
        GradCheck.of(in -> List.of(f.apply(in.get(0)))).inputs(x).order(2).check();
        Fused fused = Fused.of("noise", f);
        GradCheck.of(in -> List.of(fused.call(in.get(0)))).inputs(x).order(2).check();
        assertEquals(before, Engine.current().randomState());
    }

    @Test
    void recomputationDrawsTheSameNumbers() {
        UnaryOperator<Tensor> part = x -> DROP.apply(x.tanh()).mul(x);
        for (UnaryOperator<Tensor> p : List.of(part, Fused.of("part", part)::call)) {
            List<double[]> kept = run(5, p);
            assertSame(kept, run(5, Recompute.of(p)));
        }
    }

    @Test
    void aRecordRepeatsAndGoesOn() {
        RandomRecord record = new RandomRecord();
        Fused drop = Fused.of("drop", DROP);
        Supplier<double[]> one = () -> drop.call(Tensor.ones(50)).toDoubles();
        double[] first = record.during(one);
        double[] between = Tensor.rand(50).toDoubles();
        double[][] again = record.during(() -> new double[][] {one.get(), one.get()});
        assertArrayEquals(first, again[0]);
        assertFalse(Arrays.equals(first, again[1]));
        assertFalse(Arrays.equals(between, again[1]));
        assertArrayEquals(again[1], record.during(() -> new double[][] {one.get(), one.get()})[1]);
    }

    @Test
    void aRecordOfASeedHasNumbersOfItsOwn() {
        Supplier<double[]> one = () -> Tensor.rand(50).toDoubles();
        double[] first = RandomRecord.of(3).during(one);
        RandomState before = Engine.current().randomState();
        try (Engine engine = Engine.builder().threads(1).seed(99).build()) {
            assertArrayEquals(first, engine.call(() -> RandomRecord.of(3).during(one)));
        }
        assertEquals(before, Engine.current().randomState());
        assertFalse(Arrays.equals(first, RandomRecord.of(4).during(one)));
    }

    @Test
    void declaredBackwardsDrawAtTheirOwnTime() {
        UnaryOperator<Tensor> f = x -> Primitives.customGradient(
                x.mul(1), List.of(x), dy -> List.of(dy.mul(Tensor.rand(3, 70))));
        assertSame(run(9, f), run(9, Fused.of("declared", f)::call));
    }

    @Test
    void unusedNumbersCountAsDrawn() {
        UnaryOperator<Tensor> f = x -> {
            Tensor.rand(4);
            return x.mul(Tensor.rand(3, 70));
        };
        assertSame(run(4, f), run(4, Fused.of("unused", f)::call));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64", "BFLOAT16", "FLOAT16"})
    void distributions(DType dtype) {
        Tensor.manualSeed(11);
        Tensor u = Tensor.rand(Shape.of(20_000), dtype);
        Tensor n = Tensor.randn(Shape.of(20_000), dtype);
        assertEquals(dtype, u.dtype());
        assertEquals(dtype, n.dtype());
        double[] us = u.toDoubles();
        assertTrue(Arrays.stream(us).allMatch(v -> v >= 0 && v < 1));
        assertEquals(0.5, Arrays.stream(us).average().orElseThrow(), 0.01);
        double[] ns = n.toDoubles();
        assertEquals(0, Arrays.stream(ns).average().orElseThrow(), 0.03);
        assertEquals(1, Arrays.stream(ns).map(v -> v * v).average().orElseThrow(), 0.05);
    }

    @Test
    void bernoulliAndItsEnds() {
        Tensor.manualSeed(1);
        assertEquals(0.3, Tensor.bernoulli(0.3, 10_000).mean().item(), 0.02);
        assertEquals(0, Tensor.bernoulli(0, 1000).sumAll().item());
        assertEquals(1000, Tensor.bernoulli(1, 1000).sumAll().item());
        for (double p : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> Tensor.bernoulli(p, 3));
        }
    }

    @Test
    void shapesWithoutAxesAndWithoutElements() {
        assertEquals(1, Tensor.rand().shape().numel());
        assertEquals(0, Tensor.rand(0, 3).shape().numel());
        Fused f = Fused.of("empty", x -> x.add(Tensor.rand(0, 3)));
        assertEquals(0, f.call(Tensor.zeros(0, 3)).shape().numel());
        Fused scalar = Fused.of("scalar", x -> x.mul(Tensor.rand()));
        assertTrue(scalar.call(Tensor.ones(3)).toDoubles()[2] < 1);
        assertThrows(IllegalArgumentException.class, () -> Tensor.rand(Shape.of(3), DType.INT64));
    }

    @Test
    void aStateOfTheNumbersCanBeSaved() {
        Tensor.manualSeed(8);
        Tensor.rand(3);
        RandomState saved = Engine.current().randomState();
        double[] next = Tensor.randn(4).toDoubles();
        Tensor.rand(1);
        Engine.current().randomState(saved);
        assertArrayEquals(next, Tensor.randn(4).toDoubles());
    }

    @Test
    void whatFailsHasDrawnNothing() {
        Tensor.manualSeed(8);
        Fused wrong = Fused.of("wrong", x -> x.mul(Tensor.rand(3)));
        RandomState before = Engine.current().randomState();
        assertThrows(IllegalArgumentException.class, () -> wrong.call(Tensor.ones(2)));
        assertThrows(
                IllegalStateException.class,
                () -> Transaction.run(() -> {
                    wrong.call(Tensor.ones(3));
                    wrong.call(Tensor.ones(3));
                    throw new IllegalStateException("fails");
                }));
        assertEquals(before, Engine.current().randomState());
    }

    @Test
    void replicasDoNotShareThem() {
        Fused drop = Fused.of("drop", DROP);
        BatchShard share = Shards.of(Collective.alone(), "drop", DType.FLOAT32, Shape.of(4, 2));
        String message = assertThrows(
                        IllegalStateException.class,
                        () -> drop.callShared(share, null, Tensor.ones(4, 2)))
                .getMessage();
        assertTrue(message.contains("'drop' draws random numbers"), message);
    }

    @Test
    void channelsLastDrawsTheSame() {
        Tensor x = Tensor.ones(2, 3, 4, 5);
        Tensor last = Tensor.ones(2, 4, 5, 3).permute(0, 3, 1, 2);
        Fused drop = Fused.of("drop", DROP);
        Tensor.manualSeed(6);
        double[] plain = drop.call(x).toDoubles();
        Tensor.manualSeed(6);
        assertArrayEquals(plain, drop.call(last).toDoubles());
    }
}
