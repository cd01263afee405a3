package org.fusegrad.ops;

import static org.fusegrad.ops.Constants.like;
import static org.fusegrad.ops.Constants.replace;

import java.util.Arrays;
import java.util.List;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;

/**
 * Reductions made of the primitive ones. As there, reduced axes keep size 1, no axes means all of
 * them, and negative axes count from the end; {@link #drop} removes the axes afterwards.
 */
public final class Reductions {
    private Reductions() {}

    /**
     * The axes removed, as {@code keepdim=false} does; none means all.
     *
     * @throws IllegalArgumentException if one of them is not of size 1
     */
    public static Tensor drop(Tensor x, int... axes) {
        boolean[] gone = new boolean[x.rank()];
        Arrays.fill(gone, axes.length == 0);
        for (int axis : axes) {
            gone[x.shape().axis(axis)] = true;
        }
        int[] kept = new int[x.rank()];
        int n = 0;
        for (int i = 0; i < kept.length; i++) {
            if (!gone[i]) {
                kept[n++] = x.dim(i);
            } else if (x.dim(i) != 1) {
                throw new IllegalArgumentException(
                        "drop: axis " + i + " of " + x.shape() + " is not of size 1");
            }
        }
        return x.reshape(Arrays.copyOf(kept, n));
    }

    /** Largest values; ties share the gradient evenly. */
    public static Tensor amax(Tensor x, int... axes) {
        return x.max(axes);
    }

    /** Smallest values; ties share the gradient evenly. */
    public static Tensor amin(Tensor x, int... axes) {
        return x.min(axes);
    }

    /**
     * Variances with divisor {@code count - correction}: 0 is biased, 1 (PyTorch's default)
     * unbiased. As in PyTorch, too few elements yield NaN or infinity.
     */
    public static Tensor var(Tensor x, int correction, int... axes) {
        Tensor centred = x.sub(x.mean(axes));
        Tensor squares = centred.square().sum(axes);
        int kept = squares.shape().numel();
        int count = kept == 0 ? 0 : x.shape().numel() / kept;
        return squares.div(Math.max(0, count - correction));
    }

    /** Standard deviations: roots of {@link #var}; the slope at 0 is 0. */
    public static Tensor std(Tensor x, int correction, int... axes) {
        return root(var(x, correction, axes));
    }

    /** Euclidean norms; the slope at 0 is 0. */
    public static Tensor norm(Tensor x, int... axes) {
        return root(x.square().sum(axes));
    }

    /**
     * The p-norms: sum |x|^p to the power 1/p; p may be negative or infinite, and 0 counts what is
     * not zero. Slopes of zeros are 0, and all are where the norm is 0.
     */
    public static Tensor pNorm(Tensor x, double p, int... axes) {
        if (p == 0) {
            return count(x, axes);
        } else if (p == 1) {
            return x.abs().sum(axes);
        } else if (p == 2) {
            return norm(x, axes);
        } else if (Double.isInfinite(p)) {
            return p > 0 ? x.abs().max(axes) : x.abs().min(axes);
        }
        Tensor zeros = x.eq(0);
        Tensor power = replace(zeros, 1, x).abs().pow(p);
        Tensor total =
                replace(zeros, p > 0 ? 0 : Double.POSITIVE_INFINITY, power).sum(axes);
        Tensor none = total.eq(p > 0 ? 0 : Double.POSITIVE_INFINITY);
        return none.where(like(total, 0), replace(none, 1, total).pow(1 / p));
    }

    /** How many are not zero; a gradient, as of a step function, is 0 and not missing. */
    private static Tensor count(Tensor x, int... axes) {
        Tensor count = x.ne(0).cast(x.dtype().compute()).sum(axes);
        return Primitives.customGradient(
                count, List.of(x), dy -> List.of(like(x, 0).expand(x.shape())));
    }

    /**
     * log of the sum of exponentials, shifted by the maximum so that it neither over- nor
     * underflows.
     */
    public static Tensor logSumExp(Tensor x, int... axes) {
        Tensor max = x.max(axes).detach();
        Tensor shift = replace(max.abs().eq(Double.POSITIVE_INFINITY), 0, max);
        return x.sub(shift).exp().sum(axes).log().add(shift);
    }

    /** The square root with slope 0, not infinity, at 0. */
    private static Tensor root(Tensor x) {
        Tensor zero = x.eq(0);
        return zero.where(like(x, 0), replace(zero, 1, x).sqrt());
    }
}
