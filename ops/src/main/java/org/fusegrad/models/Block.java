package org.fusegrad.models;

import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
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
    private record Stage(Conv2d conv, Norm norm) {
        Tensor forward(Tensor x, Activation activation) {
            return norm.forward(conv.forward(x), activation);
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
                : Optional.of(new Stage(
                        child("shortcut_conv", conv(in, out, 1, stride, random)),
                        child("shortcut_norm", norms.make(out))));
    }

    private Stage stage(
            int number,
            int in,
            int out,
            int kernel,
            int stride,
            NormFactory norms,
            RandomSource random) {
        return new Stage(
                child("conv" + number, conv(in, out, kernel, stride, random)),
                child("norm" + number, norms.make(out)));
    }

    static Conv2d conv(int in, int out, int kernel, int stride, RandomSource random) {
        Conv2d.Options options = Conv2d.Options.kernel(kernel).stride(stride).padding(kernel / 2);
        return Conv2d.residual(in, out, options, random);
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (int i = 0; i < stages.length - 1; i++) {
            y = stages[i].forward(y, Activation.RELU);
        }
        Tensor residual = shortcut.map(s -> s.forward(x, Activation.NONE)).orElse(x);
        Stage last = stages[stages.length - 1];
        return last.norm().forward(last.conv().forward(y), residual, Activation.RELU);
    }
}
