package org.fusegrad.nn.norm;

import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.dist.Collective;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * A request for a norm to a {@link NormEntry}.
 *
 * @param arguments numbers given with the name
 * @param shape of the inputs the norm is for
 * @param trailing number of last axes that a norm of trailing axes works along, at least 1
 * @param dtype of parameters and states
 * @param tuned what becomes of the options the norm has by default
 * @param among the replicas that share a batch
 */
public record NormRequest(
        List<Integer> arguments,
        Shape shape,
        int trailing,
        DType dtype,
        UnaryOperator<NormOptions> tuned,
        Collective among) {
    /** For inputs of a shape, float32, with the options the norm has by default, unshared. */
    public static NormRequest of(List<Integer> arguments, Shape shape) {
        return new NormRequest(arguments, shape, 1, DType.FLOAT32, o -> o, Collective.alone());
    }

    /** Of other trailing axes. */
    public NormRequest trailing(int axes) {
        return new NormRequest(arguments, shape, axes, dtype, tuned, among);
    }

    /** In another type. */
    public NormRequest dtype(DType value) {
        return new NormRequest(arguments, shape, trailing, value, tuned, among);
    }

    /** With other options than by default. */
    public NormRequest tuned(UnaryOperator<NormOptions> value) {
        return new NormRequest(arguments, shape, trailing, dtype, value, among);
    }

    /** In a batch that replicas share. */
    public NormRequest among(Collective value) {
        return new NormRequest(arguments, shape, trailing, dtype, tuned, value);
    }

    /** A number given with the name. */
    public int argument(int i) {
        return arguments.get(i);
    }

    /** Size of axis 1. */
    public int channels() {
        return shape.dim(1);
    }

    /** Sizes of the trailing axes. */
    public int[] trailingSizes() {
        int[] sizes = new int[trailing];
        for (int i = 0; i < trailing; i++) {
            sizes[i] = shape.dim(i - trailing);
        }
        return sizes;
    }

    /** The options wanted, of a norm with the usual defaults. */
    public NormOptions options() {
        return options(NormOptions.DEFAULT);
    }

    /** The options wanted, of a norm with defaults of its own. */
    public NormOptions options(NormOptions defaults) {
        return tuned.apply(defaults.dtype(dtype));
    }
}
