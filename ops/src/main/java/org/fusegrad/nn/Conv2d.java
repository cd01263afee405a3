package org.fusegrad.nn;

/** A {@link Convolution} of (N, in, H, W). */
public final class Conv2d extends Convolution {
    /** Random values from the current engine. */
    public Conv2d(int in, int out, ConvOptions options) {
        this(in, out, options, RandomSource.next());
    }

    /** Uniform initial values, as {@link Init#kaimingUniform}. */
    public Conv2d(int in, int out, ConvOptions options, RandomSource random) {
        this(in, out, options, Init::kaimingUniform, random);
    }

    private Conv2d(int in, int out, ConvOptions options, Start start, RandomSource random) {
        super(new Form(2, false, Conv2d::new), in, out, options, start, random);
    }

    /** Without bias and with normal initial values by fan out, as residual networks start. */
    public static Conv2d residual(int in, int out, ConvOptions options, RandomSource random) {
        return new Conv2d(in, out, options.bias(false), Init::kaimingNormalFanOut, random);
    }
}
