package org.fusegrad.modes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.Engine;
import org.fusegrad.Explanation;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.modes.Kind.Ranked;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.ops.Activation;
import org.fusegrad.plan.Executable;
import org.fusegrad.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Inputs in any memory order: the same results, in one kernel each way, and no copy. */
final class MemoryOrderTest {
    /** How the same numbers lie in memory; whether sums follow the same order. */
    enum Order {
        CHANNELS_LAST(false, x -> {
            int rank = x.rank();
            int[] last = new int[rank];
            int[] back = new int[rank];
            for (int i = 0; i < rank; i++) {
                last[i] = i == rank - 1 ? 1 : i == 0 ? 0 : i + 1;
                back[last[i]] = i;
            }
            return copy(x.permute(last)).permute(back);
        }),
        SLICED(true, x -> wide(x).slice(-1, 1, 1 + x.dim(-1))),
        STEPPED(true, x -> {
            Tensor twice = Tensor.stack(x.rank(), List.of(x, x.neg()));
            int[] joined = x.shape().dims();
            joined[x.rank() - 1] *= 2;
            return copy(twice.reshape(joined)).slice(-1, 0, joined[x.rank() - 1], 2);
        });

        final boolean sameSums;
        final UnaryOperator<Tensor> make;

        Order(boolean sameSums, UnaryOperator<Tensor> make) {
            this.sameSums = sameSums;
            this.make = make;
        }

        /** Framed by one column on either side. */
        private static Tensor wide(Tensor x) {
            Tensor edge = x.slice(-1, 0, 1);
            return copy(Tensor.concat(x.rank() - 1, edge, x, edge));
        }

        private static Tensor copy(Tensor x) {
            return Tensor.ofValue(x.value().contiguous());
        }
    }

    record Case(Ranked ranked, Order order) {}

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (Ranked ranked : Kind.all()) {
            for (Order order : Order.values()) {
                if (order != Order.CHANNELS_LAST || ranked.rank() > 2) {
                    cases.add(new Case(ranked, order));
                }
            }
        }
        return cases;
    }

    private record Results(double[] y, double[] dx, List<double[]> parameters) {}

    private static Results run(Norm norm, Tensor x, Tensor dy) {
        norm.zeroGrad();
        Tensor leaf = Tensor.ofValue(x.value()).requiresGrad(true);
        Tensor y = norm.forward(leaf, Activation.RELU);
        y.backward(dy);
        return new Results(
                y.toDoubles(),
                leaf.grad().toDoubles(),
                norm.parameters().stream().map(p -> p.grad().toDoubles()).toList());
    }

    private static Tensor sample(int seed, int[] shape) {
        return Samples.of(seed).normal(shape).cast(DType.FLOAT32);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSameResults(Case c) {
        for (Way way : Way.all()) {
            if (way.fused()) {
                way.call(() -> {
                    compare(c);
                    return null;
                });
            }
        }
    }

    private static void compare(Case c) {
        Norm norm = c.ranked().layer(NormOptions.DEFAULT);
        Tensor x = sample(1, c.ranked().shape());
        Tensor dy = sample(2, c.ranked().shape());
        Tensor view = c.order().make.apply(x);
        assertFalse(view.value().isContiguous());
        Results expected = run(norm, x, dy);
        Results actual = run(norm, view, c.order().make.apply(dy));
        double tolerance = c.order().sameSums ? 0 : 2e-6;
        assertArrayEquals(expected.y(), actual.y(), tolerance);
        assertArrayEquals(expected.dx(), actual.dx(), tolerance);
        for (int i = 0; i < expected.parameters().size(); i++) {
            assertArrayEquals(
                    expected.parameters().get(i),
                    actual.parameters().get(i),
                    c.order().sameSums ? 0 : 2e-5);
        }
    }

    /** As many kernels, and as many bytes, as for a contiguous input. */
    @ParameterizedTest
    @MethodSource("cases")
    void noCopyIsMade(Case c) {
        try (Engine engine = Engine.builder().backend("interpreter").build()) {
            engine.run(() -> {
                Norm norm = c.ranked().layer(NormOptions.DEFAULT);
                Tensor x = sample(1, c.ranked().shape());
                Explanation plain = norm.explain(x, Activation.RELU);
                Explanation view = norm.explain(c.order().make.apply(x), Activation.RELU);
                long full = (long) Float.BYTES * x.shape().numel();
                assertTraffic(plain.forward(), view.forward(), full);
                assertTraffic(plain.backward(), view.backward(), full);
            });
        }
    }

    private static void assertTraffic(Executable plain, Executable view, long full) {
        assertEquals(scans(plain), scans(view), () -> plain.explain() + view.explain());
        // Statistics of a group may be combined in another order; a copy would be a whole tensor
        // read and one written.
        assertTrue(bytes(view) - bytes(plain) < full / 2, () -> plain.explain() + view.explain());
    }

    private static List<List<Integer>> scans(Executable executable) {
        return executable.traffic().stream()
                .map(t -> List.of(t.scans(), t.reads(), t.writes()))
                .toList();
    }

    private static long bytes(Executable executable) {
        return executable.traffic().stream()
                .mapToLong(t -> t.bytesRead() + t.bytesWritten())
                .sum();
    }
}
