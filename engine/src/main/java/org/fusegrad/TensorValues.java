package org.fusegrad;

import java.util.Arrays;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/** The elements of a {@link Tensor} as Java values, and how long they live. */
public abstract sealed class TensorValues extends Creation permits ElementwiseOps {
    abstract Tensor self();

    /** The value for a caller that looks at it; a formula then depends on that of a parameter. */
    private Value looked() {
        Tensor t = self();
        Value v = t.value();
        Tracer tracer = Context.get().tracer;
        if (tracer != null && t.wantsGrad()) {
            tracer.depend(new Dependency.Looked(t));
        }
        return v;
    }

    /** The only element, widened to double. */
    public double item() {
        if (self().shape().numel() != 1) {
            throw new IllegalArgumentException(
                    "item() needs one element, shape is " + self().shape());
        }
        return looked().toDoubles()[0];
    }

    /** All elements in row-major order, widened to double. */
    public double[] toDoubles() {
        return looked().toDoubles();
    }

    /** All elements of a float32 tensor in row-major order. */
    public float[] toFloats() {
        requireType(DType.FLOAT32);
        Value v = looked().contiguous();
        return Arrays.copyOfRange(v.floats(), v.offset(), v.offset() + v.shape().numel());
    }

    /** All elements of an int64 tensor in row-major order. */
    public long[] toLongs() {
        requireType(DType.INT64);
        Value v = looked().contiguous();
        return Arrays.copyOfRange(v.longs(), v.offset(), v.offset() + v.shape().numel());
    }

    /**
     * Lets it and its gradient, if it has one, outlive the scopes around; without scopes, and of a
     * symbolic tensor, that needs no saying.
     */
    public Tensor keep() {
        Tensor t = self();
        if (t.isSymbolic()) {
            return t;
        }
        t.value().buffer().keep();
        if (t.grad() != null) {
            t.grad().value().buffer().keep();
        }
        return t;
    }

    private void requireType(DType dtype) {
        if (self().dtype() != dtype) {
            throw new IllegalArgumentException("tensor is " + self().dtype() + ", not " + dtype);
        }
    }
}
