package org.fusegrad.graph;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/** The rules of each operation: type and shape of its result, and the operands it refuses. */
public final class ShapeRules {
    /** Type and shape of a result. */
    public record Meta(DType dtype, Shape shape) {}

    @FunctionalInterface
    private interface Rule {
        Meta infer(Op op, Attrs attrs, List<Node> in);
    }

    private static final Map<Op, Rule> RULES = new EnumMap<>(Op.class);

    static {
        for (Op op : Op.values()) {
            switch (op.kind()) {
                case UNARY -> RULES.put(op, ShapeRules::unary);
                case BINARY, TERNARY -> RULES.put(op, ShapeRules::broadcasting);
                case REDUCE -> RULES.put(op, ShapeRules::reduction);
                default -> {}
            }
        }
        RULES.put(Op.WHERE, ShapeRules::where);
        RULES.put(Op.RESHAPE, ShapeRules::reshape);
        RULES.put(Op.EXPAND, ShapeRules::expand);
        RULES.put(Op.PERMUTE, ShapeRules::permute);
        RULES.put(Op.SLICE, ShapeRules::slice);
        RULES.put(Op.FLIP, (op, a, in) -> same(in.get(0)));
        RULES.put(Op.PAD, ShapeRules::pad);
        RULES.put(Op.CONCAT, ShapeRules::concat);
        RULES.put(
                Op.CUMSUM,
                (op, a, in) -> in.get(0).dtype() == DType.INT64
                        ? same(in.get(0))
                        : floating(op, in.get(0)));
        RULES.put(Op.ARGMAX, ShapeRules::argmax);
        RULES.put(Op.GATHER, ShapeRules::gather);
        RULES.put(Op.SCATTER_ADD, ShapeRules::scatter);
        RULES.put(Op.UNIFORM, ShapeRules::drawn);
        RULES.put(Op.NORMAL, ShapeRules::drawn);
        RULES.put(Op.DETACH, (op, a, in) -> same(in.get(0)));
        RULES.put(Op.CUSTOM, (op, a, in) -> same(in.get(0)));
        RULES.put(Op.COLLECT, StructuredShapes::collect);
        RULES.put(Op.MATMUL, StructuredShapes::matmul);
        RULES.put(Op.CONV, StructuredShapes::conv);
        RULES.put(Op.CONV_INPUT, StructuredShapes::convAdjoint);
        RULES.put(Op.CONV_WEIGHT, StructuredShapes::convAdjoint);
        RULES.put(Op.MAX_POOL, StructuredShapes::pool);
        RULES.put(Op.AVG_POOL, StructuredShapes::pool);
        RULES.put(Op.MAX_POOL_GATHER, StructuredShapes::pool);
        RULES.put(Op.MAX_POOL_SCATTER, StructuredShapes::unpool);
        RULES.put(Op.AVG_POOL_ADJOINT, StructuredShapes::unpool);
    }

    private ShapeRules() {}

    /** Whether the table has an entry; leaves carry their own type and shape. */
    public static boolean covers(Op op) {
        return op.kind() == Op.Kind.LEAF || RULES.containsKey(op);
    }

    static Meta infer(Op op, Attrs attrs, List<Node> inputs) {
        return RULES.get(op).infer(op, attrs, inputs);
    }

    static IllegalArgumentException error(Op op, String message) {
        return new IllegalArgumentException(op + ": " + message);
    }

    static Meta same(Node x) {
        return new Meta(x.dtype(), x.shape());
    }

    static Meta floating(Op op, Node x) {
        if (!x.dtype().isFloating()) {
            throw error(op, "needs a floating tensor, got " + x.dtype() + "; cast it first");
        }
        return new Meta(x.dtype().compute(), x.shape());
    }

    /** The type two operands meet in: half types widen to float32, all else must agree. */
    static DType promote(Op op, DType a, DType b) {
        if (a.compute() == b.compute()) {
            return a.compute();
        }
        throw error(op, "cannot mix " + a + " with " + b + "; cast one of them");
    }

    private static Meta unary(Op op, Attrs attrs, List<Node> in) {
        Node x = in.get(0);
        if (op == Op.CAST) {
            return new Meta(((Attrs.To) attrs).dtype(), x.shape());
        }
        if (op == Op.NOT) {
            requireBool(op, x);
            return same(x);
        }
        boolean exact = op == Op.NEG || op == Op.ABS || op == Op.SIGN;
        return exact && x.dtype() == DType.INT64 ? same(x) : floating(op, x);
    }

