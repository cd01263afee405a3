package org.fusegrad.fusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fusegrad.Engine;
import org.fusegrad.Explanation;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Pooling;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A plan that is bound to other sizes is the one that would have been made for them: the same
 * kernels to the last constant, and the same bits. Sizes that decide differently get plans of their
 * own.
 */
final class BoundSizesTest {
    /** General sizes, then those that decide something: 0 to 4, ties, more rows than columns. */
    private static final int[][] SIZES = {
        {6, 5, 7, 9}, {8, 5, 9, 7}, {5, 6, 4, 11}, {2, 5, 7, 9}, {3, 5, 7, 9}, {1, 5, 7, 9},
        {6, 1, 7, 9}, {6, 5, 1, 9}, {6, 5, 7, 1}, {6, 5, 1, 1}, {1, 1, 1, 1}, {0, 5, 7, 9},
        {7, 7, 7, 7}, {4, 4, 7, 7}, {64, 5, 7, 9}, {6, 130, 2, 3}, {2, 2, 2, 2}, {2, 3, 1, 1},
        {63, 5, 9, 7}, {49, 4, 1, 1}, {9, 8, 12, 10}, {5, 9, 8, 8},
    };

    private record Case(String name, UnaryOperator<Tensor> formula) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Tensor moments(Tensor x) {
        Tensor c = x.sub(x.mean(0, 2, 3));
        double n = x.dim(0) * x.dim(2) * x.dim(3);
        return c.div(c.square().mean(0, 2, 3).mul(n / (n - 1)).add(1e-3).sqrt());
    }

