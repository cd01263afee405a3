package org.fusegrad.nn;

/** A transposed {@link Convolution} of (N, in, L): the adjoint of {@link Conv1d}. */
public final class ConvTranspose1d extends Convolution {
    /** Random values from the current engine. */
    public ConvTranspose1d(int in, int out, ConvOptions options) {
        this(in, out, options, RandomSource.next());
    }

    /** Uniform initial values, as {@link Init#kaimingUniform}. */
    public ConvTranspose1d(int in, int out, ConvOptions options, RandomSource random) {
        super(
                new Form(1, true, ConvTranspose1d::new),
                in,
                out,
                options,
                Init::kaimingUniform,
                random);
    }
}
