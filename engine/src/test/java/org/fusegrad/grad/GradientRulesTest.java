package org.fusegrad.grad;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.run.interp.Run;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rule of each operation against central differences, and the rules of what the rule answers
 * likewise: graphs in float64, along random directions.
 */
final class GradientRulesTest {
    private static final double STEP = 1e-5;

    /** An operation applied to leaves that stand for the values. */
    record Example(String name, Function<List<Node>, Node> of, List<Value> at) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Example> ALL = new ArrayList<>();
    private static long seed;

    private static void put(String name, Function<List<Node>, Node> of, Value... at) {
        ALL.add(new Example(name, of, List.of(at)));
    }

    private static void put(Op op, Attrs attrs, Value... at) {
        put(op.toString() + (ALL.size() + 1), in -> Node.of(op, attrs, in), at);
    }

    private static Value normal(int... dims) {
        return Run.random(DType.FLOAT64, seed++, dims);
    }

    /** From 0.5 up. */
    private static Value positive(int... dims) {
        Value v = normal(dims);
        for (int i = 0; i < v.shape().numel(); i++) {
            v.doubles()[i] = 0.5 + Math.abs(v.doubles()[i]);
        }
        return v;
    }

    /** Positions below {@code size}, some of them twice. */
    private static Value index(int size, int... dims) {
        Value v = Value.zeros(DType.INT64, Shape.of(dims));
        for (int i = 0; i < v.shape().numel(); i++) {
            v.longs()[i] = (5L * i + 1) % size;
        }
        return v;
    }

    static {
        for (Op op : List.of(
                Op.NEG,
                Op.ABS,
                Op.EXP,
                Op.EXPM1,
                Op.TANH,
                Op.SIGMOID,
                Op.ERF,
                Op.SIN,
                Op.COS,
                Op.ATAN)) {
            put(op, Attrs.NONE, normal(2, 3));
        }
        for (Op op : List.of(Op.SQRT, Op.RSQRT, Op.RECIPROCAL, Op.LOG, Op.LOG1P)) {
            put(op, Attrs.NONE, positive(2, 3));
        }
        for (Op op : List.of(Op.ADD, Op.SUB, Op.MUL, Op.MAXIMUM, Op.MINIMUM)) {
            put(op, Attrs.NONE, normal(2, 3), normal(2, 1));
            put(op, Attrs.NONE, normal(1, 3), normal(2, 1));
            put(op, Attrs.NONE, normal(), normal(2, 3));
        }
        put(Op.DIV, Attrs.NONE, normal(2, 3), positive(1, 3));
        put(Op.POW, Attrs.NONE, positive(2, 3), normal(2, 1));
        put(Op.FMA, Attrs.NONE, normal(2, 3), normal(1, 3), normal(2, 1));
        put(
                "where",
                in -> in.get(0).lt(in.get(0).like(0)).where(in.get(1), in.get(2)),
                normal(2, 3),
                normal(2, 3),
                normal(1, 3));
        movement();
        reductions();
        structured();
    }

    private static void movement() {
        put(Op.RESHAPE, new Attrs.Dims(Shape.of(3, 2)), normal(2, 3));
        put(Op.EXPAND, new Attrs.Dims(Shape.of(2, 4, 3)), normal(2, 1, 3));
        put(Op.EXPAND, new Attrs.Dims(Shape.of(2, 3)), normal());
        put(Op.PERMUTE, new Attrs.Axes(Ints.of(2, 0, 1)), normal(2, 3, 4));
        put(Op.FLIP, new Attrs.Axes(Ints.of(0, 1)), normal(2, 3));
        put(Op.SLICE, new Attrs.Range(Ints.of(1, 0), Ints.of(4, 5), Ints.of(1, 2)), normal(5, 6));
        put(Op.SLICE, new Attrs.Range(Ints.of(2, 1), Ints.of(5, 1), Ints.of(2, 1)), normal(5, 3));
        put(
                Op.PAD,
                new Attrs.Padding(Ints.of(1, 0), Ints.of(0, 2), Ints.of(0, 1), 1.5),
                normal(2, 3));
        put(Op.CONCAT, new Attrs.Axis(1), normal(2, 3), normal(2, 1), normal(2, 2));
        put(Op.CONCAT, new Attrs.Axis(0), normal(1, 2), normal(3, 2));
    }

    private static void reductions() {
        Attrs axes = new Attrs.Axes(Ints.of(0, 2));
        for (Op op : List.of(Op.SUM, Op.PROD, Op.MAX, Op.MIN)) {
            put(op, axes, normal(2, 3, 4));
        }
        put(Op.SUM_MUL, axes, normal(2, 3, 4), normal(2, 1, 4));
        put(Op.CUMSUM, new Attrs.Cumulate(1, false), normal(2, 4));
        put(Op.CUMSUM, new Attrs.Cumulate(0, true), normal(3, 2));
    }