    private static Tensor softmax(Tensor x) {
        Tensor e = x.sub(x.max(1)).exp();
        return e.div(e.sum(1));
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("moments", BoundSizesTest::moments),
                new Case("rows", x -> x.sub(x.mean(-1)).mul(x.var(-1).add(1).rsqrt())),
                new Case("softmax", BoundSizesTest::softmax),
                new Case(
                        "a factor of the size",
                        x -> x.mul(1.0 / x.dim(0)).sum(0).mul(x.dim(0))),
                new Case(
                        "a count that is now and then the size",
                        x -> x.sub(x.sum(0).div(8)).square().sum(0).div(8)),
                new Case(
                        "a factor that is now and then 1",
                        x -> x.mul(x.dim(1) - 4).tanh()),
                new Case(
                        "reciprocals of counts",
                        x -> x.sum(2).mul(1.0 / x.dim(2)).mul(x)),
                new Case("sums of a constant", x -> x.mul(0).add(3).sum(0).mul(x)),
                new Case(
                        "outer products",
                        x -> x.sum(0).mul(x.sum(1)).mul(x.sum(2, 3)).mul(2)),
                new Case("slices", x -> x.slice(0, x.dim(0) / 2, x.dim(0)).square()),
                new Case("one more sample", x -> Tensor.concat(0, x, x.mean(0).mul(2))),
                new Case(
                        "flat rows",
                        x -> x.reshape(x.dim(0), x.dim(1) * x.dim(2) * x.dim(3))
                                .mul(2)
                                .mean(1)),
                new Case(
                        "turned",
                        x -> x.permute(0, 2, 3, 1).mul(x.permute(0, 2, 3, 1).sum(3))),
                new Case(
                        "products of matrices",
                        x -> x.matmul(x.transpose(2, 3)).tanh().mean(0)),
                new Case(
                        "pooled",
                        x -> x.dim(2) < 4 || x.dim(3) < 4
                                ? x.exp()
                                : Pooling.maxPool2d(x.exp(), 2, 2, 0)),
                new Case("half", x -> moments(x.cast(DType.FLOAT16).cast(DType.FLOAT32))),
                new Case("double", x -> moments(x.cast(DType.FLOAT64))));
    }

    private static Tensor input(int[] size) {
        int n = Arrays.stream(size).reduce(1, (a, b) -> a * b);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i * 37 % 101 * 0.02f - 0.7f;
        }
        return Tensor.of(values, size).requiresGrad(true);
    }

    /** Every second one with the channels last in memory. */
    private static Tensor input(int number) {
        int[] s = SIZES[number];
        return number % 2 == 0
                ? input(s)
                : input(new int[] {s[0], s[2], s[3], s[1]})
                        .permute(0, 3, 1, 2)
                        .detach()
                        .requiresGrad(true);
    }

    private static Engine engine(String backend) {
        return Engine.builder().backend(backend).threads(1).strict(true).build();
    }

    private static List<String> kernels(Explanation e) {
        return Stream.concat(e.forward().kernels().stream(), e.backward().kernels().stream())
                .map(k -> k.graph().toString())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void kernelsAreThoseOfAPlanMadeForTheSizes(Case c) {
        try (Engine engine = engine("interpreter")) {
            Fused fused = Fused.of("f", c.formula());
            for (int i = 0; i < SIZES.length; i++) {
                Tensor x = input(i);
                List<String> bound = kernels(engine.call(() -> fused.explain(null, x)));
                try (Engine fresh = engine("interpreter")) {
                    List<String> made =
                            kernels(fresh.call(() -> Fused.of("f", c.formula()).explain(null, x)));
                    assertEquals(made, bound, () -> "sizes " + x.shape());
                }
            }
        }
    }

    private static double[] run(Engine engine, UnaryOperator<Tensor> formula, Tensor x) {
        return engine.call(() -> {
            Tensor leaf = x.detach().requiresGrad(true);
            Tensor y = formula.apply(leaf);
            y.mul(y).sumAll().backward();
            return Stream.of(y, leaf.grad())
                    .flatMapToDouble(t -> Arrays.stream(t.toDoubles()))
                    .toArray();
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bitsAreThoseOfTheInterpreter(Case c) {
        try (Engine engine = engine("scalar");
                Engine reference = engine("interpreter")) {
            Fused fused = Fused.of("f", c.formula());
            for (int i = 0; i < SIZES.length; i++) {
                Tensor x = input(i);
                double[] expected = run(reference, Fused.of("f", c.formula())::call, x);
                assertArrayEquals(expected, run(engine, fused::call, x));
                assertArrayEquals(run(reference, c.formula(), x), run(engine, c.formula(), x));
            }
        }
    }

    /** Few kernels are planned however many sizes come: of the first, and of special ones. */
    @Test
    void knownFormulasArePlannedOnceForAllSizes() {
        try (Engine engine = engine("scalar")) {
            BatchNorm2d norm = engine.call(() -> new BatchNorm2d(8));
            GroupNorm groups = engine.call(() -> new GroupNorm(2, 8));
            long before = 0;
            for (int i = 0; i < 60; i++) {
                if (i == 10) {
                    before = engine.counters().kernels();
                }
                Tensor x = input(new int[] {10 + i % 20, 8, 11 + i % 7, 12 + i / 2});
                run(engine, y -> groups.forward(norm.forward(y, Activation.RELU)), x);
            }
            long more = engine.counters().kernels() - before;
            assertTrue(more < 30, () -> more + " kernels for 50 sizes");
        }
    }

    @Test
    void stepsOfANetworkHaveTheBitsOfAnEngineThatHasSeenNothing() {
        int[][] sizes = {{4, 3, 9, 11}, {6, 3, 8, 8}, {5, 3, 12, 9}, {1, 3, 9, 9}, {7, 3, 10, 13}};
        try (Engine engine = engine("scalar")) {
            for (int[] size : sizes) {
                double[] known = run(engine, network(), input(size));
                try (Engine fresh = engine("scalar")) {
                    assertArrayEquals(run(fresh, network(), input(size)), known);
                }
            }
        }
    }

    private static UnaryOperator<Tensor> network() {
        RandomSource random = RandomSource.of(3);
        Conv2d first = new Conv2d(3, 4, ConvOptions.kernel(3).padding(1), random);
        Conv2d second = new Conv2d(4, 4, ConvOptions.kernel(3).padding(1).stride(2), random);
        BatchNorm2d norm = new BatchNorm2d(4);
        return x -> second.forward(norm.forward(first.forward(x), Activation.GELU));
    }
}
