package org.fusegrad.run;

import org.fusegrad.type.Shape;

/** Walks and copies strided values. */
final class Strided {
    /** Sees each element's position in the buffer and its row-major number. */
    @FunctionalInterface
    interface Visitor {
        void visit(int position, int number);
    }

    private Strided() {}

    static void forEach(Value v, Visitor visitor) {
        int rank = v.shape().rank();
        int inner = rank == 0 ? 1 : v.shape().dim(rank - 1);
        int step = rank == 0 ? 0 : v.stride(rank - 1);
        Rows rows = new Rows(v);
        for (int number = 0; number < v.shape().numel(); rows.advance()) {
            int position = rows.position();
            for (int i = 0; i < inner; i++, position += step) {
                visitor.visit(position, number++);
            }
        }
    }

    /** Copies into a buffer in row-major order. */
    static Value copy(Value v, Buffer to) {
        Object from = v.buffer().array();
        Object out = to.array();
        int rank = v.shape().rank();
        int inner = rank == 0 ? 1 : v.shape().dim(rank - 1);
        int step = rank == 0 ? 0 : v.stride(rank - 1);
        Rows rows = new Rows(v);
        int end = to.start() + v.shape().numel();
        for (int at = to.start(); at < end; at += inner, rows.advance()) {
            if (step == 1) {
                System.arraycopy(from, rows.position(), out, at, inner);
            } else {
                gather(from, rows.position(), step, out, at, inner);
            }
        }
        return Value.of(to, v.shape());
    }

    private static void gather(Object from, int p, int step, Object to, int at, int n) {
        if (from instanceof float[] a) {
            float[] b = (float[]) to;
            for (int i = 0; i < n; i++) {
                b[at + i] = a[p + i * step];
            }
        } else if (from instanceof double[] a) {
            double[] b = (double[]) to;
            for (int i = 0; i < n; i++) {
                b[at + i] = a[p + i * step];
            }
        } else if (from instanceof long[] a) {
            long[] b = (long[]) to;
            for (int i = 0; i < n; i++) {
                b[at + i] = a[p + i * step];
            }
        } else if (from instanceof short[] a) {
            short[] b = (short[]) to;
            for (int i = 0; i < n; i++) {
                b[at + i] = a[p + i * step];
            }
        } else {
            byte[] a = (byte[]) from;
            byte[] b = (byte[]) to;
            for (int i = 0; i < n; i++) {
                b[at + i] = a[p + i * step];
            }
        }
    }

    /** Strides of a reshaped view, or {@code null} where only a copy would do. */
    static int[] reshape(Shape from, int[] strides, Shape to) {
        int[] result = new int[to.rank()];
        if (from.numel() <= 1) {
            return to.strides();
        }
        int[] dims = new int[from.rank()];
        int[] steps = new int[from.rank()];
        int rank = 0;
        for (int i = 0; i < dims.length; i++) {
            if (from.dim(i) != 1) {
                dims[rank] = from.dim(i);
                steps[rank++] = strides[i];
            }
        }
        int i = 0;
        int j = 0;
        while (i < rank && j < result.length) {
            int a = dims[i];
            int b = to.dim(j);
            int lastI = i;
            int lastJ = j;
            while (a != b) {
                if (a < b) {
                    lastI++;
                    if (steps[lastI - 1] != steps[lastI] * dims[lastI]) {
                        return null;
                    }
                    a *= dims[lastI];
                } else {
                    b *= to.dim(++lastJ);
                }
            }
            int step = steps[lastI];
            for (int k = lastJ; k >= j; k--) {
                result[k] = step;
                step *= to.dim(k);
            }
            i = lastI + 1;
            j = lastJ + 1;
        }
        return result;
    }

    /** An odometer over all axes but the last. */
    private static final class Rows {
        private final Value v;
        private final int[] index;
        private int position;

        Rows(Value v) {
            this.v = v;
            this.index = new int[Math.max(0, v.shape().rank() - 1)];
            this.position = v.offset();
        }

        int position() {
            return position;
        }

        void advance() {
            for (int a = index.length - 1; a >= 0; a--) {
                position += v.stride(a);
                if (++index[a] < v.shape().dim(a)) {
                    return;
                }
                position -= index[a] * v.stride(a);
                index[a] = 0;
            }
        }
    }
}