    private static void structured() {
        put(Op.MATMUL, Attrs.NONE, normal(2, 2, 3), normal(2, 3, 4));
        Attrs.Conv conv = new Attrs.Conv(Ints.of(2, 1), Ints.of(1, 2), Ints.of(1, 2), 2, null);
        Value x = normal(1, 2, 4, 5);
        Value w = normal(2, 1, 3, 2);
        Value y = normal(1, 2, 2, 7);
        put(Op.CONV, conv, x, w);
        put(Op.CONV_INPUT, conv.target(x.shape()), y, w);
        put(Op.CONV_WEIGHT, conv.target(w.shape()), x, y);
        Ints ones = Ints.of(1, 1);
        Attrs window = new Attrs.Window(
                Ints.of(2, 3),
                Ints.of(2, 1),
                ones,
                ones,
                Ints.of(3, 3),
                false,
                0,
                Shape.of(1, 2, 4, 3));
        put(Op.MAX_POOL, window, normal(1, 2, 4, 3));
        put(Op.MAX_POOL_SCATTER, window, normal(1, 2, 3, 3), normal(1, 2, 4, 3));
        put(Op.MAX_POOL_GATHER, window, normal(1, 2, 4, 3), normal(1, 2, 4, 3));
        put(Op.AVG_POOL, window, normal(1, 2, 4, 3));
        put(Op.AVG_POOL_ADJOINT, window, normal(1, 2, 3, 3));
        put(Op.GATHER, new Attrs.Axis(1), normal(2, 4), index(4, 2, 3));
        put(Op.SCATTER_ADD, new Attrs.Scatter(1, 4), normal(2, 3), index(4, 2, 3));
    }

    static List<Example> examples() {
        return ALL;
    }

    @ParameterizedTest
    @MethodSource("examples")
    void agreesWithDifferencesToTheSecondOrder(Example example) {
        List<Node> leaves = leaves(example.at());
        check(leaves, List.of(example.of().apply(leaves)), example.at(), 2);
    }

    private static List<Node> leaves(List<Value> at) {
        List<Node> leaves = new ArrayList<>();
        for (Value v : at) {
            leaves.add(Node.input(leaves.size(), v.dtype(), v.shape(), null));
        }
        return leaves;
    }

    /** Gradients of outputs along random upstreams, and if asked for those of these gradients. */
    private static void check(List<Node> leaves, List<Node> outputs, List<Value> at, int order) {
        List<Node> all = new ArrayList<>(leaves);
        List<Value> values = new ArrayList<>(at);
        for (Node out : outputs) {
            all.add(Node.input(all.size(), out.dtype(), out.shape(), null));
            values.add(Run.random(DType.FLOAT64, 5 + all.size(), out.shape().dims()));
        }
        List<Node> upstreams = all.subList(leaves.size(), all.size());
        List<Node> wrt = leaves.stream().filter(n -> n.dtype().isFloating()).toList();
        List<Node> grads = Differentiate.gradients(outputs, upstreams, wrt);
        for (int i = 0; i < wrt.size(); i++) {
            int k = leaves.indexOf(wrt.get(i));
            Value along = Run.random(DType.FLOAT64, 3 + k, wrt.get(i).shape().dims());
            double expected = (loss(all, outputs, upstreams, moved(values, k, along, STEP))
                            - loss(all, outputs, upstreams, moved(values, k, along, -STEP)))
                    / (2 * STEP);
            double got = grads.get(i) == null
                    ? 0
                    : Run.dot(Run.graph(all, List.of(grads.get(i)), 1, array(values))[0], along);
            assertEquals(expected, got, 1e-7 * Math.max(1, Math.abs(expected)), "operand " + k);
        }
        List<Node> flowing = grads.stream().filter(g -> g != null).toList();
        if (order > 1) {
            check(all, flowing, values, order - 1);
        }
    }

    private static List<Value> moved(List<Value> values, int k, Value along, double step) {
        List<Value> moved = new ArrayList<>(values);
        double[] x = values.get(k).toDoubles();
        for (int i = 0; i < x.length; i++) {
            x[i] += step * along.doubles()[i];
        }
        moved.set(k, Value.wrap(DType.FLOAT64, x, along.shape()));
        return moved;
    }

    private static double loss(List<Node> in, List<Node> out, List<Node> up, List<Value> at) {
        Value[] got = Run.graph(in, out, 1, array(at));
        double sum = 0;
        for (int i = 0; i < got.length; i++) {
            sum += Run.dot(got[i], at.get(in.indexOf(up.get(i))));
        }
        return sum;
    }

    private static Value[] array(List<Value> values) {
        return values.toArray(Value[]::new);
    }

    @Test
    void everyOperationWithAGradientHasAnExample() {
        Set<Op> missing = EnumSet.allOf(Op.class);
        missing.removeIf(op -> op.kind() == Op.Kind.LEAF || op.kind() == Op.Kind.MARKER);
        // Steps have none; of casts only the type matters, which is tested with the conventions.
        missing.removeAll(EnumSet.of(
                Op.CAST,
                Op.SIGN,
                Op.FLOOR,
                Op.CEIL,
                Op.ROUND,
                Op.NOT,
                Op.EQ,
                Op.NE,
                Op.LT,
                Op.LE,
                Op.AND,
                Op.OR,
                Op.XOR,
                Op.ARGMAX,
                Op.UNIFORM,
                Op.NORMAL,
                Op.COLLECT));
        for (Example e : ALL) {
            Node made = e.of().apply(leaves(e.at()));
            missing.remove(made.op());
            made.inputs().forEach(in -> missing.remove(in.op()));
        }
        assertEquals(Set.of(), missing);
    }
}
