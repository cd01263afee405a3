package org.fusegrad.nn;

/** A transposed {@link Convolution} of (N, in, H, W): the adjoint of {@link Conv2d}. */
public final class ConvTranspose2d extends Convolution {
    /** Random values from the current engine. */
    public ConvTranspose2d(int in, int out, ConvOptions options) {
        this(in, out, options, RandomSource.next());
    }

    /** Uniform initial values, as {@link Init#kaimingUniform}. */
    public ConvTranspose2d(int in, int out, ConvOptions options, RandomSource random) {
        super(
                new Form(2, true, ConvTranspose2d::new),
                in,
                out,
                options,
                Init::kaimingUniform,
                random);
    }
}
