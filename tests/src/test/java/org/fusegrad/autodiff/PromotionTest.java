package org.fusegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.ops.Activations;
import org.fusegrad.ops.Softmax;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Types and values where whole numbers, fractions and truth values meet, tensors and formulas. */
final class PromotionTest {
    private static final DType F32 = DType.FLOAT32;
    private static final DType F64 = DType.FLOAT64;
    private static final DType I64 = DType.INT64;
    private static final DType BOOL = DType.BOOL;

    /** Operands: (0, 1, 2), (0.5, 1.5, -2), the same in float64 and bfloat16, truth values. */
    private record In(Tensor i, Tensor x, Tensor wide, Tensor half, Tensor p, Tensor q) {
        static final List<Tensor> VALUES = List.of(
                Tensor.arange(3),
                Tensor.of(0.5f, 1.5f, -2),
                Tensor.of(new double[] {0.5, 1.5, -2}, 3),
                Tensor.of(0.5f, 1.5f, -2).cast(DType.BFLOAT16),
                Tensor.of(new boolean[] {false, true, true}, 3),
                Tensor.of(new boolean[] {false, false, true}, 3));

        static In of(List<Tensor> t) {
            return new In(t.get(0), t.get(1), t.get(2), t.get(3), t.get(4), t.get(5));
        }
    }

    private record Case(String name, Function<In, Tensor> f, DType dtype, double... values) {}

    private static final List<Case> CASES = new ArrayList<>();

    private static void is(String name, Function<In, Tensor> f, DType dtype, double... values) {
        CASES.add(new Case(name, f, dtype, values));
    }

    static {
        numbers();
        tensors();
        truth();
        functions();
        reductions();
        joined();
    }

    private static void numbers() {
        is("i + 0.5", in -> in.i.add(0.5), F32, 0.5, 1.5, 2.5);
        is("i - 0.5", in -> in.i.sub(0.5), F32, -0.5, 0.5, 1.5);
        is("i * 0.5", in -> in.i.mul(0.5), F32, 0, 0.5, 1);
        is("i / 0.5", in -> in.i.div(0.5), F32, 0, 2, 4);
        is("i / 2", in -> in.i.div(2), F32, 0, 0.5, 1);
        is("i / 0", in -> in.i.div(0), F32, Double.NaN, 1 / 0.0, 1 / 0.0);
        is("i ^ 0.5", in -> in.i.pow(0.5), F32, 0, 1, (float) Math.sqrt(2));
        is("i ^ 2", in -> in.i.pow(2), I64, 0, 1, 4);
        is("max(i, 0.5)", in -> in.i.maximum(0.5), F32, 0.5, 1, 2);
        is("min(i, 1.5)", in -> in.i.minimum(1.5), F32, 0, 1, 1.5);
        is("max(i, 1)", in -> in.i.maximum(1), I64, 1, 1, 2);
        is("0.5 - i", in -> in.i.rsub(0.5), F32, 0.5, -0.5, -1.5);
        is("1 - i", in -> in.i.rsub(1), I64, 1, 0, -1);
        is("1 / (i + 1)", in -> in.i.add(1).rdiv(1), F32, 1, 0.5, 1f / 3);
        is("0.5 / (i + 1)", in -> in.i.add(1).rdiv(0.5), F32, 0.5, 0.25, 0.5f / 3);
        is("i + 1", in -> in.i.add(1), I64, 1, 2, 3);
        is("i + 1.0", in -> in.i.add(1.0), F32, 1, 2, 3);
        is("i = 1.5", in -> in.i.eq(1.5), BOOL, 0, 0, 0);
        is("i != 1.5", in -> in.i.ne(1.5), BOOL, 1, 1, 1);
        is("i >= 1.5", in -> in.i.ge(1.5), BOOL, 0, 0, 1);
        is("i > 0.5", in -> in.i.gt(0.5), BOOL, 0, 1, 1);
        is("i < 0.5", in -> in.i.lt(0.5), BOOL, 1, 0, 0);
        is("i <= 1.5", in -> in.i.le(1.5), BOOL, 1, 1, 0);
        is("i = NaN", in -> in.i.eq(Double.NaN), BOOL, 0, 0, 0);
        is("i < infinity", in -> in.i.lt(1 / 0.0), BOOL, 1, 1, 1);
        is("p + 1", in -> in.p.add(1), I64, 1, 2, 2);
        is("p * 0.5", in -> in.p.mul(0.5), F32, 0, 0.5, 0.5);
        is("p >= 1", in -> in.p.ge(1), BOOL, 0, 1, 1);
        is("p > 0.5", in -> in.p.gt(0.5), BOOL, 0, 1, 1);
        is("x + 1", in -> in.x.add(1), F32, 1.5, 2.5, -1);
        is("wide + 0.1", in -> in.wide.add(0.1), F64, 0.6, 1.6, -1.9);
        is("half * 2", in -> in.half.mul(2), F32, 1, 3, -4);
        is("i * 2^40 * 2^40", in -> in.i.mul(1L << 40).mul(1L << 40), I64, 0, 0, 0);
        long odd = (1L << 53) + 1;
        is("i + 2^53 + 1 - 2^53", in -> in.i.add(odd).sub(odd - 1), I64, 1, 2, 3);
        is("i = i + odd - odd", in -> in.i.add(odd).eq(odd + 1), BOOL, 0, 1, 0);
    }

