package org.fusegrad;

import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * Random tensors, by methods that are called as {@code Tensor.rand}. Each takes a stream of numbers
 * of its own from the engine that is current; element i of it is a function of seed, stream and i,
 * so the bits do not depend on processor, threads, backend or memory order. Inside a formula they
 * are operations of it and draw at each call, in the order in which the formula was traced;
 * the backward of a call sees the numbers of its forward.
 *
 * <p>Threads that draw from one engine share its streams, and which thread gets which is up to
 * chance; see {@link RandomRecord#of} for numbers of a thread's own.
 */
public abstract sealed class RandomTensors permits Creation {
    /**
     * Restarts the random numbers of the engine that is current, those of initial values too; as
     * torch.manual_seed.
     */
    public static void manualSeed(long seed) {
        Engine.current().seed(seed);
    }

    /** Float32, uniform in [0, 1). */
    public static Tensor rand(int... shape) {
        return rand(Shape.of(shape), DType.FLOAT32);
    }

    /**
     * Uniform in [0, 1): multiples of 2^-24 in float32, 2^-53 in float64, 2^-8 in bfloat16 and
     * 2^-11 in float16.
     *
     * @throws IllegalArgumentException if the type is not floating
     */
    public static Tensor rand(Shape shape, DType dtype) {
        Tensor u = draw(Op.UNIFORM, "rand", shape, dtype);
        if (!dtype.isHalf()) {
            return u;
        }
        // Rounded down, since 1 is no result.
        double steps = dtype == DType.BFLOAT16 ? 256 : 2048;
        return u.mul(steps).floor().div(steps).cast(dtype);
    }

    /** Float32, standard normal. */
    public static Tensor randn(int... shape) {
        return randn(Shape.of(shape), DType.FLOAT32);
    }

    /**
     * Standard normal, below 8.6 in magnitude.
     *
     * @throws IllegalArgumentException if the type is not floating
     */
    public static Tensor randn(Shape shape, DType dtype) {
        return draw(Op.NORMAL, "randn", shape, dtype).cast(dtype);
    }

    /** Float32 zeros and ones, 1 with this probability. */
    public static Tensor bernoulli(double probability, int... shape) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "bernoulli: a probability is from 0 to 1, not " + probability);
        }
        return rand(shape).lt(probability).cast(DType.FLOAT32);
    }

    private static Tensor draw(Op op, String name, Shape shape, DType dtype) {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException(
                    name + ": random numbers are floating, not " + dtype + "; cast them");
        }
        Context context = Context.get();
        Tensor key = context.tracer == null
                ? Tensor.constant(Draws.next(context))
                : context.tracer.draw();
        return ElementwiseOps.apply(op, new Attrs.Drawn(shape, dtype.compute()), key);
    }
}
