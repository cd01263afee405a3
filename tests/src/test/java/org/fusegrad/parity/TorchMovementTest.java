package org.fusegrad.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.Indexing;
import org.fusegrad.ops.Padding;
import org.fusegrad.ops.Pooling;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Indexing, triangles, padding and pooling with indices: values and gradients of libtorch. */
final class TorchMovementTest {
    private static final double EXACT = 1e-11;
    private static final List<T_TensorTensor_T> PAIRS = new ArrayList<>();

    /** The same operation here and there, of a tensor of some shape. */
    record Example(
            String name,
            int[] shape,
            UnaryOperator<Tensor> ours,
            UnaryOperator<org.bytedeco.pytorch.Tensor> theirs) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void needsLibtorch() {
        Assumptions.assumeTrue(Torch.isPresent(), "libtorch is not on the class path");
    }

    static Stream<Arguments> examples() {
        List<Example> all = new ArrayList<>();
        if (Torch.isPresent()) {
            indexing(all);
            padding(all);
            pooling(all);
        }
        return Way.all().stream().flatMap(way -> all.stream().map(e -> Arguments.of(e, way)));
    }

    private static int[] shape(int... dims) {
        return dims;
    }

    private static void indexing(List<Example> all) {
        Tensor some = Tensor.of(new long[] {2, 0, 2, 2}, 4);
        Tensor at = Tensor.of(new long[] {0, 0, 2, 1, 1, 1}, 2, 3);
        org.bytedeco.pytorch.Tensor theirSome = Torch.ofLongs(some);
        org.bytedeco.pytorch.Tensor theirAt = Torch.ofLongs(at);
        all.add(new Example(
                "index_select with repeats",
                shape(2, 3, 4),
                x -> Indexing.indexSelect(x, 1, some),
                x -> torch.index_select(x, 1, theirSome)));
        all.add(new Example(
                "gather with repeats and a shorter index",
                shape(3, 4),
                x -> Indexing.gather(x, 1, at),
                x -> torch.gather(x, 1, theirAt)));
        all.add(new Example(
                "scatter_add with repeats",
                shape(3, 4),
                x -> Indexing.scatterAdd(x, 0, at, x),
                x -> torch.scatter_add(x, 0, theirAt, corner(x, 2, 3))));
        Tensor apart = Tensor.of(new long[] {3, 0, 1, 2}, 2, 2);
        org.bytedeco.pytorch.Tensor theirApart = Torch.ofLongs(apart);
        all.add(new Example(
                "scatter",
                shape(3, 4),
                x -> Indexing.scatter(x.mul(2), 1, apart, x),
                x -> torch.scatter(x.add(x), 1, theirApart, corner(x, 2, 2))));
        for (int diagonal : new int[] {-2, 0, 1, 9}) {
            all.add(new Example(
                    "tril " + diagonal,
                    shape(2, 3, 5),
                    x -> Indexing.tril(x, diagonal),
                    x -> torch.tril(x, diagonal)));
            all.add(new Example(
                    "triu " + diagonal,
                    shape(4, 3),
                    x -> Indexing.triu(x, diagonal),
                    x -> torch.triu(x, diagonal)));
        }
        all.add(new Example(
                "roll",
                shape(3, 5),
                x -> Indexing.roll(x, -1, -7),
                x -> torch.roll(x, new long[] {-7}, 1)));
    }

    /** The part that an index of this size reads; the peer's gradient needs it cut out. */
    private static org.bytedeco.pytorch.Tensor corner(
            org.bytedeco.pytorch.Tensor x, int rows, int columns) {
        return x.narrow(0, 0, rows).narrow(1, 0, columns);
    }

    private static void padding(List<Example> all) {
        int[] low = {0, 0, 2, -1};
        int[] high = {0, 0, 1, 3};
        long[] theirs = {-1, 3, 2, 1};
        for (Padding.Mode mode : Padding.Mode.values()) {
            String name = mode.name().toLowerCase(java.util.Locale.ROOT);
            // The peer does not cut what it repeats in a circle.
            boolean circle = mode == Padding.Mode.CIRCULAR;
            int[] before = circle ? new int[] {0, 0, 2, 1} : low;
            long[] amounts = circle ? new long[] {1, 3, 2, 1} : theirs;
            all.add(new Example(
                    "pad " + name,
                    shape(2, 2, 4, 5),
                    x -> Padding.pad(x, before, high, mode),
                    x -> torch.pad(x, amounts, name, new DoubleOptional())));
        }
        all.add(new Example(
                "pad with a value",
                shape(2, 2, 4, 5),
                x -> Padding.constant(x, low, high, 1.5),
                x -> torch.pad(x, theirs, "constant", new DoubleOptional(1.5))));
    }

