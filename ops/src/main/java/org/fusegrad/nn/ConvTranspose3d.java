package org.fusegrad.nn;

/** A transposed {@link Convolution} of (N, in, D, H, W): the adjoint of {@link Conv3d}. */
public final class ConvTranspose3d extends Convolution {
    /** Random values from the current engine. */
    public ConvTranspose3d(int in, int out, ConvOptions options) {
        this(in, out, options, RandomSource.next());
    }

    /** Uniform initial values, as {@link Init#kaimingUniform}. */
    public ConvTranspose3d(int in, int out, ConvOptions options, RandomSource random) {
        super(
                new Form(3, true, ConvTranspose3d::new),
                in,
                out,
                options,
                Init::kaimingUniform,
                random);
    }
}
