package org.fusegrad.run.interp;

import org.fusegrad.graph.Node;
import org.fusegrad.math.Philox;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;

/**
 * Random numbers, and the contract of them. The operand is a key of two int64, seed and stream;
 * element i of the result, counted in row-major order, is a function of seed, stream and i alone
 * ({@link Philox}), so threads may draw in any order and memory may lie in any.
 *
 * <ul>
 *   <li>UNIFORM: in [0, 1), a multiple of 2^-24 for float32 and of 2^-53 for float64.
 *   <li>NORMAL: standard normal by Box and Muller in float64, rounded to the type.
 * </ul>
 */
final class Drawing {
    /** Elements a task draws; a multiple of those of a block, which tasks do not share then. */
    private static final int CHUNK = 1 << 14;

    /** Writes the elements from {@code first} to {@code last - 1} to an array. */
    @FunctionalInterface
    private interface Fill {
        void fill(long seed, long stream, int first, int last);
    }

    private Drawing() {}

    static void uniform(Node node, Value[] in, Value out, Workers workers) {
        int at = out.offset();
        chunks(in[0], out, workers, (seed, stream, first, last) -> {
            if (out.dtype() == DType.FLOAT32) {
                Philox.fillFloats(seed, stream, first, out.floats(), at + first, at + last);
            } else {
                for (int i = first; i < last; i++) {
                    out.doubles()[at + i] = Philox.doubleAt(seed, stream, i);
                }
            }
        });
    }

    static void normal(Node node, Value[] in, Value out, Workers workers) {
        int at = out.offset();
        chunks(in[0], out, workers, (seed, stream, first, last) -> {
            if (out.dtype() == DType.FLOAT32) {
                Philox.fillNormals(seed, stream, first, out.floats(), at + first, at + last);
            } else {
                for (int i = first; i < last; i++) {
                    out.doubles()[at + i] = Philox.normalAt(seed, stream, i);
                }
            }
        });
    }

    private static void chunks(Value key, Value out, Workers workers, Fill fill) {
        long seed = key.longs()[key.offset()];
        long stream = key.longs()[key.offset() + key.stride(0)];
        int count = out.shape().numel();
        workers.forEach((count + CHUNK - 1) / CHUNK, task -> {
            int first = task * CHUNK;
            fill.fill(seed, stream, first, Math.min(count, first + CHUNK));
        });
    }
}
