package org.fusegrad;

import java.util.Arrays;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * The element-wise operations of {@link Tensor}.
 *
 * <p>Two operands broadcast by NumPy's rule and must agree in type; the half types compute as
 * float32. A {@code double} operand takes the tensor's type.
 */
public abstract sealed class ElementwiseOps extends TensorValues permits TensorOps {
    /** Applies one primitive: recorded while a formula is traced, run at once otherwise. */
    static Tensor apply(Op op, Attrs attrs, Tensor... in) {
        Context context = Context.get();
        if (context.tracer != null) {
            return context.tracer.record(op, attrs, in);
        }
        return Engine.current().calls().eager(op, attrs, in).invoke(in)[0];
    }

    private Tensor unary(Op op) {
        return apply(op, Attrs.NONE, self());
    }

    private Tensor binary(Op op, Tensor b) {
        Tensor a = self();
        return apply(op, Attrs.NONE, a.align(b.rank()), b.align(a.rank()));
    }

    /** Axes of size 1 put before the others until the rank is reached; scalars stay scalars. */
    Tensor align(int rank) {
        Tensor t = self();
        if (t.rank() == 0 || t.rank() >= rank) {
            return t;
        }
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        System.arraycopy(t.shape().dims(), 0, dims, rank - t.rank(), t.rank());
        return t.reshape(dims);
    }

    private Tensor constant(double value) {
        Tensor t = self();
        DType dtype = t.dtype().compute();
        if (Context.get().tracer != null) {
            return Tensor.symbolic(Node.constant(value, dtype));
        }
        return Tensor.scalar(value, dtype);
    }

    // One operand.

    public Tensor neg() {
        return unary(Op.NEG);
    }

    public Tensor abs() {
        return unary(Op.ABS);
    }

    /** -1, 0 or 1; NaN stays NaN. */
    public Tensor sign() {
        return unary(Op.SIGN);
    }

    public Tensor floor() {
        return unary(Op.FLOOR);
    }

    public Tensor ceil() {
        return unary(Op.CEIL);
    }

    /** To the nearest integer, halves to even. */
    public Tensor round() {
        return unary(Op.ROUND);
    }

    public Tensor sqrt() {
        return unary(Op.SQRT);
    }

    /** 1 / sqrt(x). */
    public Tensor rsqrt() {
        return unary(Op.RSQRT);
    }

    public Tensor reciprocal() {
        return unary(Op.RECIPROCAL);
    }

    public Tensor exp() {
        return unary(Op.EXP);
    }

    /** exp(x) - 1, accurate near 0. */
    public Tensor expm1() {
        return unary(Op.EXPM1);
    }

    public Tensor log() {
        return unary(Op.LOG);
    }

    /** log(1 + x), accurate near 0. */
    public Tensor log1p() {
        return unary(Op.LOG1P);
    }

    public Tensor tanh() {
        return unary(Op.TANH);
    }

    /** 1 / (1 + exp(-x)). */
    public Tensor sigmoid() {
        return unary(Op.SIGMOID);
    }

    public Tensor erf() {
        return unary(Op.ERF);
    }

    public Tensor sin() {
        return unary(Op.SIN);
    }

    public Tensor cos() {
        return unary(Op.COS);
    }

    public Tensor atan() {
        return unary(Op.ATAN);
    }

    /** Truth values inverted. */
    public Tensor not() {
        return unary(Op.NOT);
    }

    public Tensor square() {
        return mul(self());
    }

    /** x where positive, else 0; NaN stays NaN and the slope at 0 is 0. */
    public Tensor relu() {
        return le(0).where(constant(0), self());
    }

    /** The same values in another type. */
    public Tensor cast(DType dtype) {
        Tensor t = self();
        return t.dtype() == dtype ? t : apply(Op.CAST, new Attrs.To(dtype), t);
    }

    // Two operands.

    public Tensor add(Tensor b) {
        return binary(Op.ADD, b);
    }

    public Tensor sub(Tensor b) {
        return binary(Op.SUB, b);
    }

    public Tensor mul(Tensor b) {
        return binary(Op.MUL, b);
    }

    public Tensor div(Tensor b) {
        return binary(Op.DIV, b);
    }

    public Tensor pow(Tensor b) {
        return binary(Op.POW, b);
    }

    /** The larger of two; NaN wins; a tie shares the gradient in halves. */
    public Tensor maximum(Tensor b) {
        return binary(Op.MAXIMUM, b);
    }

    /** The smaller of two; NaN wins; a tie shares the gradient in halves. */
    public Tensor minimum(Tensor b) {
        return binary(Op.MINIMUM, b);
    }

    public Tensor add(double b) {
        return add(constant(b));
    }

    public Tensor sub(double b) {
        return sub(constant(b));
    }

    public Tensor mul(double b) {
        return mul(constant(b));
    }

    public Tensor div(double b) {
        return div(constant(b));
    }

    public Tensor pow(double b) {
        return pow(constant(b));
    }

    public Tensor maximum(double b) {
        return maximum(constant(b));
    }

    public Tensor minimum(double b) {
        return minimum(constant(b));
    }

    /** value - x. */
    public Tensor rsub(double value) {
        return constant(value).sub(self());
    }

    /** value / x. */
    public Tensor rdiv(double value) {
        return constant(value).div(self());
    }

    public Tensor eq(Tensor b) {
        return binary(Op.EQ, b);
    }

    public Tensor ne(Tensor b) {
        return binary(Op.NE, b);
    }

    public Tensor lt(Tensor b) {
        return binary(Op.LT, b);
    }

    public Tensor le(Tensor b) {
        return binary(Op.LE, b);
    }

    public Tensor gt(Tensor b) {
        return b.lt(self());
    }

    public Tensor ge(Tensor b) {
        return b.le(self());
    }

    public Tensor eq(double b) {
        return eq(constant(b));
    }

    public Tensor ne(double b) {
        return ne(constant(b));
    }

    public Tensor lt(double b) {
        return lt(constant(b));
    }

    public Tensor le(double b) {
        return le(constant(b));
    }

    public Tensor gt(double b) {
        return gt(constant(b));
    }

    public Tensor ge(double b) {
        return ge(constant(b));
    }

    public Tensor and(Tensor b) {
        return binary(Op.AND, b);
    }

    public Tensor or(Tensor b) {
        return binary(Op.OR, b);
    }

    public Tensor xor(Tensor b) {
        return binary(Op.XOR, b);
    }

    /** This condition choosing, element by element, between two values. */
    public Tensor where(Tensor a, Tensor b) {
        int rank = Math.max(self().rank(), Math.max(a.rank(), b.rank()));
        return apply(Op.WHERE, Attrs.NONE, align(rank), a.align(rank), b.align(rank));
    }
}
