package org.fusegrad;

import java.util.Arrays;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/**
 * The element-wise operations of {@link Tensor}.
 *
 * <p>Two operands broadcast by NumPy's rule and meet in one type by PyTorch's promotion: bool below
 * int64 below floating, and the half types compute as float32. float32 and float64 do not mix; one
 * of them must be cast. A Java number takes the type of a floating tensor; with int64 and bool a
 * {@code double} yields float32, a {@code long} int64, and nothing is ever truncated. Division is
 * true division, and functions of int64 are those of its float32 values.
 */
public abstract sealed class ElementwiseOps extends TensorValues permits ReductionOps {
    /** Up to here every whole number is a double. */
    private static final long EXACT = 1L << 53;

    /** Applies one primitive: recorded while a formula is traced, run at once otherwise. */
    static Tensor apply(Op op, Attrs attrs, Tensor... in) {
        Context context = Context.get();
        if (context.tracer != null) {
            return context.tracer.record(op, attrs, in);
        }
        return Engine.current().calls().eager(op, attrs, in).invoke(in)[0];
    }

    private Tensor unary(Op op) {
        return apply(op, Attrs.NONE, Promotion.of(op, self()));
    }

    private Tensor binary(Op op, Tensor b) {
        Promotion met = Promotion.of(op, self(), b);
        return apply(met.op(), Attrs.NONE, met.a().align(b.rank()), met.b().align(self().rank()));
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
        boolean floating = self().dtype().isFloating();
        return constant(value, floating ? self().dtype().compute() : DType.FLOAT32);
    }

    private Tensor constant(long value) {
        if (self().dtype().isFloating()) {
            return constant((double) value);
        }
        return -EXACT <= value && value <= EXACT
                ? constant(value, DType.INT64)
                : Tensor.of(new long[] {value}, new int[0]);
    }

    private static Tensor constant(double value, DType dtype) {
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
        return self().dtype() == DType.BOOL ? self() : unary(Op.ABS);
    }

    /** -1, 0 or 1; NaN stays NaN. */
    public Tensor sign() {
        return self().dtype() == DType.BOOL ? self() : unary(Op.SIGN);
    }

    public Tensor floor() {
        return rounded(Op.FLOOR);
    }

    public Tensor ceil() {
        return rounded(Op.CEIL);
    }

    /** To the nearest integer, halves to even. */
    public Tensor round() {
        return rounded(Op.ROUND);
    }

    private Tensor rounded(Op op) {
        return self().dtype().isFloating() ? unary(op) : self();
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
        return le(0).where(constant(0L), self());
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

    public Tensor add(long b) {
        return add(constant(b));
    }

    public Tensor sub(long b) {
        return sub(constant(b));
    }

    public Tensor mul(long b) {
        return mul(constant(b));
    }

    public Tensor div(long b) {
        return div(constant(b));
    }

    /**
     * x to a whole power.
     *
     * @throws IllegalArgumentException if a power of int64 is negative, which would be a fraction
     */
    public Tensor pow(long b) {
        if (b < 0 && !self().dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "pow: int64 to the power " + b + " is a fraction; cast to float32 first");
        }
        return pow(constant(b));
    }

    public Tensor maximum(long b) {
        return maximum(constant(b));
    }

    public Tensor minimum(long b) {
        return minimum(constant(b));
    }

    /** value - x. */
    public Tensor rsub(double value) {
        return constant(value).sub(self());
    }

    /** value - x. */
    public Tensor rsub(long value) {
        return constant(value).sub(self());
    }

    /** value / x. */
    public Tensor rdiv(double value) {
        return constant(value).div(self());
    }

    /** value / x. */
    public Tensor rdiv(long value) {
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

    public Tensor eq(long b) {
        return eq(constant(b));
    }

    public Tensor ne(long b) {
        return ne(constant(b));
    }

    public Tensor lt(long b) {
        return lt(constant(b));
    }

    public Tensor le(long b) {
        return le(constant(b));
    }

    public Tensor gt(long b) {
        return gt(constant(b));
    }

    public Tensor ge(long b) {
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
        Promotion met = Promotion.of(Op.WHERE, a, b);
        return apply(
                Op.WHERE, Attrs.NONE, align(rank), met.a().align(rank), met.b().align(rank));
    }
}
