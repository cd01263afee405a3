package org.fusegrad.plan;

import static org.fusegrad.graph.Formula.leaf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

/** The laws of fusion: which kernels a formula becomes, and what each hands out. */
final class AssemblerTest {
    private final Node x = leaf(0, "x", DType.FLOAT32, 4, 4);
    private final Node y = leaf(1, "y", DType.FLOAT32, 4, 4);
    private final Node s = leaf(2, "s", DType.FLOAT32, 4, 1);
    private final Node big = leaf(3, "big", DType.FLOAT32, 3, 4, 4);
    private final Node count = leaf(4, "count", DType.INT64);
    private final Node rate = leaf(5, "rate", DType.FLOAT32);
    private final Node none = leaf(6, "none", DType.FLOAT32, 0, 4);
    private final Attrs firstRows = new Attrs.Range(Ints.of(0, 0), Ints.of(2, 4), Ints.of(1, 1));

    private void becomes(String expected, Node... outputs) {
        Graph graph = Graph.of(List.of(x, y, s, big, count, rate, none), List.of(outputs));
        String actual = Plans.kernels(Plans.plan(graph));
        assertEquals(expected, actual);
    }

    private static Node exp(Node x) {
        return x.unary(Op.EXP);
    }

    private static Node tanh(Node x) {
        return x.unary(Op.TANH);
    }

    private static Node sum(Node x, int axis) {
        return x.sum(Ints.of(axis));
    }

    @Test
    void whatReadsOneAnotherIsOneKernel() {
        becomes("f_1: exp((x + y))", exp(x.add(y)));
        becomes("f_1: (exp(x) - float32(sum[1](exp(x))))", exp(x).sub(sum(exp(x), 1)));
        becomes("f_1: exp(x) | float32(sum[1](exp(x)))", exp(x), sum(exp(x), 1));
        becomes("f_1: (x - float32(sum[0](x))) | float32(sum[1](x))", x.sub(sum(x, 0)), sum(x, 1));
    }

    @Test
    void soIsWhatReadsAllOfOneOperand() {
        becomes("f_1: exp(x) | float32(sum[1](x))", exp(x), sum(x, 1));
        becomes("f_1: exp(x); f_2: exp(y)", exp(x), exp(y));
        becomes("f_1: exp(s); f_2: exp(x)", exp(s), exp(x));
        becomes("f_1: exp(s); f_2: (x * s)", exp(s), x.mul(s));
    }

    @Test
    void viewsAreNoKernels() {
        becomes("", x.transpose());
        becomes("", x.reshape(Shape.of(16)), x);
        becomes("", Node.of(Op.SLICE, firstRows, x));
        becomes("", s.expand(x.shape()));
    }

    @Test
    void contractionsAndCopiesAreKernelsOfTheirOwn() {
        becomes("f_matmul_1 alone: matmul(x, y)", x.matmul(y));
        becomes(
                "f_1: exp(x); f_2: tanh(y); f_matmul_3 alone: matmul(#0, #1)",
                exp(x).matmul(tanh(y)));
        becomes(
                "f_1: exp(y); f_concat_2 alone: concat[Axis[axis=0]](x, #1)",
                Node.of(Op.CONCAT, new Attrs.Axis(0), x, exp(y)));
        becomes("f_prod_1 alone: prod[1](x)", x.reduce(Op.PROD, Ints.of(1)));
        becomes("f_prod_1 alone: prod[1](x); f_2: exp(#0)", exp(x.reduce(Op.PROD, Ints.of(1))));
        becomes(
                "f_1: tanh(x); f_flip_2 alone: flip[0](#0)",
                Node.of(Op.FLIP, new Attrs.Axes(Ints.of(0)), tanh(x)));
    }

    @Test
    void whatComesBackThroughAnotherKernelIsALaterOne() {
        becomes(
                "f_1: exp(x); f_matmul_2 alone: matmul(#0, y); f_3: (#0 + #1)",
                exp(x).add(exp(x).matmul(y)));
        becomes(
                "f_matmul_1 alone: matmul(x, y); f_2: float32((sum[1](x) + sum[1](#1)))",
                sum(x, 1).add(sum(x.matmul(y), 1)));
        becomes("f_1: exp(x); f_2: tanh(#0)", tanh(Node.of(Op.SLICE, firstRows, exp(x))));
        becomes("f_1: exp(x) | exp(exp(x)); f_2: (#0 + #1)", exp(x).add(exp(exp(x).transpose())));
    }

