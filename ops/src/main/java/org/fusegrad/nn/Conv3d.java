package org.fusegrad.nn;

/** A {@link Convolution} of (N, in, D, H, W). */
public final class Conv3d extends Convolution {
    /** Random values from the current engine. */
    public Conv3d(int in, int out, ConvOptions options) {
        this(in, out, options, RandomSource.next());
    }

    /** Uniform initial values, as {@link Init#kaimingUniform}. */
    public Conv3d(int in, int out, ConvOptions options, RandomSource random) {
        super(new Form(3, false, Conv3d::new), in, out, options, Init::kaimingUniform, random);
    }
}
