package org.fusegrad.fusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Backends;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Formulas that random search found broken, shrunk; each has a name that says what was wrong. Fused
 * and unfused must agree on every backend, forward and backward.
 */
final class FoundByFuzzingTest {
    /** A formula and the shapes of its arguments. */
    private record Case(TensorFunction formula, List<Shape> shapes) {}

    private static final Map<String, Case> CASES = new TreeMap<>();

    static {
        put(
                "a constant expression made a kernel forget its loops",
                in -> List.of(in.get(1).relu(), in.get(0).expand(5, 3, 5).div(2)),
                Shape.of(5, 1, 5),
                Shape.of(5, 1, 5));
        put(
                "x - x lost its shape, seen by a reshape",
                in -> {
                    Tensor v = in.get(0).cumsum(0).var(0, 1, 2, 3);
                    return List.of(v.add(in.get(0)), in.get(0).var(1));
                },
                Shape.of(1, 1, 2, 1));
        put(
                "x - x lost its shape, seen by a reduction",
                in -> {
                    Tensor v = in.get(0).max(0).reshape(1, 1);
                    Tensor w = v.var(0, 1);
                    return List.of(v.div(v.expand(3, 4)), w.prod(1));
                },
                Shape.of(2));
        put(
                "x - x lost its shape, seen by a running sum",
                in -> {
                    Tensor x = in.get(0);
                    return List.of(x.sub(x).cumsum(0), x.square().add(0.5).expand(2, 2, 6));
                },
                Shape.of(1, 6));
        put(
                "two passes pushed one another later for ever",
                in -> {
                    Tensor v = in.get(1).maximum(in.get(0));
                    return List.of(in.get(0).exp(), v.var(0, 1), v.div(v.sum(0, 1)));
                },
                Shape.of(2, 2),
                Shape.of(1, 2));
        put(
                "float64 sums were taken again where a float32 sum beside them overflowed",
                in -> {
                    Tensor x = in.get(0).cast(DType.FLOAT32).add(60).exp();
                    Tensor wide = x.cast(DType.FLOAT64).square().sum(1);
                    return List.of(wide.mul(1e-55), x.square().sum(1).reciprocal());
                },
                Shape.of(20, 100));
        put(
                "a product less itself was what rounding had taken from it",
                in -> {
                    Tensor product = in.get(0).mul(in.get(1));
                    return List.of(product.sub(product).mul(1e12), product.exp());
                },
                Shape.of(3, 40),
                Shape.of(3, 1));
        put(
                "half precision negated twice was half precision again",
                in -> {
                    Tensor minus = in.get(0).cast(DType.FLOAT16).neg();
                    return List.of(Tensor.concat(1, minus, minus.neg()).cast(DType.FLOAT64));
                },
                Shape.of(3, 5));
        put(
                "two axes of an upstream gradient became one",
                in -> {
                    Tensor v = in.get(0).reshape(7, 2, 2, 6).sum(1, 2, 3);
                    return List.of(v.add(in.get(0)));
                },
                Shape.of(7, 4, 6));
    }

    private static void put(String name, TensorFunction formula, Shape... shapes) {
        CASES.put(name, new Case(formula, List.of(shapes)));
    }

    static List<String> names() {
        return List.copyOf(CASES.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyWayAgrees(String name) {
        List<double[]> expected = run(name, Way.all().get(0));
        for (Way way : Way.all()) {
            List<double[]> got = run(name, way);
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), got.get(i), 1e-12, way + " value " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyKernelHasTheBitsOfTheInterpreter(String name) {
        for (String backend : Backends.available()) {
            Engine.Builder engine =
                    Engine.builder().backend(backend).threads(2).strict(true).verify(true);
            try (Engine verifying = engine.build()) {
                verifying.call(() -> run(name));
            }
        }
    }

    /** Results, then gradients along ones. */
    private static List<double[]> run(String name, Way way) {
        return way.call(() -> run(name));
    }

    private static List<double[]> run(String name) {
        Case c = CASES.get(name);
        TensorFunction f = Way.traced("found", c.formula());
        Samples samples = Samples.of(7);
        List<Tensor> in = c.shapes().stream()
                .map(s -> samples.normal(s.dims()).requiresGrad(true))
                .toList();
        List<Tensor> out = f.apply(in);
        List<Tensor> ones =
                out.stream().map(t -> Tensor.full(t.shape(), 1, t.dtype())).toList();
        List<double[]> all = new java.util.ArrayList<>();
        out.forEach(t -> all.add(t.toDoubles()));
        Tensor.grad(out, in, ones, false).forEach(g -> all.add(g.toDoubles()));
        return all;
    }
}