    private static void pooling(List<Example> all) {
        Pooling.Windows w = new Pooling.Windows(
                new int[] {3, 2}, new int[] {2, 1}, new int[] {1, 1}, new int[] {1, 2}, true);
        all.add(new Example(
                "max_pool2d with dilation",
                shape(2, 2, 6, 7),
                x -> Pooling.maxPoolWithIndices(x, w).values(),
                x -> maxima(x, w).get0()));
        all.add(new Example(
                "the values at the indices",
                shape(2, 2, 6, 7),
                x -> Indexing.gather(
                        x.reshape(2, 2, -1),
                        2,
                        Pooling.maxPoolWithIndices(x, w).indices().reshape(2, 2, -1)),
                x -> torch.gather(x.reshape(2, 2, -1), 2, maxima(x, w).get1().reshape(2, 2, -1))));
        Pooling.Windows two = Pooling.Windows.of(2, 2);
        all.add(new Example(
                "max_unpool2d",
                shape(2, 2, 4, 6),
                x -> {
                    Pooling.Maxima m = Pooling.maxPoolWithIndices(x, two);
                    return Pooling.maxUnpool(m.values(), m.indices(), 4, 6);
                },
                x -> {
                    T_TensorTensor_T m = maxima(x, two);
                    return torch.max_unpool2d(m.get0(), m.get1(), 4, 6);
                }));
        all.add(new Example(
                "adaptive_max_pool2d",
                shape(2, 2, 5, 7),
                x -> Pooling.adaptiveMaxPool2d(x, 3, 2),
                x -> {
                    PAIRS.add(torch.adaptive_max_pool2d(x, 3, 2));
                    return PAIRS.get(PAIRS.size() - 1).get0();
                }));
        Tensor kernel = Samples.of(3).normal(2, 3, 3, 2);
        Conv.Geometry g =
                new Conv.Geometry(new int[] {2, 3}, new int[] {1, 0}, new int[] {1, 1}, 1);
        all.add(new Example(
                "conv_transpose2d to a size",
                shape(2, 2, 4, 3),
                x -> Conv.convTransposeTo(x, kernel, g, 8, 10),
                x -> torch.conv_transpose2d(
                        x,
                        Torch.of(kernel),
                        new TensorOptional(),
                        new long[] {2, 3},
                        new long[] {1, 0},
                        new long[] {1, 2},
                        1,
                        1,
                        1)));
    }

    /** The pair, kept as long as the tensors in it are used. */
    private static T_TensorTensor_T maxima(org.bytedeco.pytorch.Tensor x, Pooling.Windows w) {
        T_TensorTensor_T pair = torch.max_pool2d_with_indices(
                x,
                longs(w.kernel()),
                longs(w.stride()),
                longs(w.padding()),
                longs(w.dilation()),
                w.ceilMode());
        PAIRS.add(pair);
        return pair;
    }

    private static long[] longs(int... values) {
        return Arrays.stream(values).asLongStream().toArray();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void agrees(Example example, Way way) {
        Samples s = Samples.of(31);
        Tensor x = s.normal(example.shape()).requiresGrad(true);
        org.bytedeco.pytorch.Tensor tx = Torch.leaf(x);
        org.bytedeco.pytorch.Tensor ty = example.theirs().apply(tx);
        int[] dims = new int[(int) ty.dim()];
        Arrays.setAll(dims, i -> (int) ty.size(i));
        Tensor dy = s.normal(dims);
        Torch.backward(ty, dy);
        Tensor y = way.call(() -> {
            Tensor out = Way.traced("movement", in -> List.of(example.ours().apply(in.get(0))))
                    .apply(List.of(x))
                    .get(0);
            out.backward(dy);
            return out;
        });
        assertArrayEquals(Torch.values(ty), y.toDoubles(), EXACT);
        assertArrayEquals(Torch.values(tx.grad()), x.grad().toDoubles(), EXACT);
    }
}
