package org.fusegrad.models;

import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.Slot;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.ops.Activation;

/**
 * A residual block (He et al. 2016): two 3x3 convolutions, or 1x1, 3x3 and 1x1 in the bottleneck
 * form, each followed by a norm. The last norm, the shortcut and the ReLU are one fused formula.
 */
public final class Block extends Module {
    /** The two forms, with their output channels per inner channel. */
    public enum Kind {
        BASIC(1),
        BOTTLENECK(4);

        final int expansion;

        Kind(int expansion) {
            this.expansion = expansion;
        }
    }

    /** A convolution and the norm after it. */
    private record Stage(Slot<Module> conv, Slot<Norm> norm) {
        Tensor forward(Tensor x, Activation activation) {
            return norm.get().forward(Block.forwardOf(conv.get(), x), activation);
        }

        Tensor forward(Tensor x, Tensor residual, Activation activation) {
            return norm.get().forward(Block.forwardOf(conv.get(), x), residual, activation);
        }
    }

    private final Stage[] stages;
    private final Optional<Stage> shortcut;

    /**
     * A block.
     *
     * @param in channels of the input
     * @param width inner channels; the output has {@code width * expansion}
     * @param stride of the 3x3 convolution that shrinks
     */
    Block(Kind kind, int in, int width, int stride, NormFactory norms, RandomSource random) {
        int out = width * kind.expansion;
        boolean basic = kind == Kind.BASIC;
        stages = new Stage[basic ? 2 : 3];
        if (basic) {
            stages[0] = stage(1, in, width, 3, stride, norms, random);
            stages[1] = stage(2, width, width, 3, 1, norms, random);
        } else {
            stages[0] = stage(1, in, width, 1, 1, norms, random);
            stages[1] = stage(2, width, width, 3, stride, norms, random);
            stages[2] = stage(3, width, out, 1, 1, norms, random);
        }
        shortcut = stride == 1 && in == out
                ? Optional.empty()
                : Optional.of(
                        stage("shortcut_", "", conv(in, out, 1, stride, norms, random), norms));
    }

    private Stage stage(String prefix, String suffix, Conv2d conv, NormFactory norms) {
        return new Stage(
                slot(prefix + "conv" + suffix, Module.class, conv),
                slot(
                        prefix + "norm" + suffix,
                        Norm.class,
                        norms.make(conv.weight().dim(0))));
    }

    private Stage stage(
            int number,
            int in,
            int out,
            int kernel,
            int stride,
            NormFactory norms,
            RandomSource random) {
        return stage("", "" + number, conv(in, out, kernel, stride, norms, random), norms);
    }

    /** A convolution as the norm after it wants it. */
    static Conv2d conv(
            int in, int out, int kernel, int stride, NormFactory norms, RandomSource random) {
        ConvOptions options = ConvOptions.kernel(kernel)
                .stride(stride)
                .padding(kernel / 2)
                .weights(norms.weights());
        return Conv2d.residual(in, out, options, random);
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (int i = 0; i < stages.length - 1; i++) {
            y = stages[i].forward(y, Activation.RELU);
        }
        Tensor residual = shortcut.map(s -> s.forward(x, Activation.NONE)).orElse(x);
        return stages[stages.length - 1].forward(y, residual, Activation.RELU);
    }
}
