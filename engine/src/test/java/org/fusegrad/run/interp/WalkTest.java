package org.fusegrad.run.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

/** Broadcasting and strides, seen through an addition. */
class WalkTest {
    /** A view of the given shape in some memory order, here and there with gaps or stride 0. */
    private static Value view(Random random, int... dims) {
        int rank = dims.length;
        int[] strides = new int[rank];
        int size = 1;
        int first = rank == 0 ? 0 : random.nextInt(rank);
        for (int i = 0; i < rank; i++) {
            int axis = (first + i) % rank;
            if (random.nextInt(4) != 0) {
                int gap = 1 + random.nextInt(2);
                strides[axis] = size * gap;
                size *= dims[axis] * gap;
            }
        }
        int offset = random.nextInt(5);
        float[] memory = new float[offset + size];
        for (int i = 0; i < memory.length; i++) {
            memory[i] = random.nextFloat();
        }
        Buffer buffer = Buffer.wrap(DType.FLOAT32, memory);
        return new Value(buffer, Shape.of(dims), strides, offset);
    }

    private static float at(Value v, int... index) {
        int position = v.offset();
        for (int i = 0; i < v.shape().rank(); i++) {
            position += (v.shape().dim(i) == 1 ? 0 : index[i]) * v.stride(i);
        }
        return v.floats()[position];
    }

    @Test
    void randomViewsBroadcast() {
        Random random = new Random(1);
        for (int trial = 0; trial < 200; trial++) {
            int[] d = {1 + random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(5)};
            int[] a = d.clone();
            int[] b = d.clone();
            a[random.nextInt(3)] = 1;
            b[random.nextInt(3)] = 1;
            Value x = view(random, a);
            Value y = view(random, b);
            Value sum = Run.op(Op.ADD, x, y);
            int n = 0;
            for (int i = 0; i < sum.shape().dim(0); i++) {
                for (int j = 0; j < sum.shape().dim(1); j++) {
                    for (int k = 0; k < sum.shape().dim(2); k++) {
                        float want = at(x, i, j, k) + at(y, i, j, k);
                        assertEquals(want, sum.floats()[n++], x + " + " + y);
                    }
                }
            }
        }
    }

    @Test
    void permutedExpandedAndScalarOperands() {
        Value x = Run.floats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6).permute(new int[] {1, 0});
        Value y = Run.floats(Shape.of(1, 2), 10, 20).expand(Shape.of(3, 2));
        assertArrayEquals(
                new float[] {11, 24, 12, 25, 13, 26}, Run.op(Op.ADD, x, y).floats());
        Value half = Run.floats(Shape.SCALAR, 0.5f);
        assertArrayEquals(
                new float[] {1.5f, 4.5f, 2.5f, 5.5f, 3.5f, 6.5f},
                Run.op(Op.ADD, half, x).floats());
        assertArrayEquals(new float[] {1}, Run.op(Op.ADD, half, half).floats());
    }

    @Test
    void runsAreCutBySizeInTheMiddleOfRows() {
        int rows = 7;
        int columns = Walk.TILE - 5;
        Value x = Run.random(DType.FLOAT32, 3, columns, rows).permute(new int[] {1, 0});
        Value y = Run.random(DType.FLOAT32, 4, rows, 1);
        float[] z = Run.op(Op.ADD, x, y).floats();
        for (int i = 0; i < z.length; i++) {
            int row = i / columns;
            int column = i % columns;
            assertEquals(at(x, row, column) + y.floats()[row], z[i]);
        }
    }

    @Test
    void emptyShapes() {
        Value x = Value.zeros(DType.FLOAT32, Shape.of(0, 3));
        Value y = Value.zeros(DType.FLOAT32, Shape.of(1, 3));
        assertEquals(Shape.of(0, 3), Run.op(Op.ADD, x, y).shape());
    }
}
