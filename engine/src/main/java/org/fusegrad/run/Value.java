package org.fusegrad.run;

import org.fusegrad.math.Half;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * An immutable n-dimensional array: a strided view of a {@link Buffer}. Strides and offset count
 * elements. Nothing writes to a value once it is handed out, so values are shared freely.
 */
public final class Value {
    private final Buffer buffer;
    private final Layout layout;
    private final int offset;

    /** A view of a buffer, its first element at an offset. */
    public Value(Buffer buffer, Layout layout, int offset) {
        this.buffer = buffer;
        this.layout = layout;
        this.offset = offset;
    }

    public Value(Buffer buffer, Shape shape, int[] strides, int offset) {
        this(buffer, Layout.of(shape, strides), offset);
    }

    /** A contiguous value over a whole buffer. */
    public static Value of(Buffer buffer, Shape shape) {
        return new Value(buffer, Layout.rowMajor(shape), buffer.start());
    }

    /** A fresh zeroed contiguous value, outside any pool. */
    public static Value zeros(DType dtype, Shape shape) {
        return of(Buffer.allocate(dtype, shape.numel()), shape);
    }

    /** A contiguous value around an array of the type's class. */
    public static Value wrap(DType dtype, Object array, Shape shape) {
        return of(Buffer.wrap(dtype, array), shape);
    }

    /** A contiguous value with the elements of an array of the type's class, which is copied. */
    public static Value copyOf(DType dtype, Object array, Shape shape) {
        return of(Buffer.copyOf(dtype, array), shape);
    }

    public Buffer buffer() {
        return buffer;
    }

    public DType dtype() {
        return buffer.dtype();
    }

    public Layout layout() {
        return layout;
    }

    public Shape shape() {
        return layout.shape();
    }

    public int offset() {
        return offset;
    }

    public int stride(int axis) {
        return layout.stride(axis);
    }

    public int[] strides() {
        return layout.strides();
    }

    /** Elements follow one another in row-major order. */
    public boolean isContiguous() {
        return layout.isContiguous();
    }

    public float[] floats() {
        return (float[]) buffer.array();
    }

    public double[] doubles() {
        return (double[]) buffer.array();
    }

    public long[] longs() {
        return (long[]) buffer.array();
    }

    public short[] shorts() {
        return (short[]) buffer.array();
    }

    public byte[] bytes() {
        return (byte[]) buffer.array();
    }

    /** The element at a position of the buffer, widened to double. */
    public double at(int position) {
        return switch (dtype()) {
            case FLOAT32 -> floats()[position];
            case FLOAT64 -> doubles()[position];
            case INT64 -> longs()[position];
            case BOOL -> bytes()[position];
            case BFLOAT16 -> Half.fromBfloat16(shorts()[position]);
            case FLOAT16 -> Half.fromFloat16(shorts()[position]);
        };
    }

    /** This value in row-major order without gaps; itself if it is already. */
    public Value contiguous() {
        return isContiguous()
                ? this
                : Strided.copy(this, Buffer.allocate(dtype(), shape().numel()));
    }

    /** Axes reordered; a view. */
    public Value permute(int[] order) {
        int[] d = new int[order.length];
        int[] s = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            d[i] = shape().dim(order[i]);
            s[i] = stride(order[i]);
        }
        return new Value(buffer, Shape.of(d), s, offset);
    }

    /** Axes of size 1 repeated; a view with stride 0 there. */
    public Value expand(Shape to) {
        int[] s = new int[to.rank()];
        for (int i = 0; i < s.length && shape().rank() == to.rank(); i++) {
            s[i] = shape().dim(i) == to.dim(i) ? stride(i) : 0;
        }
        return new Value(buffer, to, s, offset);
    }

    /** Elements start, start + step, …; a view. */
    public Value slice(int[] start, int[] step, Shape to) {
        int[] s = strides();
        int o = offset;
        for (int i = 0; i < s.length; i++) {
            o += to.numel() == 0 ? 0 : start[i] * s[i];
            s[i] *= step[i];
        }
        return new Value(buffer, to, s, o);
    }

    /** The same elements in another shape; a view where strides allow it, else a copy. */
    public Value reshape(Shape to) {
        int[] s = Strided.reshape(shape(), strides(), to);
        return s == null ? contiguous().reshape(to) : new Value(buffer, to, s, offset);
    }

    /** All elements in row-major order, widened to double. */
    public double[] toDoubles() {
        double[] out = new double[shape().numel()];
        Strided.forEach(this, (position, i) -> out[i] = at(position));
        return out;
    }

    @Override
    public String toString() {
        return dtype() + shape().toString();
    }
}