    private static void tensors() {
        is("i + x", in -> in.i.add(in.x), F32, 0.5, 2.5, 0);
        is("x * i", in -> in.x.mul(in.i), F32, 0, 1.5, -4);
        is("i - wide", in -> in.i.sub(in.wide), F64, -0.5, -0.5, 4);
        is("i + half", in -> in.i.add(in.half), F32, 0.5, 2.5, 0);
        is("half + x", in -> in.half.add(in.x), F32, 1, 3, -4);
        is("i / i", in -> in.i.div(in.i.add(1)), F32, 0, 0.5, 2f / 3);
        is("i div i", in -> in.i.sub(2).divTrunc(in.i.add(1)), I64, -2, 0, 0);
        is("x div i", in -> in.x.divTrunc(in.i.add(1)), F32, 0, 0, 0);
        is("i ^ i", in -> in.i.pow(in.i), I64, 1, 1, 4);
        is("x ^ i", in -> in.x.pow(in.i), F32, 1, 1.5, 4);
        is("i < x", in -> in.i.lt(in.x), BOOL, 1, 1, 0);
        is("i = wide", in -> in.i.eq(in.wide), BOOL, 0, 0, 0);
        is("max(i, x)", in -> in.i.maximum(in.x), F32, 0.5, 1.5, 2);
        is("i > p", in -> in.i.gt(in.p), BOOL, 0, 0, 1);
        is("i + p", in -> in.i.add(in.p), I64, 0, 2, 3);
        is("x * p", in -> in.x.mul(in.p), F32, 0, 1.5, -2);
        is("wide * p", in -> in.wide.mul(in.p), F64, 0, 1.5, -2);
        is("i + scalar", in -> in.i.add(Tensor.scalar(0.5)), F32, 0.5, 1.5, 2.5);
        is("i + wide scalar", in -> in.i.add(Tensor.scalar(0.5, F64)), F64, 0.5, 1.5, 2.5);
        is("x + whole scalar", in -> in.x.add(Tensor.scalar(1, I64)), F32, 1.5, 2.5, -1);
        is("where(p, i, x)", in -> in.p.where(in.i, in.x), F32, 0.5, 1, 2);
        is("where(p, i, q)", in -> in.p.where(in.i, in.q), I64, 0, 1, 2);
        is("where(p, q, p)", in -> in.p.where(in.q, in.p), BOOL, 0, 0, 1);
        is("where(p, wide, i)", in -> in.p.where(in.wide, in.i), F64, 0, 1.5, -2);
        is("clamp(i, 0.5, 1.5)", in -> Activations.clamp(in.i, 0.5, 1.5), F32, 0.5, 1, 1.5);
        is("clamp(i, 0, 1)", in -> Activations.clamp(in.i, 0, 1), I64, 0, 1, 1);
        is("threshold(i)", in -> Activations.threshold(in.i, 0.5, 0.25), F32, 0.25, 1, 2);
    }

