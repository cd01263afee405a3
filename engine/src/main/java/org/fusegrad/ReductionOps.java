package org.fusegrad;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * The operations of {@link Tensor} that reduce. Over named axes, these keep size 1, so that the
 * result broadcasts against what it was made of; with {@code keepdim} false they go, as they do by
 * default in PyTorch. Without axes the result is a scalar of all elements; an empty array of axes
 * means all of them too, kept. Negative axes count from the end.
 */
public abstract sealed class ReductionOps extends ElementwiseOps permits TensorOps {
    /** Some axes, sorted; all of them if none are named. */
    final Attrs.Axes axes(int... axes) {
        Shape s = self().shape();
        int[] sorted = axes.length == 0
                ? IntStream.range(0, s.rank()).toArray()
                : Arrays.stream(axes).map(s::axis).distinct().sorted().toArray();
        return new Attrs.Axes(Ints.of(sorted));
    }

    private Tensor squeezed(Tensor reduced, int[] axes, boolean keepdim) {
        if (keepdim) {
            return reduced;
        }
        Ints gone = axes(axes).axes();
        int[] left = IntStream.range(0, reduced.rank())
                .filter(i -> IntStream.range(0, gone.size()).noneMatch(k -> gone.get(k) == i))
                .map(reduced::dim)
                .toArray();
        return reduced.reshape(left);
    }

    private Tensor reduce(Op op, int... axes) {
        Attrs.Axes over = axes(axes);
        Tensor x = Promotion.counted(self());
        return over.axes().size() == 0 ? x : apply(op, over, x);
    }

    /** Sums over some axes, which keep size 1; of truth values, how many are true, in int64. */
    public Tensor sum(int... axes) {
        return reduce(Op.SUM, axes);
    }

    /** The sum of all elements, a scalar. */
    public Tensor sum() {
        return sum(new int[0]).reshape();
    }

    /** As {@link #sum(int...)}; the axes go unless {@code keepdim}. */
    public Tensor sum(boolean keepdim, int... axes) {
        return squeezed(sum(axes), axes, keepdim);
    }

    /** The sum of all elements, a scalar. */
    public Tensor sumAll() {
        return sum();
    }

    /**
     * Means over some axes, which keep size 1. Divided before the sum is rounded, so that the mean
     * of equal values is that value.
     *
     * @throws IllegalArgumentException if the type is not floating
     */
    public Tensor mean(int... axes) {
        requireFloating("mean");
        Attrs.Axes over = new Attrs.Axes(axes(axes).axes(), true);
        Tensor sum = over.axes().size() == 0 ? self() : apply(Op.SUM, over, self());
        int count = sum.shape().numel() == 0
                ? 0
                : self().shape().numel() / sum.shape().numel();
        return sum.div(count).cast(self().dtype().compute());
    }

    /** The mean of all elements, a scalar. */
    public Tensor mean() {
        return mean(new int[0]).reshape();
    }

    /** As {@link #mean(int...)}; the axes go unless {@code keepdim}. */
    public Tensor mean(boolean keepdim, int... axes) {
        return squeezed(mean(axes), axes, keepdim);
    }

    /** The mean of all elements, a scalar. */
    public Tensor meanAll() {
        return mean();
    }

    /** Biased variances over some axes, which keep size 1: mean((x - mean(x))²). */
    public Tensor var(int... axes) {
        requireFloating("var");
        Tensor centred = self().sub(mean(axes));
        return centred.square().mean(axes);
    }

    /** The biased variance of all elements, a scalar. */
    public Tensor var() {
        return var(new int[0]).reshape();
    }

    /** As {@link #var(int...)}; the axes go unless {@code keepdim}. */
    public Tensor var(boolean keepdim, int... axes) {
        return squeezed(var(axes), axes, keepdim);
    }

    private void requireFloating(String what) {
        if (!self().dtype().isFloating()) {
            throw new IllegalArgumentException(
                    what + " of " + self().dtype() + ": cast to float32 first");
        }
    }

    /** Products over some axes, which keep size 1. */
    public Tensor prod(int... axes) {
        return reduce(Op.PROD, axes);
    }

    /** The product of all elements, a scalar. */
    public Tensor prod() {
        return prod(new int[0]).reshape();
    }

    /** As {@link #prod(int...)}; the axes go unless {@code keepdim}. */
    public Tensor prod(boolean keepdim, int... axes) {
        return squeezed(prod(axes), axes, keepdim);
    }

    /** Largest values; NaN wins. Ties share the gradient evenly. */
    public Tensor max(int... axes) {
        return extremum(Op.MAX, axes);
    }

    /** The largest element, a scalar; NaN wins. */
    public Tensor max() {
        return max(new int[0]).reshape();
    }

    /** As {@link #max(int...)}; the axes go unless {@code keepdim}. */
    public Tensor max(boolean keepdim, int... axes) {
        return squeezed(max(axes), axes, keepdim);
    }

    /** Smallest values; NaN wins. Ties share the gradient evenly. */
    public Tensor min(int... axes) {
        return extremum(Op.MIN, axes);
    }

    /** The smallest element, a scalar; NaN wins. */
    public Tensor min() {
        return min(new int[0]).reshape();
    }

    /** As {@link #min(int...)}; the axes go unless {@code keepdim}. */
    public Tensor min(boolean keepdim, int... axes) {
        return squeezed(min(axes), axes, keepdim);
    }

    private Tensor extremum(Op op, int... axes) {
        Tensor most = reduce(op, axes);
        return self().dtype() == DType.BOOL ? most.cast(DType.BOOL) : most;
    }

    /** Whether any element along some axes, which keep size 1, is not 0. */
    public Tensor any(int... axes) {
        Tensor x = self().dtype() == DType.BOOL ? self() : self().ne(0);
        return x.sum(axes).ne(0);
    }

    /** Whether any element is not 0, a scalar. */
    public Tensor any() {
        return any(new int[0]).reshape();
    }

    /** As {@link #any(int...)}; the axes go unless {@code keepdim}. */
    public Tensor any(boolean keepdim, int... axes) {
        return squeezed(any(axes), axes, keepdim);
    }

    /** Whether no element along some axes, which keep size 1, is 0. */
    public Tensor all(int... axes) {
        return self().eq(0).any(axes).not();
    }

    /** Whether no element is 0, a scalar. */
    public Tensor all() {
        return all(new int[0]).reshape();
    }

    /** As {@link #all(int...)}; the axes go unless {@code keepdim}. */
    public Tensor all(boolean keepdim, int... axes) {
        return squeezed(all(axes), axes, keepdim);
    }

    /** Position of the first largest value along an axis, which keeps size 1. */
    public Tensor argmax(int axis) {
        Attrs along = new Attrs.Axis(self().shape().axis(axis));
        return apply(Op.ARGMAX, along, Promotion.counted(self()));
    }

    /** As {@link #argmax(int)}; the axis goes unless {@code keepdim}. */
    public Tensor argmax(boolean keepdim, int axis) {
        return squeezed(argmax(axis), new int[] {axis}, keepdim);
    }
}
