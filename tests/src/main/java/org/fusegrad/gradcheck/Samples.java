package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** Seeded random float64 tensors, also such as keep away from the kinks of a function. */
public final class Samples {
    private final Random random;

    private Samples(long seed) {
        this.random = new Random(seed);
    }

    /** The sequence of tensors that belongs to a seed. */
    public static Samples of(long seed) {
        return new Samples(seed);
    }

    /** Standard normal. */
    public Tensor normal(int... shape) {
        return fill(random::nextGaussian, shape);
    }

    /** Uniform between two bounds. */
    public Tensor uniform(double low, double high, int... shape) {
        return fill(() -> low + (high - low) * random.nextDouble(), shape);
    }

    /** Normal with deviation 2, no element closer than {@code distance} to any kink. */
    public Tensor awayFrom(double distance, double[] kinks, int... shape) {
        return fill(() -> clearOf(distance, kinks), shape);
    }

    private double clearOf(double distance, double[] kinks) {
        for (int attempt = 0; attempt < 10_000; attempt++) {
            double x = 2 * random.nextGaussian();
            boolean clear = true;
            for (double kink : kinks) {
                clear &= Math.abs(x - kink) >= distance;
            }
            if (clear) {
                return x;
            }
        }
        throw new IllegalArgumentException("the kinks leave no room at distance " + distance);
    }

    /** Distinct values in random order, {@code gap} or more apart: no ties for a maximum. */
    public Tensor distinct(double gap, int... shape) {
        int n = Shape.of(shape).numel();
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            values.add(gap * (2 * (i - n / 2.0) + random.nextDouble()));
        }
        Collections.shuffle(values, random);
        return fill(values.iterator()::next, shape);
    }

    /** Integers from 0 to {@code bound - 1}, as int64. */
    public Tensor index(int bound, int... shape) {
        long[] values = new long[Shape.of(shape).numel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(bound);
        }
        return Tensor.of(values, shape);
    }

    /** Truth values, as bool. */
    public Tensor bools(int... shape) {
        boolean[] values = new boolean[Shape.of(shape).numel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextBoolean();
        }
        return Tensor.of(values, shape);
    }

    /** Standard normal in a floating type: a random cotangent. */
    Tensor like(Tensor t) {
        Tensor values = normal(t.shape().dims());
        return t.dtype() == DType.FLOAT64 ? values : values.cast(t.dtype());
    }

    private Tensor fill(DoubleSupplier next, int... shape) {
        double[] values = new double[Shape.of(shape).numel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = next.getAsDouble();
        }
        return Tensor.of(values, shape);
    }
}
