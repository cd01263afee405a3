package org.fusegrad;

import java.util.Arrays;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/**
 * The type in which operands meet, by PyTorch's rules: bool below int64 below floating. Operands
 * are cast before an operation sees them, so that tensors and traced formulas do the same.
 *
 * <ul>
 *   <li>Half types compute as float32, as everywhere.
 *   <li>float32 and float64 do not mix, where PyTorch would widen: it is an error with the cure.
 *   <li>Of truth values, sum and maximum are "or", product and minimum "and"; there is no
 *       difference and no power.
 *   <li>Division and float functions of what is not floating yield float32.
 * </ul>
 *
 * @param op the operation that is meant in this type
 */
record Promotion(Op op, Tensor a, Tensor b) {
    /** Two operands of an operation. */
    static Promotion of(Op op, Tensor a, Tensor b) {
        if (op.isLogical()) {
            return new Promotion(op, a, b);
        }
        DType type = meet(op.toString(), a, b);
        if (type == DType.BOOL) {
            return truth(op, a, b);
        }
        DType in = type == DType.INT64 && op == Op.DIV ? DType.FLOAT32 : type;
        return new Promotion(op, to(in, a), to(in, b));
    }

    private static Promotion truth(Op op, Tensor a, Tensor b) {
        return switch (op) {
            case ADD, MAXIMUM -> new Promotion(Op.OR, a, b);
            case MUL, MINIMUM -> new Promotion(Op.AND, a, b);
            case DIV -> new Promotion(op, to(DType.FLOAT32, a), to(DType.FLOAT32, b));
            case LT, LE -> new Promotion(op, to(DType.INT64, a), to(DType.INT64, b));
            case SUB, POW ->
                throw new IllegalArgumentException(
                        op + ": bool operands have no " + op + "; cast one of them to int64 first");
            default -> new Promotion(op, a, b);
        };
    }

    /** The operand of a function. */
    static Tensor of(Op op, Tensor x) {
        DType type = x.dtype();
        if (type.isFloating() || op.isLogical()) {
            return x;
        }
        if (op == Op.NEG && type == DType.BOOL) {
            throw new IllegalArgumentException(
                    "neg: bool operands have no neg; use not(), or cast to int64 first");
        }
        boolean exact = op == Op.NEG || op == Op.ABS || op == Op.SIGN;
        return exact ? x : x.cast(DType.FLOAT32);
    }

    /** Operands of one type: that of all, or the one they meet in. */
    static Tensor[] all(String what, Tensor... parts) {
        Tensor widest = parts[0];
        boolean same = true;
        for (Tensor t : parts) {
            same &= t.dtype() == parts[0].dtype();
            widest = order(meet(what, widest, t)) > order(widest.dtype().compute()) ? t : widest;
        }
        DType type = widest.dtype().compute();
        return same ? parts : Arrays.stream(parts).map(t -> t.cast(type)).toArray(Tensor[]::new);
    }

    /** Truth values as the whole numbers 0 and 1; anything else as it is. */
    static Tensor counted(Tensor x) {
        return x.dtype() == DType.BOOL ? x.cast(DType.INT64) : x;
    }

    private static DType meet(String what, Tensor a, Tensor b) {
        DType x = a.dtype().compute();
        DType y = b.dtype().compute();
        if (x != y && x.isFloating() && y.isFloating()) {
            throw new IllegalArgumentException(what + ": cannot mix " + a.dtype() + " with "
                    + b.dtype() + "; cast one of them");
        }
        return order(x) < order(y) ? y : x;
    }

    private static int order(DType type) {
        return type == DType.BOOL ? 0 : type == DType.INT64 ? 1 : 2;
    }

    /** What is floating is read in the type of the result anyway. */
    private static Tensor to(DType type, Tensor x) {
        return x.dtype().isFloating() ? x : x.cast(type);
    }
}
