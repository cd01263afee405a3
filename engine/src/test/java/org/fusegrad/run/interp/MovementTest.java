package org.fusegrad.run.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class MovementTest {
    private static final Attrs.To TO_HALF = new Attrs.To(DType.FLOAT16);
    private final Value x = Run.floats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);

    private static void check(Value got, double... want) {
        assertArrayEquals(want, got.toDoubles());
    }

    @Test
    void copiesOfEveryType() {
        Attrs order = new Attrs.Axes(Ints.of(1, 0));
        for (DType dtype : DType.values()) {
            Value v = Run.op(Op.CAST, new Attrs.To(dtype), x);
            double[] e = v.toDoubles();
            check(Run.op(Op.PERMUTE, order, v), e[0], e[3], e[1], e[4], e[2], e[5]);
            Value flipped = Run.op(Op.FLIP, new Attrs.Axes(Ints.of(1)), v);
            check(flipped, e[2], e[1], e[0], e[5], e[4], e[3]);
        }
    }

    @Test
    void reshapesStridedOperands() {
        Value t = x.permute(new int[] {1, 0});
        check(Run.op(Op.RESHAPE, new Attrs.Dims(Shape.of(1, 6)), t), 1, 4, 2, 5, 3, 6);
        Value one = Run.floats(Shape.of(1, 1), 8);
        check(Run.op(Op.RESHAPE, new Attrs.Dims(Shape.SCALAR), one), 8);
    }

    @Test
    void expandsAxesAndScalars() {
        Value column = Run.floats(Shape.of(2, 1), 1, 2);
        check(Run.op(Op.EXPAND, new Attrs.Dims(Shape.of(2, 3)), column), 1, 1, 1, 2, 2, 2);
        Value scalar = Run.floats(Shape.SCALAR, 7);
        check(Run.op(Op.EXPAND, new Attrs.Dims(Shape.of(1, 2)), scalar), 7, 7);
    }

    @Test
    void slicesWithSteps() {
        Attrs range = new Attrs.Range(Ints.of(0, 0), Ints.of(2, 3), Ints.of(1, 2));
        check(Run.op(Op.SLICE, range, x), 1, 3, 4, 6);
        Attrs none = new Attrs.Range(Ints.of(2, 0), Ints.of(2, 3), Ints.of(1, 1));
        check(Run.op(Op.SLICE, none, x));
    }

    @Test
    void flipsSeveralAxesOfAView() {
        Value t = x.permute(new int[] {1, 0});
        check(Run.op(Op.FLIP, new Attrs.Axes(Ints.of(0, 1)), t), 6, 3, 5, 2, 4, 1);
    }

    @Test
    void padsBeforeAfterAndBetween() {
        Attrs p = new Attrs.Padding(Ints.of(1, 0), Ints.of(0, 2), Ints.of(0, 1), 9);
        check(Run.op(Op.PAD, p, x), 9, 9, 9, 9, 9, 9, 9, 1, 9, 2, 9, 3, 9, 9, 4, 9, 5, 9, 6, 9, 9);
        Attrs none = new Attrs.Padding(Ints.of(0, 0), Ints.of(0, 0), Ints.of(0, 0), 9);
        check(Run.op(Op.PAD, none, x), x.toDoubles());
        Value empty = Value.zeros(DType.FLOAT32, Shape.of(0));
        Attrs both = new Attrs.Padding(Ints.of(1), Ints.of(1), Ints.of(3), -1);
        check(Run.op(Op.PAD, both, empty), -1, -1);
        Value half = Run.op(Op.CAST, TO_HALF, Run.floats(Shape.of(1), 0.5f));
        check(Run.op(Op.PAD, both, half), -1, 0.5, -1);
        check(Run.op(Op.PAD, both, Run.longs(Shape.of(1), 1L << 40)), -1, 1L << 40, -1);
    }

    @Test
    void joinsAlongAnAxis() {
        Value y = Run.floats(Shape.of(2, 1), 10, 20);
        Value none = Value.zeros(DType.FLOAT32, Shape.of(2, 0));
        check(
                Run.op(
                        Op.CONCAT,
                        new Attrs.Axis(1),
                        x,
                        none,
                        y,
                        x.slice(new int[] {0, 0}, new int[] {1, 2}, Shape.of(2, 2))),
                1,
                2,
                3,
                10,
                1,
                3,
                4,
                5,
                6,
                20,
                4,
                6);
        check(Run.op(Op.CONCAT, new Attrs.Axis(0), x, x), 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6);
    }

    @Test
    void bigCopiesAreCutAmongThreads() {
        Value v = Run.random(DType.FLOAT32, 5, 300, 1, 200);
        float[] t = Run.op(Op.PERMUTE, new Attrs.Axes(Ints.of(2, 1, 0)), v).floats();
        float[] want = new float[t.length];
        for (int i = 0; i < want.length; i++) {
            want[i] = v.floats()[i % 300 * 200 + i / 300];
        }
        assertArrayEquals(want, t, Arrays.toString(v.strides()));
    }
}