    private static void requireBool(Op op, Node x) {
        if (x.dtype() != DType.BOOL) {
            throw error(op, "needs bool operands, got " + x.dtype());
        }
    }

    private static Meta broadcasting(Op op, Attrs attrs, List<Node> in) {
        DType dtype = in.get(0).dtype().compute();
        Shape shape = in.get(0).shape();
        for (int i = 1; i < in.size(); i++) {
            dtype = promote(op, dtype, in.get(i).dtype());
            shape = meet(op, shape, in.get(i).shape());
        }
        if (op.isLogical()) {
            in.forEach(x -> requireBool(op, x));
        } else if (dtype == DType.BOOL && !op.isComparison()) {
            throw error(op, "bool operands have no arithmetic; cast them first");
        }
        return new Meta(op.isComparison() ? DType.BOOL : dtype, shape);
    }

    private static Meta where(Op op, Attrs attrs, List<Node> in) {
        requireBool(op, in.get(0));
        DType a = in.get(1).dtype();
        DType dtype =
                a == in.get(2).dtype() ? a.compute() : promote(op, a, in.get(2).dtype());
        Shape values = meet(op, in.get(1).shape(), in.get(2).shape());
        return new Meta(dtype, meet(op, in.get(0).shape(), values));
    }

    private static Shape meet(Op op, Shape a, Shape b) {
        boolean aligned = a.rank() == b.rank() || a.rank() == 0 || b.rank() == 0;
        Shape both = aligned ? Shape.broadcast(a, b) : null;
        if (both == null) {
            throw error(op, "cannot broadcast " + a + " with " + b);
        }
        return both;
    }

    private static Meta reduction(Op op, Attrs attrs, List<Node> in) {
        Shape shape = in.get(0).shape();
        DType dtype = in.get(0).dtype();
        if (op == Op.SUM_MUL) {
            shape = meet(op, shape, in.get(1).shape());
            dtype = promote(op, dtype, in.get(1).dtype());
        }
        if (dtype == DType.BOOL) {
            throw error(op, "bool operands have no arithmetic; cast them first");
        }
        boolean ordering = op == Op.MAX || op == Op.MIN;
        int[] dims = shape.dims();
        Attrs.Axes over = (Attrs.Axes) attrs;
        for (int axis : over.axes().toArray()) {
            if (ordering && dims[axis] == 0) {
                throw error(op, "axis " + axis + " of " + shape + " is empty and has no " + op);
            }
            dims[axis] = 1;
        }
        boolean wide = over.wide() && dtype.isFloating();
        return new Meta(wide ? DType.FLOAT64 : dtype.compute(), Shape.of(dims));
    }

    private static Meta reshape(Op op, Attrs attrs, List<Node> in) {
        Shape to = ((Attrs.Dims) attrs).shape();
        if (to.numel() != in.get(0).shape().numel()) {
            throw error(
                    op,
                    in.get(0).shape() + " has " + in.get(0).shape().numel() + " elements, " + to
                            + " has " + to.numel());
        }
        return new Meta(in.get(0).dtype(), to);
    }

    private static Meta expand(Op op, Attrs attrs, List<Node> in) {
        Shape from = in.get(0).shape();
        Shape to = ((Attrs.Dims) attrs).shape();
        if (from.rank() != 0 && from.rank() != to.rank() || !to.equals(Shape.broadcast(from, to))) {
            throw error(op, "cannot expand " + from + " to " + to);
        }
        return new Meta(in.get(0).dtype(), to);
    }

    private static Meta permute(Op op, Attrs attrs, List<Node> in) {
        Ints order = ((Attrs.Axes) attrs).axes();
        Shape from = in.get(0).shape();
        boolean[] seen = new boolean[from.rank()];
        int[] dims = new int[from.rank()];
        boolean valid = order.size() == from.rank();
        for (int i = 0; valid && i < dims.length; i++) {
            int axis = order.get(i);
            valid = axis >= 0 && axis < dims.length && !seen[axis];
            if (valid) {
                seen[axis] = true;
                dims[i] = from.dim(axis);
            }
        }
        if (!valid) {
            throw error(op, order + " is not a permutation of the axes of " + from);
        }
        return new Meta(in.get(0).dtype(), Shape.of(dims));
    }

