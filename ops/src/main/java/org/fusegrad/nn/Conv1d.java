package org.fusegrad.nn;

/** A {@link Convolution} of (N, in, L). */
public final class Conv1d extends Convolution {
    /** Random values from the current engine. */
    public Conv1d(int in, int out, ConvOptions options) {
        this(in, out, options, RandomSource.next());
    }

    /** Uniform initial values, as {@link Init#kaimingUniform}. */
    public Conv1d(int in, int out, ConvOptions options, RandomSource random) {
        super(new Form(1, false, Conv1d::new), in, out, options, Init::kaimingUniform, random);
    }
}
