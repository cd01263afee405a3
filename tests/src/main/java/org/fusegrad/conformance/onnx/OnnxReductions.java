package org.fusegrad.conformance.onnx;

import java.util.Arrays;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.ops.Reductions;
import org.fusegrad.ops.Softmax;
import org.fusegrad.type.DType;

/** Reductions, positions of extremes, running sums, softmax. */
final class OnnxReductions {
    private interface Reduction {
        Tensor apply(Tensor x, int[] axes);
    }

    private OnnxReductions() {}

    static void register(Map<String, OnnxOp> table) {
        reduce(table, "ReduceSum", (x, d) -> x.sum(d));
        reduce(table, "ReduceMean", (x, d) -> x.mean(d));
        reduce(table, "ReduceProd", (x, d) -> x.prod(d));
        reduce(table, "ReduceMax", (x, d) -> x.max(d), Double.NEGATIVE_INFINITY);
        reduce(table, "ReduceMin", (x, d) -> x.min(d), Double.POSITIVE_INFINITY);
        reduce(table, "ReduceL1", (x, d) -> x.abs().sum(d));
        reduce(table, "ReduceL2", (x, d) -> Reductions.norm(x, d));
        reduce(table, "ReduceSumSquare", (x, d) -> x.square().sum(d));
        reduce(table, "ReduceLogSum", (x, d) -> x.sum(d).log());
        reduce(
                table,
                "ReduceLogSumExp",
                (x, d) -> Reductions.logSumExp(x, d),
                Double.NEGATIVE_INFINITY);
        table.put("ArgMax", OnnxOp.of(c -> position(c, c.x())));
        table.put("ArgMin", OnnxOp.of(c -> position(c, c.x().neg())));
        table.put("Hardmax", OnnxOp.of(c -> along(c, OnnxReductions::hardmax)));
        table.put("CumSum", OnnxOp.of(OnnxReductions::cumsum));
        table.put("Softmax", OnnxOp.of(c -> along(c, Softmax::softmax)));
        table.put("LogSoftmax", OnnxOp.of(c -> along(c, Softmax::logSoftmax)));
    }

    private static void reduce(Map<String, OnnxOp> table, String op, Reduction f) {
        reduce(table, op, f, Double.NaN);
    }

    /** @param ofNothing the result over an empty axis, where the reduction itself has none */
    private static void reduce(
            Map<String, OnnxOp> table, String op, Reduction f, double ofNothing) {
        table.put(op, OnnxOp.of(c -> {
            if (c.x().dtype() == DType.BOOL) {
                return reduced(c, c.x().cast(DType.INT64), f, ofNothing).cast(DType.BOOL);
            }
            return reduced(c, c.x(), f, ofNothing);
        }));
    }

    private static Tensor reduced(OnnxCall c, Tensor x, Reduction f, double ofNothing) {
        int[] axes = c.axes(1).orElse(new int[0]);
        if (axes.length == 0 && c.attrs().flag("noop_with_empty_axes", false)) {
            // Element-wise parts of a reduction still apply, over axes of size 1.
            return f.apply(x.unsqueeze(0), new int[] {0}).squeeze(0);
        }
        boolean keep = c.attrs().flag("keepdims", true);
        if (x.rank() == 0) {
            return f.apply(x.reshape(1), new int[] {0}).reshape();
        }
        Tensor y = x.shape().numel() == 0 && !Double.isNaN(ofNothing)
                ? Tensor.full(x.sum(axes).shape(), ofNothing, x.dtype())
                : f.apply(x, axes);
        return keep ? y : Reductions.drop(y, axes);
    }

    private static Tensor position(OnnxCall c, Tensor x) {
        int axis = c.attrs().integer("axis", 0);
        boolean last = c.attrs().flag("select_last_index", false);
        Tensor end = Tensor.scalar(x.dim(axis) - 1, DType.INT64);
        Tensor at = last ? end.sub(x.flip(axis).argmax(axis)) : x.argmax(axis);
        return c.attrs().flag("keepdims", true) ? at : at.squeeze(axis);
    }

    /** 1 at the first maximum, else 0. */
    private static Tensor hardmax(Tensor x, int axis) {
        int[] dims = new int[x.rank()];
        Arrays.fill(dims, 1);
        dims[x.shape().axis(axis)] = x.dim(axis);
        return Tensor.arange(x.dim(axis)).reshape(dims).eq(x.argmax(axis)).cast(x.dtype());
    }

    private static Tensor cumsum(OnnxCall c) {
        int axis = (int) c.number(1);
        boolean reverse = c.attrs().flag("reverse", false);
        Tensor x = reverse ? c.x().flip(axis) : c.x();
        Tensor sums = x.cumsum(axis);
        Tensor y = c.attrs().flag("exclusive", false) ? sums.sub(x) : sums;
        return reverse ? y.flip(axis) : y;
    }

    private interface OnAxis {
        Tensor apply(Tensor x, int axis);
    }

    /** Before version 13 all axes from the given one on count as one. */
    private static Tensor along(OnnxCall c, OnAxis f) {
        Tensor x = c.x();
        if (c.opset() >= 13) {
            return f.apply(x, c.attrs().integer("axis", -1));
        }
        int axis = x.shape().axis(c.attrs().integer("axis", 1));
        int rows = 1;
        for (int i = 0; i < axis; i++) {
            rows *= x.dim(i);
        }
        int columns = rows == 0 ? 0 : x.shape().numel() / rows;
        return f.apply(x.reshape(rows, columns), 1).reshape(x.shape().dims());
    }
}
