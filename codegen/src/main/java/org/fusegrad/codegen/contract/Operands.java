package org.fusegrad.codegen.contract;

import java.lang.ref.SoftReference;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.fusegrad.math.Half;
import org.fusegrad.run.Budget;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.BufferPool;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/** Operands as kernels want them, and memory to pack them into. */
final class Operands {
    /** Of the heap, for packed operands. */
    private static final int PERCENT = 10;

    /** Arrays of ints that are kept at most. */
    private static final int KEPT = 8;

    /**
     * Packed operands are taken from here and given back; all contractions of a backend share it.
     */
    private final BufferPool pool = new BufferPool(Budget.heap(PERCENT));

    /** Held softly, as what is pooled: the JVM lets go of them rather than fail. */
    private final ConcurrentLinkedQueue<SoftReference<int[]>> ints = new ConcurrentLinkedQueue<>();

    /** At least so many floats, with anything in them. */
    Buffer take(long floats) {
        return pool.take(DType.FLOAT32, Math.toIntExact(floats));
    }

    /** Lets go of memory. */
    void give(Buffer buffer) {
        pool.give(buffer);
    }

    /** At least so many ints, with anything in them. */
    int[] takeInts(int count) {
        SoftReference<int[]> held = ints.poll();
        int[] found = held == null ? null : held.get();
        return found != null && found.length >= count ? found : new int[count];
    }

    /** Lets go of ints. */
    void give(int[] array) {
        if (ints.size() < KEPT) {
            ints.add(new SoftReference<>(array));
        }
    }

    /** Lets go of all memory. */
    void trim() {
        pool.clear();
        ints.clear();
    }

    /** The value in float32; half types are widened. */
    static Value floats(Value v) {
        if (v.dtype() == DType.FLOAT32) {
            return v;
        }
        Value dense = v.contiguous();
        int n = v.shape().numel();
        short[] x = dense.shorts();
        float[] y = new float[n];
        if (v.dtype() == DType.BFLOAT16) {
            for (int i = 0; i < n; i++) {
                y[i] = Half.fromBfloat16(x[dense.offset() + i]);
            }
        } else {
            for (int i = 0; i < n; i++) {
                y[i] = Half.fromFloat16(x[dense.offset() + i]);
            }
        }
        return Value.wrap(DType.FLOAT32, y, v.shape());
    }

    /** Copies n elements, each array in steps of its own. */
    static void stridedCopy(float[] x, int p, int step, int n, float[] to, int q, int toStep) {
        for (int i = 0; i < n; i++) {
            to[q + i * toStep] = x[p + i * step];
        }
    }
}
