package org.fusegrad.autodiff;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.fusegrad.Primitives;
import org.fusegrad.RawOps;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.gradcheck.Tolerance;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * An operation at a point where it is smooth.
 *
 * @param flat its gradient is zero wherever it exists
 * @param tolerance instead of the usual one, or {@code null}
 */
record OpExample(
        Op op,
        String label,
        TensorFunction function,
        Tensor[] inputs,
        boolean flat,
        Tolerance tolerance) {
    @Override
    public String toString() {
        return op + (label.isEmpty() ? "" : " " + label);
    }

    static List<OpExample> all() {
        Table table = new Table();
        table.elementwise();
        table.movement();
        table.reductions();
        table.convolutions();
        table.pooling();
        table.indexing();
        return table.examples;
    }

    /** Collects examples. */
    private static final class Table {
        final List<OpExample> examples = new ArrayList<>();
        final Samples s = Samples.of(7);

        void add(Op op, String label, TensorFunction f, Tensor... inputs) {
            examples.add(new OpExample(op, label, f, inputs, false, null));
        }

        void raw(Op op, String label, Attrs attrs, Tensor... inputs) {
            add(
                    op,
                    label,
                    in -> List.of(RawOps.apply(op, attrs, in.toArray(Tensor[]::new))),
                    inputs);
        }

        void raw(Op op, Tensor... inputs) {
            raw(op, "", Attrs.NONE, inputs);
        }

        void flat(Op op, Tensor input) {
            examples.add(new OpExample(
                    op,
                    "",
                    in -> List.of(RawOps.apply(op, Attrs.NONE, in.get(0))),
                    new Tensor[] {input},
                    true,
                    null));
        }

        void elementwise() {
            double[] zero = {0};
            raw(Op.NEG, s.normal(2, 3));
            raw(Op.ABS, s.awayFrom(0.1, zero, 2, 3));
            for (Op op : List.of(Op.SQRT, Op.RSQRT, Op.RECIPROCAL, Op.LOG)) {
                raw(op, s.uniform(0.5, 3, 2, 3));
            }
            for (Op op : List.of(
                    Op.EXP, Op.EXPM1, Op.TANH, Op.SIGMOID, Op.ERF, Op.SIN, Op.COS, Op.ATAN)) {
                raw(op, s.normal(2, 3));
            }
            raw(Op.LOG1P, s.uniform(-0.5, 3, 2, 3));
            double[] halves = {
                -4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4
            };
            for (Op op : List.of(Op.SIGN, Op.FLOOR, Op.CEIL, Op.ROUND)) {
                flat(op, s.awayFrom(0.05, halves, 2, 3));
            }
            raw(Op.ADD, s.normal(2, 3), s.normal(2, 3));
            raw(Op.ADD, "broadcast", Attrs.NONE, s.normal(2, 1), s.normal(1, 3));
            raw(Op.SUB, s.normal(2, 3), s.normal(2, 1));
            raw(Op.MUL, s.normal(2, 3), s.normal(1, 3));
            raw(Op.DIV, s.normal(2, 3), s.uniform(0.5, 2, 1, 3));
            raw(Op.POW, s.uniform(0.5, 2, 2, 3), s.normal(2, 1));
            for (Op op : List.of(Op.MAXIMUM, Op.MINIMUM)) {
                Tensor both = s.distinct(0.1, 2, 6);
                raw(op, both.slice(1, 0, 3), both.slice(1, 3, 6));
            }
            Tensor condition = s.bools(2, 3);
            add(
                    Op.WHERE,
                    "",
                    in -> List.of(
                            RawOps.apply(Op.WHERE, Attrs.NONE, condition, in.get(0), in.get(1))),
                    s.normal(2, 3),
                    s.normal(1, 3));
            raw(Op.FMA, s.normal(2, 3), s.normal(1, 3), s.normal(2, 1));
            markers();
        }

        /** A cast to float32 is linear: large steps make up for its coarse results. */
        private void markers() {
            Attrs single = new Attrs.To(DType.FLOAT32);
            examples.add(new OpExample(
                    Op.CAST,
                    "",
                    in -> List.of(RawOps.apply(Op.CAST, single, in.get(0))),
                    new Tensor[] {s.normal(2, 3)},
                    false,
                    new Tolerance(1e-5, 1e-5, 0.5)));
            add(
                    Op.CUSTOM,
                    "",
                    in -> {
                        Tensor x = in.get(0);
                        return List.of(Primitives.customGradient(
                                x.square(), List.of(x), dy -> List.of(dy.mul(x).mul(2))));
                    },
                    s.normal(2, 3));
        }

        void movement() {
            raw(Op.RESHAPE, "", new Attrs.Dims(Shape.of(3, 2)), s.normal(2, 3));
            raw(Op.EXPAND, "", new Attrs.Dims(Shape.of(2, 4, 3)), s.normal(2, 1, 3));
            raw(Op.EXPAND, "scalar", new Attrs.Dims(Shape.of(2, 3)), s.normal());
            raw(Op.PERMUTE, "", new Attrs.Axes(Ints.of(2, 0, 1)), s.normal(2, 3, 4));
            raw(
                    Op.SLICE,
                    "",
                    new Attrs.Range(Ints.of(1, 0), Ints.of(4, 5), Ints.of(1, 2)),
                    s.normal(4, 6));
            raw(Op.FLIP, "", new Attrs.Axes(Ints.of(0, 1)), s.normal(2, 3));
            raw(
                    Op.PAD,
                    "",
                    new Attrs.Padding(Ints.of(1, 0), Ints.of(0, 2), Ints.of(0, 1), 1.5),
                    s.normal(2, 3));
            raw(Op.CONCAT, "", new Attrs.Axis(1), s.normal(2, 3), s.normal(2, 1), s.normal(2, 2));
        }

        void reductions() {
            Attrs axes = new Attrs.Axes(Ints.of(0, 2));
            raw(Op.SUM, "", axes, s.normal(2, 3, 4));
            raw(Op.SUM_MUL, "", axes, s.normal(2, 3, 4), s.normal(2, 1, 4));
            raw(Op.PROD, "", axes, s.normal(2, 2, 3));
            raw(Op.MAX, "", axes, s.distinct(0.1, 2, 3, 4));
            raw(Op.MIN, "", axes, s.distinct(0.1, 2, 3, 4));
            raw(Op.CUMSUM, "", new Attrs.Cumulate(1, false), s.normal(2, 4));
            raw(Op.CUMSUM, "reversed", new Attrs.Cumulate(0, true), s.normal(3, 2));
        }

        void convolutions() {
            raw(Op.MATMUL, s.normal(2, 3), s.normal(3, 4));
            raw(Op.MATMUL, "batched", Attrs.NONE, s.normal(2, 2, 3), s.normal(2, 3, 2));
            conv(
                    "",
                    new Attrs.Conv(Ints.of(1, 1), Ints.of(0, 0), Ints.of(1, 1), 1, null),
                    s.normal(1, 2, 4, 4),
                    s.normal(2, 2, 2, 3),
                    Shape.of(1, 2, 3, 2));
            conv(
                    "strided, padded, dilated, grouped",
                    new Attrs.Conv(Ints.of(2, 1), Ints.of(1, 2), Ints.of(1, 2), 2, null),
                    s.normal(1, 2, 4, 5),
                    s.normal(2, 1, 3, 2),
                    Shape.of(1, 2, 2, 7));
            conv(
                    "1-d",
                    new Attrs.Conv(Ints.of(3), Ints.of(1), Ints.of(1), 1, null),
                    s.normal(2, 1, 7),
                    s.normal(2, 1, 3),
                    Shape.of(2, 2, 3));
            conv(
                    "3-d",
                    new Attrs.Conv(Ints.of(1, 1, 1), Ints.of(0, 1, 0), Ints.of(1, 1, 1), 1, null),
                    s.normal(1, 1, 3, 2, 3),
                    s.normal(1, 1, 2, 2, 2),
                    Shape.of(1, 1, 2, 3, 2));
        }

        private void conv(String label, Attrs.Conv geometry, Tensor x, Tensor w, Shape result) {
            Tensor y = s.normal(result.dims());
            raw(Op.CONV, label, geometry, x, w);
            raw(Op.CONV_INPUT, label, geometry.target(x.shape()), y, w);
            raw(Op.CONV_WEIGHT, label, geometry.target(w.shape()), x, y);
        }

        void pooling() {
            Attrs.Window window = new Attrs.Window(
                    Ints.of(2, 3),
                    Ints.of(2, 1),
                    Ints.of(1, 1),
                    Ints.of(1, 1),
                    Ints.of(3, 3),
                    false,
                    0,
                    Shape.of(1, 2, 4, 3));
            Tensor x = s.distinct(0.1, 1, 2, 4, 3);
            raw(Op.MAX_POOL, "", window, x);
            add(
                    Op.MAX_POOL_SCATTER,
                    "",
                    in -> List.of(RawOps.apply(Op.MAX_POOL_SCATTER, window, in.get(0), x)),
                    s.normal(1, 2, 3, 3));
            add(
                    Op.MAX_POOL_GATHER,
                    "",
                    in -> List.of(RawOps.apply(Op.MAX_POOL_GATHER, window, in.get(0), x)),
                    s.normal(1, 2, 4, 3));
            for (boolean padded : new boolean[] {false, true}) {
                Attrs.Window mean = new Attrs.Window(
                        Ints.of(2, 3),
                        Ints.of(2, 1),
                        Ints.of(1, 1),
                        Ints.of(1, 1),
                        Ints.of(3, 3),
                        padded,
                        0,
                        Shape.of(1, 2, 4, 3));
                String label = padded ? "counting padding" : "";
                raw(Op.AVG_POOL, label, mean, s.normal(1, 2, 4, 3));
                raw(Op.AVG_POOL_ADJOINT, label, mean, s.normal(1, 2, 3, 3));
            }
        }

        void indexing() {
            Tensor index = s.index(4, 2, 3);
            Function<Op, Attrs> attrs =
                    op -> op == Op.GATHER ? new Attrs.Axis(1) : new Attrs.Scatter(1, 4);
            add(
                    Op.GATHER,
                    "",
                    in -> List.of(
                            RawOps.apply(Op.GATHER, attrs.apply(Op.GATHER), in.get(0), index)),
                    s.normal(2, 4));
            add(
                    Op.SCATTER_ADD,
                    "",
                    in -> List.of(RawOps.apply(
                            Op.SCATTER_ADD, attrs.apply(Op.SCATTER_ADD), in.get(0), index)),
                    s.normal(2, 3));
        }
    }
}
