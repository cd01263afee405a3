package org.fusegrad.graph;

import java.util.List;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * One operation of an expression graph: immutable, with type and shape inferred when it is made.
 * Nodes are shared freely; {@link Graph#of} makes equal subexpressions the same object.
 *
 * <p>The fluent methods are the language in which gradient rules and passes are written. Operands
 * of element-wise operations have equal rank, or rank 0; axes of size 1 broadcast.
 */
public final class Node {
    private final Op op;
    private final Attrs attrs;
    private final List<Node> inputs;
    private final DType dtype;
    private final Shape shape;
    private final String hint;

    private Node(Op op, Attrs attrs, List<Node> inputs, DType dtype, Shape shape, String hint) {
        this.op = op;
        this.attrs = attrs;
        this.inputs = inputs;
        this.dtype = dtype;
        this.shape = shape;
        this.hint = hint;
    }

    /**
     * The operation on these operands.
     *
     * @throws IllegalArgumentException if shapes or types do not fit, naming the operation and both
     */
    public static Node of(Op op, Attrs attrs, List<Node> inputs) {
        ShapeRules.Meta m = ShapeRules.infer(op, attrs, inputs);
        return new Node(op, attrs, List.copyOf(inputs), m.dtype(), m.shape(), null);
    }

    public static Node of(Op op, Attrs attrs, Node... inputs) {
        return of(op, attrs, List.of(inputs));
    }

    /** A leaf that stands for the graph's input number {@code index}. */
    public static Node input(int index, DType dtype, Shape shape, String hint) {
        return new Node(Op.INPUT, new Attrs.Input(index), List.of(), dtype, shape, hint);
    }

    /** A scalar constant. */
    public static Node constant(double value, DType dtype) {
        return constant(value, dtype, null);
    }

    /** A scalar constant, and how its value came about. */
    static Node constant(double value, DType dtype, Origin origin) {
        Attrs attrs = new Attrs.Const(value, origin);
        return new Node(Op.CONST, attrs, List.of(), dtype, Shape.SCALAR, null);
    }

    /** This constant as the one at a place of a graph that others are made of. */
    public Node given(int place) {
        return constant(constValue(), dtype, new Origin.Given(place));
    }

    /** How the value of a constant came about. */
    Origin origin() {
        Origin known = ((Attrs.Const) attrs).origin();
        return known == null ? new Origin.Literal(constValue()) : known;
    }

    /** This node with a name for printing; names never affect equality or kernel keys. */
    public Node named(String name) {
        return new Node(op, attrs, inputs, dtype, shape, name);
    }

    /** This operation on other operands; types and shapes are inferred again. */
    public Node withInputs(List<Node> operands) {
        if (op.kind() == Op.Kind.LEAF || same(operands)) {
            return this;
        }
        ShapeRules.Meta m = ShapeRules.infer(op, attrs, operands);
        return new Node(op, attrs, List.copyOf(operands), m.dtype(), m.shape(), hint);
    }

    private boolean same(List<Node> operands) {
        for (int i = 0; i < operands.size(); i++) {
            if (operands.get(i) != inputs.get(i)) {
                return false;
            }
        }
        return true;
    }

    public Op op() {
        return op;
    }

    public Attrs attrs() {
        return attrs;
    }

    public List<Node> inputs() {
        return inputs;
    }

    public Node input(int i) {
        return inputs.get(i);
    }

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return shape;
    }

    /** Name for printing, or {@code null}. */
    public String hint() {
        return hint;
    }

    public boolean is(Op other) {
        return op == other;
    }

    /** Whether this is the constant {@code value}. */
    public boolean isConst(double value) {
        return op == Op.CONST && ((Attrs.Const) attrs).value() == value;
    }

    /** The value of a constant. */
    public double constValue() {
        return ((Attrs.Const) attrs).value();
    }

    // The language of rules.

    public Node neg() {
        return of(Op.NEG, Attrs.NONE, this);
    }

    public Node add(Node b) {
        return of(Op.ADD, Attrs.NONE, this, b);
    }

    public Node sub(Node b) {
        return of(Op.SUB, Attrs.NONE, this, b);
    }

    public Node mul(Node b) {
        return of(Op.MUL, Attrs.NONE, this, b);
    }

    public Node div(Node b) {
        return of(Op.DIV, Attrs.NONE, this, b);
    }

    public Node pow(Node b) {
        return of(Op.POW, Attrs.NONE, this, b);
    }

    public Node add(double b) {
        return add(like(b));
    }

    public Node sub(double b) {
        return sub(like(b));
    }

    public Node mul(double b) {
        return mul(like(b));
    }

    public Node div(double b) {
        return div(like(b));
    }

    public Node eq(Node b) {
        return of(Op.EQ, Attrs.NONE, this, b);
    }

    public Node lt(Node b) {
        return of(Op.LT, Attrs.NONE, this, b);
    }

    public Node le(Node b) {
        return of(Op.LE, Attrs.NONE, this, b);
    }

    public Node unary(Op unary) {
        return of(unary, Attrs.NONE, this);
    }

    /** This condition choosing between two values. */
    public Node where(Node a, Node b) {
        return of(Op.WHERE, Attrs.NONE, this, a, b);
    }

    public Node cast(DType to) {
        return dtype == to ? this : of(Op.CAST, new Attrs.To(to), this);
    }

    public Node reshape(Shape to) {
        return shape.equals(to) ? this : of(Op.RESHAPE, new Attrs.Dims(to), this);
    }

    public Node expand(Shape to) {
        return shape.equals(to) ? this : of(Op.EXPAND, new Attrs.Dims(to), this);
    }

    public Node permute(int... order) {
        return of(Op.PERMUTE, new Attrs.Axes(Ints.of(order)), this);
    }

    /** The last two axes exchanged. */
    public Node transpose() {
        int[] order = new int[shape.rank()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        order[order.length - 1] = order.length - 2;
        order[order.length - 2] = order.length - 1;
        return permute(order);
    }

    public Node reduce(Op reduction, Ints axes) {
        return axes.size() == 0 ? this : of(reduction, new Attrs.Axes(axes), this);
    }

    public Node sum(Ints axes) {
        return reduce(Op.SUM, axes);
    }

    /** Summed over the axes along which {@code target} was broadcast to this shape. */
    public Node sumTo(Shape target) {
        if (shape.equals(target)) {
            return this;
        }
        if (target.rank() == 0) {
            return sum(allAxes()).reshape(Shape.SCALAR);
        }
        int[] axes = new int[shape.rank()];
        int n = 0;
        for (int i = 0; i < shape.rank(); i++) {
            if (target.dim(i) == 1 && shape.dim(i) != 1) {
                axes[n++] = i;
            }
        }
        return sum(Ints.of(java.util.Arrays.copyOf(axes, n)));
    }

    public Node matmul(Node b) {
        return of(Op.MATMUL, Attrs.NONE, this, b);
    }

    /** The constant {@code value} in the type this node computes in. */
    public Node like(double value) {
        return constant(value, dtype.compute());
    }

    /** Zeros of this type and shape. */
    public Node zeros() {
        return like(0).cast(dtype).expand(shape);
    }

    /** All axes, in order. */
    public Ints allAxes() {
        int[] axes = new int[shape.rank()];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i;
        }
        return Ints.of(axes);
    }

    @Override
    public String toString() {
        return op + " " + dtype + shape + (hint == null ? "" : " " + hint);
    }
}
