package org.fusegrad;

import java.util.Arrays;
import java.util.List;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * The operations of {@link Tensor} that move, contract and index; those that reduce and the
 * element-wise ones are in the parents. Each is one primitive, or a few with one obvious meaning;
 * formulas built of them (softmax, losses, layers) live in the {@code ops} module. Negative axes
 * count from the end.
 */
public abstract sealed class TensorOps extends ReductionOps permits Tensor {
    // Movement.

    /** The same elements in another shape; one size may be -1 and is inferred. */
    public Tensor reshape(int... dims) {
        Tensor t = self();
        Shape to = t.shape().reshaped(dims);
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

    /** Elements start … end - 1 of one axis; negative numbers count from its end. */
    public Tensor slice(int axis, int start, int end) {
        return slice(axis, start, end, 1);
    }

    /** Elements start, start + step, … below end of one axis; negative ones count from its end. */
    public Tensor slice(int axis, int start, int end, int step) {
        int rank = self().rank();
        int a = self().shape().axis(axis);
        int[] from = new int[rank];
        int[] to = self().shape().dims();
        int[] by = Ints.fill(rank, 1).toArray();
        int size = to[a];
        from[a] = start < 0 ? start + size : start;
        to[a] = end < 0 ? end + size : end;
        by[a] = step;
        if (from[a] < 0 || to[a] < from[a] || to[a] > size || step < 1) {
            throw new IllegalArgumentException("slice: range " + start + ":" + end + ":" + step
                    + " does not fit axis " + axis + " of " + self().shape());
        }
        Attrs range = new Attrs.Range(Ints.of(from), Ints.of(to), Ints.of(by));
        return apply(Op.SLICE, range, self());
    }

    /** One element of an axis, a negative index counting from its end; the axis goes away. */
    public Tensor select(int axis, int index) {
        int size = self().dim(axis);
        int at = index < 0 ? index + size : index;
        if (at < 0 || at >= size) {
            throw new IllegalArgumentException("select: there is no index " + index + " in axis "
                    + axis + " of " + self().shape());
        }
        return slice(axis, at, at + 1).squeeze(axis);
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
        DType type = self().dtype();
        boolean fits = type.isFloating()
                || value == Math.rint(value) && (type == DType.INT64 || value * value == value);
        if (!fits) {
            throw new IllegalArgumentException(
                    "pad: " + value + " is no " + type + "; cast the tensor to float32 first");
        }
        Attrs padding =
                new Attrs.Padding(Ints.of(low), Ints.of(high), Ints.fill(low.length, 0), value);
        return apply(Op.PAD, padding, self());
    }

    /** The order along some axes reversed. */
    public Tensor flip(int... axes) {
        return apply(Op.FLIP, axes(axes), self());
    }

    /** Tensors joined along an axis, in the type they meet in. */
    public static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("concat: there is nothing to join");
        }
        Attrs along = new Attrs.Axis(parts[0].shape().axis(axis));
        return apply(Op.CONCAT, along, Promotion.all("concat", parts));
    }

    /** Running sums along an axis; of int64 and truth values in int64. */
    public Tensor cumsum(int axis) {
        Attrs along = new Attrs.Cumulate(self().shape().axis(axis), false);
        return apply(Op.CUMSUM, along, Promotion.counted(self()));
    }

    /** Quotients cut towards 0, in int64 if both are whole; {@code div} is true division. */
    public Tensor divTrunc(Tensor b) {
        Tensor a = self();
        if (a.dtype().isFloating() || b.dtype().isFloating()) {
            Tensor quotient = a.div(b);
            return quotient.sign().mul(quotient.abs().floor());
        }
        Tensor x = Promotion.counted(a).align(b.rank());
        return apply(Op.DIV, Attrs.NONE, x, Promotion.counted(b).align(a.rank()));
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