    private static Meta slice(Op op, Attrs attrs, List<Node> in) {
        Attrs.Range r = (Attrs.Range) attrs;
        int[] dims = in.get(0).shape().dims();
        for (int i = 0; i < dims.length; i++) {
            int from = r.start().get(i);
            int to = r.end().get(i);
            int step = r.step().get(i);
            if (from < 0 || to < from || to > dims[i] || step < 1) {
                throw error(
                        op,
                        "range " + from + ":" + to + ":" + step + " does not fit axis " + i + " of "
                                + in.get(0).shape());
            }
            dims[i] = to == from ? 0 : (to - from - 1) / step + 1;
        }
        return new Meta(in.get(0).dtype(), Shape.of(dims));
    }

    private static Meta pad(Op op, Attrs attrs, List<Node> in) {
        Attrs.Padding p = (Attrs.Padding) attrs;
        int[] dims = in.get(0).shape().dims();
        if (p.low().size() != dims.length || p.high().size() != dims.length) {
            throw error(op, "needs two numbers for each axis of " + in.get(0).shape());
        }
        for (int i = 0; i < dims.length; i++) {
            if (p.low().get(i) < 0 || p.high().get(i) < 0 || p.interior().get(i) < 0) {
                throw error(
                        op, "padding must not be negative, got " + p.low() + " and " + p.high());
            }
            long spread = dims[i] + Math.max(0L, dims[i] - 1) * p.interior().get(i);
            dims[i] =
                    Shape.size(op.toString(), spread + p.low().get(i) + p.high().get(i));
        }
        return new Meta(in.get(0).dtype(), Shape.of(dims));
    }

    private static Meta concat(Op op, Attrs attrs, List<Node> in) {
        int axis = ((Attrs.Axis) attrs).axis();
        Shape first = in.get(0).shape();
        long size = 0;
        for (Node x : in) {
            boolean fits = x.shape().rank() == first.rank()
                    && x.shape().with(axis, 0).equals(first.with(axis, 0));
            if (!fits || x.dtype() != in.get(0).dtype()) {
                throw error(
                        op,
                        "cannot join " + in.get(0).dtype() + first + " and " + x.dtype() + x.shape()
                                + " along axis " + axis);
            }
            size += x.shape().dim(axis);
        }
        return new Meta(in.get(0).dtype(), first.with(axis, Shape.size(op.toString(), size)));
    }

    private static Meta argmax(Op op, Attrs attrs, List<Node> in) {
        int axis = ((Attrs.Axis) attrs).axis();
        if (in.get(0).shape().dim(axis) == 0) {
            throw error(op, "axis " + axis + " of " + in.get(0).shape() + " is empty");
        }
        return new Meta(DType.INT64, in.get(0).shape().with(axis, 1));
    }

    private static Meta gather(Op op, Attrs attrs, List<Node> in) {
        int axis = ((Attrs.Axis) attrs).axis();
        requireIndex(op, in.get(0).shape(), in.get(1), axis);
        return new Meta(in.get(0).dtype(), in.get(1).shape());
    }

    private static Meta drawn(Op op, Attrs attrs, List<Node> in) {
        Attrs.Drawn d = (Attrs.Drawn) attrs;
        Node key = in.get(0);
        if (key.dtype() != DType.INT64 || !key.shape().equals(Shape.of(2))) {
            throw error(op, "needs a key of two int64, got " + key.dtype() + key.shape());
        }
        if (d.dtype() != DType.FLOAT32 && d.dtype() != DType.FLOAT64) {
            throw error(op, "yields float32 or float64, not " + d.dtype());
        }
        return new Meta(d.dtype(), d.shape());
    }

    private static Meta scatter(Op op, Attrs attrs, List<Node> in) {
        Attrs.Scatter s = (Attrs.Scatter) attrs;
        requireIndex(op, in.get(0).shape(), in.get(1), s.axis());
        if (!in.get(0).shape().equals(in.get(1).shape())) {
            throw error(
                    op,
                    "values " + in.get(0).shape() + " and index " + in.get(1).shape()
                            + " must have one shape");
        }
        return new Meta(in.get(0).dtype().compute(), in.get(0).shape().with(s.axis(), s.size()));
    }

    private static void requireIndex(Op op, Shape x, Node index, int axis) {
        List<Integer> differing = new ArrayList<>();
        for (int i = 0; i < x.rank() && x.rank() == index.shape().rank(); i++) {
            if (i != axis && x.dim(i) != index.shape().dim(i)) {
                differing.add(i);
            }
        }
        if (index.dtype() != DType.INT64
                || x.rank() != index.shape().rank()
                || !differing.isEmpty()) {
            throw error(
                    op,
                    "needs an int64 index that differs from " + x + " only along axis " + axis
                            + ", got " + index.dtype() + index.shape());
        }
    }
}
