package org.fusegrad;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Ints;
import org.fusegrad.graph.Op;

/**
 * The operations of {@link Tensor} that move, reduce, contract and index; the element-wise ones are
 * in the parent. Each is one primitive, or a few with one obvious meaning; formulas built of them
 * (softmax, losses, layers) live in the {@code ops} module. Negative axes count from the end.
 */
public abstract sealed class TensorOps extends ElementwiseOps permits Tensor {
    // Movement.

    /** The same elements in another shape; one size may be -1 and is inferred. */
    public Tensor reshape(int... dims) {
        Tensor t = self();
        int[] d = dims.clone();
        long known = 1;
        int open = -1;
        for (int i = 0; i < d.length; i++) {
            if (d[i] == -1 && open < 0) {
                open = i;
            } else {
                known *= d[i];
            }
        }
        if (open >= 0) {
            d[open] = known == 0 ? 0 : (int) (t.shape().numel() / known);
        }
        Shape to = Shape.of(d);
        return to.equals(t.shape()) ? t : apply(Op.RESHAPE, new Attrs.Dims(to), t);
    }

    /** Axes of size 1 repeated, new leading axes added. */
    public Tensor expand(Shape to) {
        Tensor t = align(to.rank());
        return t.shape().equals(to) ? t : apply(Op.EXPAND, new Attrs.Dims(to), t);
    }

    public Tensor expand(int... to) {
        return expand(Shape.of(to));
    }

    /** Axes in another order. */
    public Tensor permute(int... order) {
        int[] o = new int[order.length];
        for (int i = 0; i < o.length; i++) {
            o[i] = self().shape().axis(order[i]);
        }
        return apply(Op.PERMUTE, new Attrs.Axes(Ints.of(o)), self());
    }

    /** Two axes exchanged. */
    public Tensor transpose(int a, int b) {
        int[] order = new int[self().rank()];
        Arrays.setAll(order, i -> i);
        order[self().shape().axis(a)] = self().shape().axis(b);
        order[self().shape().axis(b)] = self().shape().axis(a);
        return permute(order);
    }

    /** Elements start … end - 1 of one axis. */
    public Tensor slice(int axis, int start, int end) {
        return slice(axis, start, end, 1);
    }

    /** Elements start, start + step, … below end of one axis. */
    public Tensor slice(int axis, int start, int end, int step) {
        int rank = self().rank();
        int a = self().shape().axis(axis);
        int[] from = new int[rank];
        int[] to = self().shape().dims();
        int[] by = Ints.fill(rank, 1).toArray();
        from[a] = start;
        to[a] = end;
        by[a] = step;
        Attrs range = new Attrs.Range(Ints.of(from), Ints.of(to), Ints.of(by));
        return apply(Op.SLICE, range, self());
    }

    /** One element of an axis; the axis goes away. */
    public Tensor select(int axis, int index) {
        return slice(axis, index, index + 1).squeeze(axis);
    }

    /** An axis of size 1 removed. */
    public Tensor squeeze(int axis) {
        int a = self().shape().axis(axis);
        if (self().dim(a) != 1) {
            throw new IllegalArgumentException(
                    "squeeze: axis " + axis + " of " + self().shape() + " is not of size 1");
        }
        int[] d = self().shape().dims();
        int[] out = new int[d.length - 1];
        System.arraycopy(d, 0, out, 0, a);
        System.arraycopy(d, a + 1, out, a, out.length - a);
        return reshape(out);
    }

    /** An axis of size 1 inserted. */
    public Tensor unsqueeze(int axis) {
        int[] d = self().shape().dims();
        int a = axis < 0 ? axis + d.length + 1 : axis;
        if (a < 0 || a > d.length) {
            throw new IllegalArgumentException(
                    "unsqueeze: axis " + axis + " is out of range for shape " + self().shape());
        }
        int[] out = new int[d.length + 1];
        System.arraycopy(d, 0, out, 0, a);
        out[a] = 1;
        System.arraycopy(d, a, out, a + 1, d.length - a);
        return reshape(out);
    }

    /** Elements of {@code value} added before and after along each axis. */
    public Tensor pad(int[] low, int[] high, double value) {
        Attrs padding =
                new Attrs.Padding(Ints.of(low), Ints.of(high), Ints.fill(low.length, 0), value);
        return apply(Op.PAD, padding, self());
    }

