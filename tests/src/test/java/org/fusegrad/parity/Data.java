package org.fusegrad.parity;

import java.util.Random;
import org.fusegrad.graph.Node;
import org.fusegrad.math.Half;
import org.fusegrad.run.Value;
import org.fusegrad.type.Shape;

/** What operands are filled with. */
enum Data {
    /** Standard normal. */
    NORMAL,
    /** Large enough for squares to overflow float32, in some rows. */
    HUGE,
    /** Subnormal numbers and zeros of both signs. */
    TINY,
    /** Now and then infinity or NaN. */
    BROKEN;

    private static final float[] ODD = {
        Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, Float.MAX_VALUE
    };

    /** An operand of a leaf's type and shape. */
    Value of(Node leaf, long seed) {
        Shape shape = leaf.shape();
        Value v = Value.zeros(leaf.dtype(), shape);
        Random random = new Random(seed);
        int row = shape.rank() == 0 ? 1 : Math.max(1, shape.dim(-1));
        for (int i = 0; i < shape.numel(); i++) {
            put(v, v.offset() + i, element(random, i / row, i % row));
        }
        return v;
    }

    private float element(Random random, int row, int column) {
        float x = (float) random.nextGaussian();
        return switch (this) {
            case NORMAL -> x;
            case HUGE -> row % 2 == 0 ? x * 1e30f : x;
            case TINY -> random.nextInt(4) == 0 ? x * 0f : x * 1e-40f;
            case BROKEN ->
                row % 3 == 1 && column % 7 == row % 7 ? ODD[random.nextInt(ODD.length)] : x;
        };
    }

    private static void put(Value v, int i, float x) {
        switch (v.dtype()) {
            case FLOAT32 -> v.floats()[i] = x;
            case FLOAT64 -> v.doubles()[i] = x;
            case FLOAT16 -> v.shorts()[i] = Half.toFloat16(x);
            case BFLOAT16 -> v.shorts()[i] = Half.toBfloat16(x);
            case INT64 -> v.longs()[i] = (long) (x * 10);
            default -> v.bytes()[i] = (byte) (x > 0 ? 1 : 0);
        }
    }
}
