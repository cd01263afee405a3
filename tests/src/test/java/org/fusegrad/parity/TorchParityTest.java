package org.fusegrad.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.bytedeco.pytorch.global.torch;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.CrossEntropy;
import org.fusegrad.ops.LinearMaps;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values, gradients and running statistics are those of libtorch. */
final class TorchParityTest {
    private static final double EXACT = 1e-11;

    @BeforeAll
    static void needsLibtorch() {
        Assumptions.assumeTrue(Torch.isPresent(), "libtorch is not on the class path");
    }

    static List<Way> ways() {
        return Way.all();
    }

    private static void assertSame(org.bytedeco.pytorch.Tensor expected, Tensor got) {
        assertArrayEquals(Torch.values(expected), got.toDoubles(), EXACT);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void batchNormTraining(Way way) {
        Samples s = Samples.of(21);
        Tensor x = s.normal(3, 4, 5, 6).requiresGrad(true);
        Tensor dy = s.normal(3, 4, 5, 6);
        BatchNorm2d norm = new BatchNorm2d(4, NormOptions.DEFAULT.dtype(DType.FLOAT64));
        Tensor weight = norm.weight().orElseThrow();
        Tensor bias = norm.bias().orElseThrow();
        weight.assign(s.normal(4));
        bias.assign(s.normal(4));
        org.bytedeco.pytorch.Tensor tx = Torch.leaf(x);
        org.bytedeco.pytorch.Tensor tw = Torch.leaf(weight);
        org.bytedeco.pytorch.Tensor tb = Torch.leaf(bias);
        org.bytedeco.pytorch.Tensor mean =
                Torch.of(norm.namedBuffers().get("running_mean").get());
        org.bytedeco.pytorch.Tensor var =
                Torch.of(norm.namedBuffers().get("running_var").get());
        for (int step = 0; step < 3; step++) {
            Tensor y = way.call(() -> {
                Tensor out = norm.forward(x);
                out.backward(dy);
                return out;
            });
            org.bytedeco.pytorch.Tensor ty = torch.batch_norm(
                    tx,
                    Torch.optional(tw),
                    Torch.optional(tb),
                    Torch.optional(mean),
                    Torch.optional(var),
                    true,
                    0.1,
                    1e-5,
                    false);
            Torch.backward(ty, dy);
            assertSame(ty, y);
            assertSame(tx.grad(), x.grad());
            assertSame(tw.grad(), weight.grad());
            assertSame(tb.grad(), bias.grad());
            assertSame(mean, norm.namedBuffers().get("running_mean").get());
            assertSame(var, norm.namedBuffers().get("running_var").get());
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void convolution(Way way) {
        Samples s = Samples.of(22);
        Tensor x = s.normal(2, 4, 9, 8).requiresGrad(true);
        Tensor w = s.normal(6, 2, 3, 2).requiresGrad(true);
        Tensor b = s.normal(6).requiresGrad(true);
        Conv.Geometry g =
                new Conv.Geometry(new int[] {2, 1}, new int[] {1, 2}, new int[] {1, 2}, 2);
        org.bytedeco.pytorch.Tensor tx = Torch.leaf(x);
        org.bytedeco.pytorch.Tensor tw = Torch.leaf(w);
        org.bytedeco.pytorch.Tensor tb = Torch.leaf(b);
        org.bytedeco.pytorch.Tensor ty = torch.conv2d(
                tx,
                tw,
                Torch.optional(tb),
                new long[] {2, 1},
                new long[] {1, 2},
                new long[] {1, 2},
                2);
        Tensor dy = s.normal(2, 6, 5, 10);
        Torch.backward(ty, dy);
        Tensor y = way.call(() -> {
            Tensor out = Way.traced(
                            "conv", in -> List.of(Conv.conv(in.get(0), in.get(1), in.get(2), g)))
                    .apply(List.of(x, w, b))
                    .get(0);
            out.backward(dy);
            return out;
        });
        assertSame(ty, y);
        assertSame(tx.grad(), x.grad());
        assertSame(tw.grad(), w.grad());
        assertSame(tb.grad(), b.grad());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void crossEntropy(Way way) {
        Samples s = Samples.of(23);
        Tensor x = s.normal(7, 5).requiresGrad(true);
        Tensor target = Tensor.of(new long[] {0, 4, 2, -100, 1, 3, 3}, 7);
        Tensor weight = s.uniform(0.5, 2, 5);
        org.bytedeco.pytorch.Tensor tx = Torch.leaf(x);
        org.bytedeco.pytorch.Tensor loss = torch.cross_entropy_loss(
                tx, Torch.ofLongs(target), Torch.optional(Torch.of(weight)), 1, -100, 0.1);
        loss.backward();
        CrossEntropy smooth = CrossEntropy.DEFAULT.labelSmoothing(0.1);
        Tensor got = way.call(() -> {
            Tensor out = Way.traced(
                            "loss", in -> List.of(smooth.loss(in.get(0), in.get(1), in.get(2))))
                    .apply(List.of(x, target, weight))
                    .get(0);
            out.backward();
            return out;
        });
        assertSame(loss, got);
        assertSame(tx.grad(), x.grad());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void linear(Way way) {
        Samples s = Samples.of(24);
        Tensor x = s.normal(2, 3, 5).requiresGrad(true);
        Tensor w = s.normal(4, 5).requiresGrad(true);
        Tensor dy = s.normal(2, 3, 4);
        org.bytedeco.pytorch.Tensor tx = Torch.leaf(x);
        org.bytedeco.pytorch.Tensor tw = Torch.leaf(w);
        org.bytedeco.pytorch.Tensor ty = torch.matmul(tx, tw.t());
        Torch.backward(ty, dy);
        Tensor y = way.call(() -> {
            Tensor out = Way.traced(
                            "linear", in -> List.of(LinearMaps.linear(in.get(0), in.get(1))))
                    .apply(List.of(x, w))
                    .get(0);
            out.backward(dy);
            return out;
        });
        assertSame(ty, y);
        assertSame(tx.grad(), x.grad());
        assertSame(tw.grad(), w.grad());
    }
}
