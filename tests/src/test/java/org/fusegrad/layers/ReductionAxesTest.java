package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scans that reduce and then use the result, over every set of axes, in both precisions. */
final class ReductionAxesTest {
    private static final int[] SHAPE = {3, 4, 2, 5};

    static Stream<Arguments> axes() {
        List<Arguments> all = new ArrayList<>();
        for (Way way : Way.all()) {
            for (int set = 1; set < 1 << SHAPE.length; set++) {
                int bits = set;
                int[] axes = IntStream.range(0, SHAPE.length)
                        .filter(i -> (bits >> i & 1) == 1)
                        .toArray();
                all.add(Arguments.of(axes, DType.FLOAT64, way));
                all.add(Arguments.of(axes, DType.FLOAT32, way));
            }
        }
        return all.stream();
    }

    /** A standardization and a shifted softmax, with their gradient. */
    private static List<double[]> step(int[] axes, DType dtype) {
        Samples s = Samples.of(41);
        Tensor x = s.normal(SHAPE).cast(dtype).detach().requiresGrad(true);
        Tensor dy = s.normal(SHAPE).cast(dtype);
        List<Tensor> out = Way.traced("axes", in -> {
                    Tensor centred = in.get(0).sub(in.get(0).mean(axes));
                    Tensor xh =
                            centred.div(centred.square().mean(axes).add(1e-3).sqrt());
                    Tensor e = in.get(0).sub(in.get(0).max(axes).detach()).exp();
                    return List.of(xh, e.div(e.sum(axes)));
                })
                .apply(List.of(x));
        Tensor g = Tensor.grad(out, List.of(x), List.of(dy, dy), false).get(0);
        return List.of(out.get(0).toDoubles(), out.get(1).toDoubles(), g.toDoubles());
    }

    @ParameterizedTest(name = "axes {0} {1} on {2}")
    @MethodSource("axes")
    void agreesWithEagerInterpretation(int[] axes, DType dtype, Way way) {
        List<double[]> expected = new Way("interpreter", false).call(() -> step(axes, dtype));
        List<double[]> got = way.call(() -> step(axes, dtype));
        double tolerance = dtype == DType.FLOAT64 ? 1e-12 : 2e-5;
        for (int i = 0; i < got.size(); i++) {
            assertArrayEquals(expected.get(i), got.get(i), tolerance, "result " + i);
        }
    }
}