    private static void truth() {
        is("p + q", in -> in.p.add(in.q), BOOL, 0, 1, 1);
        is("p * q", in -> in.p.mul(in.q), BOOL, 0, 0, 1);
        is("max(p, q)", in -> in.p.maximum(in.q), BOOL, 0, 1, 1);
        is("min(p, q)", in -> in.p.minimum(in.q), BOOL, 0, 0, 1);
        is("p / p", in -> in.q.div(in.p), F32, Double.NaN, 0, 1);
        is("q < p", in -> in.q.lt(in.p), BOOL, 0, 1, 0);
        is("p <= q", in -> in.p.le(in.q), BOOL, 1, 0, 1);
        is("p = q", in -> in.p.eq(in.q), BOOL, 1, 0, 1);
        is("p != q", in -> in.p.ne(in.q), BOOL, 0, 1, 0);
        is("|p|", in -> in.p.abs(), BOOL, 0, 1, 1);
        is("exp(p)", in -> in.p.exp(), F32, 1, (float) Math.E, (float) Math.E);
    }

    private static void functions() {
        is("sqrt(i)", in -> in.i.sqrt(), F32, 0, 1, (float) Math.sqrt(2));
        is("exp(i)", in -> in.i.sub(1).exp(), F32, (float) Math.exp(-1), 1, (float) Math.E);
        is("1 / i", in -> in.i.reciprocal(), F32, 1 / 0.0, 1, 0.5);
        is("tanh(i)", in -> in.i.mul(50).tanh(), F32, 0, 1, 1);
        is("floor(i)", in -> in.i.floor(), I64, 0, 1, 2);
        is("round(i)", in -> in.i.round(), I64, 0, 1, 2);
        is("-i", in -> in.i.neg(), I64, 0, -1, -2);
        is("|i - 1|", in -> in.i.sub(1).abs(), I64, 1, 0, 1);
        is("sign(i - 1)", in -> in.i.sub(1).sign(), I64, -1, 0, 1);
        is("relu(i - 1)", in -> in.i.sub(1).relu(), I64, 0, 0, 1);
        is("i squared", in -> in.i.square(), I64, 0, 1, 4);
        is("gelu(i)", in -> Activations.gelu(in.i.mul(40)), F32, 0, 40, 80);
        is("softmax(i * 200)", in -> Softmax.softmax(in.i.mul(200), 0), F32, 0, 0, 1);
    }

    private static void reductions() {
        is("sum of i", in -> in.i.sum(), I64, 3);
        is("prod of i + 1", in -> in.i.add(1).prod(), I64, 6);
        is("max of i", in -> in.i.max(), I64, 2);
        is("min of i - 1", in -> in.i.sub(1).min(), I64, -1);
        is("sum of p", in -> in.p.sum(), I64, 2);
        is("prod of p", in -> in.p.prod(), I64, 0);
        is("max of p", in -> in.p.max(), BOOL, 1);
        is("min of p", in -> in.p.min(), BOOL, 0);
        is("any of p", in -> in.p.any(), BOOL, 1);
        is("all of p", in -> in.p.all(), BOOL, 0);
        is("any of i", in -> in.i.any(0), BOOL, 1);
        is("all of x", in -> in.x.all(), BOOL, 1);
        is("any of nothing", in -> in.p.slice(0, 0, 0).any(), BOOL, 0);
        is("all of nothing", in -> in.p.slice(0, 0, 0).all(), BOOL, 1);
        is("any of NaN", in -> in.x.mul(0).add(Double.NaN).any(), BOOL, 1);
        is("argmax of p", in -> in.p.argmax(0), I64, 1);
        is("running sum of i", in -> in.i.cumsum(0), I64, 0, 1, 3);
        is("running sum of p", in -> in.p.cumsum(0), I64, 0, 1, 2);
        is(
                "running sum along columns",
                in -> Tensor.stack(1, List.of(in.i, in.p)).cumsum(0),
                I64,
                0,
                0,
                1,
                1,
                3,
                2);
        is("mean of i as float32", in -> in.i.cast(F32).mean(), F32, 1);
    }