    /** The order along some axes reversed. */
    public Tensor flip(int... axes) {
        return apply(Op.FLIP, axes(axes), self());
    }

    /** Tensors joined along an axis. */
    public static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("concat: there is nothing to join");
        }
        return apply(Op.CONCAT, new Attrs.Axis(parts[0].shape().axis(axis)), parts);
    }

    private Attrs.Axes axes(int... axes) {
        Shape s = self().shape();
        int[] sorted = axes.length == 0
                ? IntStream.range(0, s.rank()).toArray()
                : Arrays.stream(axes).map(s::axis).distinct().sorted().toArray();
        return new Attrs.Axes(Ints.of(sorted));
    }

    // Reductions. Axes keep size 1 unless the name says otherwise; no axes means all of them.

    private Tensor reduce(Op op, int... axes) {
        Attrs.Axes over = axes(axes);
        return over.axes().size() == 0 ? self() : apply(op, over, self());
    }

    /** Sums over some axes, which keep size 1. */
    public Tensor sum(int... axes) {
        return reduce(Op.SUM, axes);
    }

    /** The sum of all elements, a scalar. */
    public Tensor sumAll() {
        return sum().reshape();
    }

    /**
     * Means over some axes, which keep size 1. Divided before the sum is rounded, so that the mean
     * of equal values is that value.
     */
    public Tensor mean(int... axes) {
        Attrs.Axes over = new Attrs.Axes(axes(axes).axes(), true);
        Tensor sum = over.axes().size() == 0 ? self() : apply(Op.SUM, over, self());
        int count = sum.shape().numel() == 0
                ? 0
                : self().shape().numel() / sum.shape().numel();
        return sum.div(count).cast(self().dtype().compute());
    }

    /** The mean of all elements, a scalar. */
    public Tensor meanAll() {
        return mean().reshape();
    }

    /** Biased variances over some axes, which keep size 1: mean((x - mean(x))²). */
    public Tensor var(int... axes) {
        Tensor centred = self().sub(mean(axes));
        return centred.square().mean(axes);
    }

    public Tensor prod(int... axes) {
        return reduce(Op.PROD, axes);
    }

    /** Largest values; ties share the gradient evenly. */
    public Tensor max(int... axes) {
        return reduce(Op.MAX, axes);
    }

    /** Smallest values; ties share the gradient evenly. */
    public Tensor min(int... axes) {
        return reduce(Op.MIN, axes);
    }

    /** Position of the first largest value along an axis, which keeps size 1. */
    public Tensor argmax(int axis) {
        return apply(Op.ARGMAX, new Attrs.Axis(self().shape().axis(axis)), self());
    }

    /** Running sums along an axis. */
    public Tensor cumsum(int axis) {
        return apply(Op.CUMSUM, new Attrs.Cumulate(self().shape().axis(axis), false), self());
    }

    // Contraction and indexing.

    /** Matrix product over the last two axes; leading axes broadcast. */
    public Tensor matmul(Tensor b) {
        Tensor a = self();
        if (a.rank() == 1 && b.rank() == 1) {
            return a.unsqueeze(0).matmul(b.unsqueeze(1)).reshape();
        } else if (a.rank() == 1) {
            return a.unsqueeze(0).matmul(b).squeeze(-2);
        } else if (b.rank() == 1) {
            return a.matmul(b.unsqueeze(1)).squeeze(-1);
        }
        return Primitives.batchedMatmul(a, b);
    }

    /** Elements at the positions of {@code index} along an axis, as torch.gather. */
    public Tensor gather(int axis, Tensor index) {
        return apply(Op.GATHER, new Attrs.Axis(self().shape().axis(axis)), self(), index);
    }

    /** Zeros of this size along an axis, with this tensor's elements added at {@code index}. */
    public Tensor scatterAdd(int axis, Tensor index, int size) {
        Attrs scatter = new Attrs.Scatter(self().shape().axis(axis), size);
        return apply(Op.SCATTER_ADD, scatter, self(), index);
    }

    /** A list of one or more tensors joined along a new axis. */
    public static Tensor stack(int axis, List<Tensor> parts) {
        return concat(axis, parts.stream().map(t -> t.unsqueeze(axis)).toArray(Tensor[]::new));
    }
}
