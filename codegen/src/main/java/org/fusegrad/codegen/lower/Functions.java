package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.graph.Op;
import org.fusegrad.math.Expansions;
import org.fusegrad.math.FloatOps;
import org.fusegrad.type.DType;

/**
 * Elementary functions of a vector as the statements of their expansions. Every intermediate is a
 * local. Constants are gathered, to be broadcast before the loop.
 */
final class Functions implements FloatOps<Expr, Expr, Expr> {
    /** A function of {@link Expansions} on expressions. */
    private interface Expansion {
        Expr apply(Functions o, Expr x);
    }

    private static final Map<Op, Expansion> EXPANSIONS = new EnumMap<>(Op.class);

    static {
        EXPANSIONS.put(Op.EXP, Expansions::exp);
        EXPANSIONS.put(Op.EXPM1, Expansions::expm1);
        EXPANSIONS.put(Op.LOG, Expansions::log);
        EXPANSIONS.put(Op.LOG1P, Expansions::log1p);
        EXPANSIONS.put(Op.TANH, Expansions::tanh);
        EXPANSIONS.put(Op.SIGMOID, Expansions::sigmoid);
        EXPANSIONS.put(Op.ERF, Expansions::erf);
    }

    private final Map<Expr, Stmt.Let> constants = new LinkedHashMap<>();
    private List<Stmt> code;
    private int locals;

    static boolean covers(Op op) {
        return EXPANSIONS.containsKey(op);
    }

    /** Writes the function; its result. */
    Expr apply(Op op, Expr x, List<Stmt> to) {
        code = to;
        return EXPANSIONS.get(op).apply(this, x);
    }

    /** Writes the widening of half precision elements, one in each int; the floats. */
    Expr widened(DType dtype, Expr ints, List<Stmt> to) {
        code = to;
        return dtype == DType.BFLOAT16
                ? Expansions.fromBfloat16(this, ints)
                : Expansions.fromFloat16(this, ints);
    }

    /** Writes the rounding of floats to half precision; the ints that hold them. */
    Expr rounded(DType dtype, Expr floats, List<Stmt> to) {
        code = to;
        return dtype == DType.BFLOAT16
                ? Expansions.toBfloat16(this, floats)
                : Expansions.toFloat16(this, floats);
    }

    /** Locals of the constants asked for so far. */
    List<Stmt> constants() {
        return new ArrayList<>(constants.values());
    }

    private Expr local(Type type, Expr value) {
        Local local = new Local.Temporary(locals++);
        code.add(new Stmt.Let(type, local, value));
        return Expr.read(local);
    }

    private Expr hoisted(Type type, Expr element) {
        Expr value = new Expr.Broadcast(type, element);
        Stmt.Let let = constants.computeIfAbsent(
                value, v -> new Stmt.Let(type, new Local.Hoisted(constants.size()), v));
        return Expr.read(let.local());
    }

    private Expr floats(Op op, Expr... operands) {
        return local(Type.FLOATS, Expr.computed(op, Type.FLOATS, operands));
    }

    private Expr ints(Op op, Expr... operands) {
        return local(Type.INTS, Expr.computed(op, Type.INTS, operands));
    }

    private Expr mask(Op op, Expr... operands) {
        return local(Type.MASK, Expr.computed(op, Type.MASK, operands));
    }

    @Override
    public Expr constant(float value) {
        return hoisted(Type.FLOATS, Expr.of(value));
    }

    @Override
    public Expr constantInt(int value) {
        return hoisted(Type.INTS, Expr.of(value));
    }

    @Override
    public Expr add(Expr a, Expr b) {
        return floats(Op.ADD, a, b);
    }

    @Override
    public Expr sub(Expr a, Expr b) {
        return floats(Op.SUB, a, b);
    }

    @Override
    public Expr mul(Expr a, Expr b) {
        return floats(Op.MUL, a, b);
    }

    @Override
    public Expr div(Expr a, Expr b) {
        return floats(Op.DIV, a, b);
    }

    @Override
    public Expr fma(Expr a, Expr b, Expr c) {
        return floats(Op.FMA, a, b, c);
    }

    @Override
    public Expr abs(Expr a) {
        return floats(Op.ABS, a);
    }

    @Override
    public Expr less(Expr a, Expr b) {
        return mask(Op.LT, a, b);
    }

    @Override
    public Expr equal(Expr a, Expr b) {
        return mask(Op.EQ, a, b);
    }

    @Override
    public Expr select(Expr condition, Expr yes, Expr no) {
        return floats(Op.WHERE, condition, yes, no);
    }

    @Override
    public Expr bits(Expr a) {
        return local(Type.INTS, Expr.call(Callee.FLOATS_AS_BITS, a));
    }

    @Override
    public Expr fromBits(Expr a) {
        return local(Type.FLOATS, Expr.call(Callee.BITS_AS_FLOATS, a));
    }

    @Override
    public Expr toFloat(Expr a) {
        Expr floats = Expr.call(Callee.INTS_TO_FLOATS, a);
        return local(Type.FLOATS, new Expr.Cast(Type.FLOATS, floats));
    }

    @Override
    public Expr addInt(Expr a, Expr b) {
        return ints(Op.ADD, a, b);
    }

    @Override
    public Expr subInt(Expr a, Expr b) {
        return ints(Op.SUB, a, b);
    }

    @Override
    public Expr and(Expr a, Expr b) {
        return ints(Op.AND, a, b);
    }

    @Override
    public Expr or(Expr a, Expr b) {
        return ints(Op.OR, a, b);
    }

    @Override
    public Expr shiftLeft(Expr a, int count) {
        return local(Type.INTS, Expr.call(Callee.SHIFT_LEFT, a, Expr.of(count)));
    }

    @Override
    public Expr shiftRight(Expr a, int count) {
        return local(Type.INTS, Expr.call(Callee.SHIFT_RIGHT, a, Expr.of(count)));
    }
}
