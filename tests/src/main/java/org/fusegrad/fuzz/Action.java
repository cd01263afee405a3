package org.fusegrad.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * A kind of step of a random formula: the call as Java and as text. In the text {@code $0},
 * {@code $1}, {@code $2} stand for the operands and {@code #} for the numbers of the step.
 */
enum Action {
    NEG(1, "$0.neg()", (t, p) -> t[0].neg()),
    ABS(1, "$0.abs()", (t, p) -> t[0].abs()),
    SIGN(1, "$0.sign()", (t, p) -> t[0].sign()),
    FLOOR(1, "$0.floor()", (t, p) -> t[0].floor()),
    ROUND(1, "$0.round()", (t, p) -> t[0].round()),
    SQRT(1, "$0.sqrt()", (t, p) -> t[0].sqrt()),
    RSQRT(1, "$0.rsqrt()", (t, p) -> t[0].rsqrt()),
    RECIPROCAL(1, "$0.reciprocal()", (t, p) -> t[0].reciprocal()),
    EXP(1, "$0.exp()", (t, p) -> t[0].exp()),
    EXPM1(1, "$0.expm1()", (t, p) -> t[0].expm1()),
    LOG(1, "$0.log()", (t, p) -> t[0].log()),
    LOG1P(1, "$0.log1p()", (t, p) -> t[0].log1p()),
    TANH(1, "$0.tanh()", (t, p) -> t[0].tanh()),
    SIGMOID(1, "$0.sigmoid()", (t, p) -> t[0].sigmoid()),
    ERF(1, "$0.erf()", (t, p) -> t[0].erf()),
    SIN(1, "$0.sin()", (t, p) -> t[0].sin()),
    COS(1, "$0.cos()", (t, p) -> t[0].cos()),
    ATAN(1, "$0.atan()", (t, p) -> t[0].atan()),
    SQUARE(1, "$0.square()", (t, p) -> t[0].square()),
    RELU(1, "$0.relu()", (t, p) -> t[0].relu()),
    POSITIVE(1, "$0.square().add(0.5)", (t, p) -> t[0].square().add(0.5)),
    SHIFT(1, "$0.add(#)", (t, p) -> t[0].add(p[0])),
    SCALE(1, "$0.mul(#)", (t, p) -> t[0].mul(p[0])),
    FROM(1, "$0.rsub(#)", (t, p) -> t[0].rsub(p[0])),
    OVER(1, "$0.div(#)", (t, p) -> t[0].div(p[0])),
    DETACH(1, "$0.detach()", (t, p) -> t[0].detach()),
    WIDEN(1, "$0.cast(DType.FLOAT64)", (t, p) -> t[0].cast(DType.FLOAT64)),
    NARROW(1, "$0.cast(DType.FLOAT32)", (t, p) -> t[0].cast(DType.FLOAT32)),

    MORE(1, "$0.add(0.5)", (t, p) -> t[0].add(0.5)),
    PART(1, "$0.mul(0.25)", (t, p) -> t[0].mul(0.25)),
    POWER(1, "$0.pow(#)", (t, p) -> t[0].pow(p[0])),

    /** Whole numbers and truth values, which meet the others by promotion. */
    WHOLE(1, "$0.mul(4).cast(DType.INT64)", (t, p) -> t[0].mul(4).cast(DType.INT64)),
    ABOVE(1, "$0.gt(0.25)", (t, p) -> t[0].gt(0.25)),
    COUNT(1, "$0.gt(0.25).sum(#)", (t, p) -> t[0].gt(0.25).sum(p)),
    ANY(1, "$0.gt(0.25).any(#)", (t, p) -> t[0].gt(0.25).any(p)),
    ALL(1, "$0.gt(0.25).all(#)", (t, p) -> t[0].gt(0.25).all(p)),

    ADD(2, "$0.add($1)", (t, p) -> t[0].add(t[1])),
    SUB(2, "$0.sub($1)", (t, p) -> t[0].sub(t[1])),
    MUL(2, "$0.mul($1)", (t, p) -> t[0].mul(t[1])),
    DIV(2, "$0.div($1)", (t, p) -> t[0].div(t[1])),
    MAXIMUM(2, "$0.maximum($1)", (t, p) -> t[0].maximum(t[1])),
    MINIMUM(2, "$0.minimum($1)", (t, p) -> t[0].minimum(t[1])),
    CHOOSE(3, "$0.lt($1).where($1, $2)", (t, p) -> t[0].lt(t[1]).where(t[1], t[2])),
    EITHER(
            3,
            "$0.le(0).or($1.gt(1)).where($2, $0)",
            (t, p) -> t[0].le(0).or(t[1].gt(1)).where(t[2], t[0])),

    SUM(1, "$0.sum(#)", (t, p) -> t[0].sum(p)),
    MEAN(1, "$0.mean(#)", (t, p) -> t[0].mean(p)),
    VAR(1, "$0.var(#)", (t, p) -> t[0].var(p)),
    MAX(1, "$0.max(#)", (t, p) -> t[0].max(p)),
    MIN(1, "$0.min(#)", (t, p) -> t[0].min(p)),
    PROD(1, "$0.prod(#)", (t, p) -> t[0].prod(p)),
    CUMSUM(1, "$0.cumsum(#)", (t, p) -> t[0].cumsum(p[0])),

    RESHAPE(1, "$0.reshape(#)", (t, p) -> t[0].reshape(p)),
    EXPAND(1, "$0.expand(#)", (t, p) -> t[0].expand(p)),
    PERMUTE(1, "$0.permute(#)", (t, p) -> t[0].permute(p)),
    SLICE(1, "$0.slice(#)", (t, p) -> t[0].slice(p[0], p[1], p[2], p[3])),
    SELECT(1, "$0.select(#)", (t, p) -> t[0].select(p[0], p[1])),
    FLIP(1, "$0.flip(#)", (t, p) -> t[0].flip(p)),
    STACK(2, "Tensor.stack(#, List.of($0, $1))", (t, p) -> Tensor.stack(p[0], List.of(t))),
    CONCAT(2, "Tensor.concat(#, $0, $1)", (t, p) -> Tensor.concat(p[0], t)),
    MATMUL(2, "$0.matmul($1.transpose(-1, -2))", (t, p) -> t[0].matmul(t[1].transpose(-1, -2))),

    /** About half of the elements zeroed, at random; each run draws the same numbers. */
    DROP(
            1,
            "$0.mul(Tensor.bernoulli(0.5, $0.shape().dims()).cast($0.dtype()))",
            (t, p) -> t[0].mul(Tensor.bernoulli(0.5, t[0].shape().dims()).cast(t[0].dtype()))),

    /** Backwards that their author declares: right ones, so that differences must confirm them. */
    DECLARED(
            1,
            "Primitives.customGradient($0.square(), List.of($0),"
                    + " dy -> List.of(dy.mul($0).mul(2)))",
            (t, p) -> Primitives.customGradient(
                    t[0].square(), List.of(t[0]), dy -> List.of(dy.mul(t[0]).mul(2)))),

    RAISED(
            1,
            "Primitives.customGradient($0.add($0.mean()), List.of($0),"
                    + " dy -> List.of(dy.add(dy.mean())))",
            (t, p) -> Primitives.customGradient(
                    t[0].add(t[0].mean()), List.of(t[0]), dy -> List.of(dy.add(dy.mean())))),

    PRODUCT(
            2,
            "Primitives.customGradient($0.mul($1), List.of($0, $1),"
                    + " dy -> List.of(dy.mul($1), dy.mul($0)))",
            (t, p) -> Primitives.customGradient(
                    t[0].mul(t[1]), List.of(t), dy -> List.of(dy.mul(t[1]), dy.mul(t[0])))),

    /** The distance from a moving average, which moves; the number names the state. */
    TRACK(1, "track(state#, $0)", (t, p) -> {
        throw new IllegalStateException("the recipe owns the states");
    });

    /** The call: operands and numbers in, result out. */
    @FunctionalInterface
    interface Body {
        Tensor apply(Tensor[] operands, int[] numbers);
    }

    private final int operands;
    private final String text;
    private final Body body;

    Action(int operands, String text, Body body) {
        this.operands = operands;
        this.text = text;
        this.body = body;
    }

    /** Number of operands. */
    int operands() {
        return operands;
    }

    Tensor apply(Tensor[] in, int[] numbers) {
        return body.apply(in, numbers);
    }

    /** The call as Java on operands of these names. */
    String java(String[] names, int[] numbers) {
        String list = Arrays.stream(numbers)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
        String call = text.replace("#", list);
        for (int i = 0; i < names.length; i++) {
            call = call.replace("$" + i, names[i]);
        }
        return call;
    }

    /** Whether its result is whole or a truth value, whatever its operands are. */
    boolean isWhole() {
        return switch (this) {
            case WHOLE, ABOVE, COUNT, ANY, ALL -> true;
            default -> false;
        };
    }

    /** Whether operands are compared with one another. */
    boolean compares() {
        return this == CHOOSE;
    }

    /** Whether its operands must be floating, and of one type. */
    boolean needsFloating() {
        return switch (this) {
            case MEAN, VAR, MATMUL, DECLARED, RAISED, PRODUCT, TRACK -> true;
            default -> false;
        };
    }

    /** Whether the derivative is that of the value, almost everywhere. */
    boolean isDifferentiable() {
        return this != DETACH;
    }
}