    @Test
    void whatOnlyLaterKernelsReadIsComputedThere() {
        becomes("f_matmul_1 alone: matmul(x, y); f_2: (exp(x) + #1)", exp(x).add(x.matmul(y)));
        becomes(
                "f_matmul_1 alone: matmul(x, y); f_2: exp(x) | (exp(x) + #1)",
                exp(x).add(x.matmul(y)),
                exp(x));
        becomes(
                "f_matmul_1 alone: matmul(x, y); f_2: exp(s); f_3: (#0 + #1)",
                exp(s).add(x.matmul(y)));
        becomes(
                "f_matmul_1 alone: matmul(x, y); f_2: (exp((x * y)) + #2)",
                exp(x.mul(y)).add(x.matmul(y)));
        becomes(
                "f_1: tanh(x); f_matmul_2 alone: matmul(#0, y); f_3: (tanh(exp(x)) + #1)",
                tanh(exp(x)).add(tanh(x).matmul(y)));
        becomes(
                "f_1: exp(x); f_matmul_2 alone: matmul(#0, y); f_matmul_3 alone: matmul(#0, "
                        + "x); f_4: (#0 + #1)",
                exp(x).matmul(y).add(exp(x).matmul(x)));
    }

    @Test
    void otherLoopsAreAnotherKernel() {
        becomes("f_1: exp(x); f_2: exp(big)", exp(x), exp(big));
        becomes("f_1: exp(#0); f_2: exp(x)", exp(Node.of(Op.SLICE, firstRows, x)), exp(x));
    }

    @Test
    void loopsThatDoNotAgreeAreALaterKernel() {
        Node wide = leaf(6, "wide", DType.FLOAT32, 4, 8);
        Node row = sum(x, 1).mul(y.reduce(Op.PROD, Ints.of(1)));
        Graph graph = Graph.of(List.of(x, y, s, big, count, rate, wide), List.of(wide.mul(row)));
        String actual = Plans.kernels(Plans.plan(graph));
        assertEquals(
                "f_prod_1 alone: prod[1](y); f_2: float32((float64(#0) * sum[1](x))); f_3: "
                        + "(wide * #1)",
                actual);
    }

    @Test
    void arithmeticOnConstantsHasNoLoops() {
        becomes("f_1: (x * exp(2))", x.mul(exp(Node.constant(2, DType.FLOAT32))));
        becomes(
                "f_1: fma(exp(x), exp(2), float32(sum[1](x)))",
                exp(Node.constant(2, DType.FLOAT32)).mul(exp(x)).add(sum(x, 1)));
    }

    @Test
    void singleNumbersJoinAnyKernel() {
        becomes("f_1: (count + 1) | exp(x)", count.add(1), exp(x));
        becomes("f_1: exp(x) | (count + 1) | (rate * 2)", exp(x), count.add(1), rate.mul(2));
        becomes("f_1: (count + 1) | (rate * 2)", count.add(1), rate.mul(2));
        becomes("f_1: exp(rate) | (x * exp(rate))", x.mul(exp(rate)), exp(rate));
        becomes("f_matmul_1 alone: matmul(x, y); f_2: exp(rate)", x.matmul(y), exp(rate));
    }

    @Test
    void constants() {
        becomes("f_1: exp(x)", Node.constant(2, DType.FLOAT32), exp(x));
        becomes("", Node.constant(0.1, DType.FLOAT64).expand(Shape.of(2)));
        becomes("", Node.constant(3, DType.INT64), Node.constant(1, DType.BOOL));
        Node zeros = Node.constant(0, DType.FLOAT32).expand(x.shape());
        becomes(
                "f_concat_1 alone: concat[Axis[axis=1]](x, #1)",
                Node.of(Op.CONCAT, new Attrs.Axis(1), x, zeros));
    }

    @Test
    void constantsAsOperandsOfOtherKernels() {
        Node truth = Node.constant(1, DType.BOOL).expand(x.shape());
        becomes("f_flip_1 alone: flip[0](#0)", Node.of(Op.FLIP, new Attrs.Axes(Ints.of(0)), truth));
        becomes("", truth);
    }

    @Test
    void emptyTensors() {
        becomes("f_exp_1 alone: exp(none)", exp(none));
        becomes("f_1: exp(x)", sum(none, 0), exp(x));
    }

    @Test
    void operandsHaveTheNamesOfWhatTheyShow() {
        Node named = exp(x).named("weights");
        becomes(
                "f_1: exp(x); f_matmul_2 alone: matmul(weights, y); f_3: tanh(mixed)",
                tanh(named.matmul(y).named("mixed")));
        becomes(
                "f_1: exp(x); f_matmul_2 alone: matmul(weights, y)",
                named.transpose().matmul(y));
        becomes(
                "f_1: exp(x); f_matmul_2 alone: matmul(weights, y); f_3: tanh(#0)",
                tanh(Node.of(Op.SLICE, firstRows, named.matmul(y).named("mixed"))));
    }
}