    private static void joined() {
        is("i beside x", in -> Tensor.concat(0, in.i, in.x), F32, 0, 1, 2, 0.5, 1.5, -2);
        is("p beside i", in -> Tensor.concat(-1, in.p, in.i), I64, 0, 1, 1, 0, 1, 2);
        is("p on q", in -> Tensor.stack(0, List.of(in.p, in.q)), BOOL, 0, 1, 1, 0, 0, 1);
        is(
                "half beside half",
                in -> Tensor.concat(0, in.half, in.half),
                DType.BFLOAT16,
                0.5,
                1.5,
                -2,
                0.5,
                1.5,
                -2);
        is("half beside i", in -> Tensor.concat(0, in.half, in.i), F32, 0.5, 1.5, -2, 0, 1, 2);
        is("i on wide", in -> Tensor.stack(-1, List.of(in.i, in.wide)), F64, 0, 0.5, 1, 1.5, 2, -2);
    }

    static List<Way> ways() {
        return Way.all();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void isPyTorchs(Way way) {
        List<Executable> checks = new ArrayList<>();
        try (Engine engine = way.engine()) {
            for (Case c : CASES) {
                Tensor got =
                        engine.call(() -> Way.traced("case", in -> List.of(c.f().apply(In.of(in))))
                                .apply(In.VALUES)
                                .get(0));
                checks.add(() -> assertEquals(c.dtype(), got.dtype(), c.name()));
                checks.add(() -> assertArrayEquals(c.values(), got.toDoubles(), 1e-6, c.name()));
            }
        }
        assertAll(checks);
    }

    @Test
    void gradientsPassTheFloatingOperand() {
        Tensor x = Tensor.of(0.5f, 1.5f, -2).requiresGrad(true);
        Tensor i = Tensor.arange(3);
        x.mul(i).add(i.sqrt()).sumAll().backward();
        assertArrayEquals(new float[] {0, 1, 2}, x.grad().toFloats());
        x.setGrad(null);
        Tensor.concat(0, i, x).mul(Tensor.arange(6)).sumAll().backward();
        assertArrayEquals(new float[] {3, 4, 5}, x.grad().toFloats());
        assertNull(i.grad());
    }

    @Test
    void negativeNumbersCountFromTheEnd() {
        Tensor x = Tensor.arange(6).reshape(2, 3);
        assertArrayEquals(new long[] {3, 4, 5}, x.select(0, -1).toLongs());
        assertArrayEquals(new long[] {1, 4}, x.select(-1, -2).toLongs());
        assertArrayEquals(new long[] {1, 4}, x.slice(-1, -2, -1).toLongs());
        assertArrayEquals(new long[] {3, 4, 5}, x.slice(-2, -1, 2).toLongs());
        assertArrayEquals(new long[] {3, 12}, x.sum(-1).toLongs());
        assertArrayEquals(new long[] {15}, x.sum(-1, -2).toLongs());
        assertEquals(org.fusegrad.type.Shape.of(2, 1, 3), x.unsqueeze(-2).shape());
        assertEquals(org.fusegrad.type.Shape.of(2, 6), Tensor.concat(-1, x, x).shape());
        assertEquals(
                org.fusegrad.type.Shape.of(2, 3, 2),
                Tensor.stack(-1, List.of(x, x)).shape());
        assertEquals(org.fusegrad.type.Shape.of(3, 2), x.transpose(-1, -2).shape());
        assertEquals(
                org.fusegrad.type.Shape.of(0, 3),
                Tensor.zeros(0, 3).reshape(-1, 3).shape());
    }
}
