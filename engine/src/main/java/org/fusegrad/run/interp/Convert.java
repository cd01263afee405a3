package org.fusegrad.run.interp;

import org.fusegrad.math.Half;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;

/**
 * Copies between strided values of one shape, converting the type as a Java cast does: floating to
 * int64 truncates and saturates, NaN becomes 0; int64 to a floating type rounds to nearest even;
 * anything to bool is {@code x != 0}, so NaN is true; bool is 0 or 1. The half types are rounded to
 * nearest even from float32; from float64 and int64 they are reached by way of float32.
 */
final class Convert {
    private static final int CHUNK = 512;

    private Convert() {}

    /** This value in the given type; itself if it has it, else a contiguous copy. */
    static Value as(Value v, DType dtype, Workers workers) {
        if (v.dtype() == dtype) {
            return v;
        }
        Value to = Value.zeros(dtype, v.shape());
        copy(v, to, workers);
        return to;
    }

    /** This value in the given type and without gaps; its offset may differ from 0. */
    static Value contiguous(Value v, DType dtype, Workers workers) {
        if (v.dtype() == dtype && v.isContiguous()) {
            return v;
        }
        Value to = Value.zeros(dtype, v.shape());
        copy(v, to, workers);
        return to;
    }

    /** Copies element for element; {@code to} may have any strides that do not overlap. */
    static void copy(Value from, Value to, Workers workers) {
        Walk.over(to.shape(), 1, workers, run(from, to), from, to);
    }

    /** The same on this thread. */
    static void copy(Value from, Value to) {
        Walk.inOrder(to.shape(), run(from, to), from, to);
    }

    private static Walk.Run run(Value from, Value to) {
        if (from.dtype() == to.dtype()) {
            Object a = from.buffer().array();
            Object b = to.buffer().array();
            return (at, n, p, s) -> move(a, p[0], s[0], b, p[1], s[1], n);
        }
        boolean whole = from.dtype() == DType.INT64 || from.dtype() == DType.BOOL;
        return whole
                ? (at, n, p, s) -> byLong(from, p[0], s[0], to, p[1], s[1], n)
                : (at, n, p, s) -> byDouble(from, p[0], s[0], to, p[1], s[1], n);
    }

    /** Copies {@code n} elements at even steps between arrays of one class. */
    static void move(Object from, int p, int ps, Object to, int q, int qs, int n) {
        if (ps == 1 && qs == 1) {
            System.arraycopy(from, p, to, q, n);
        } else if (from instanceof float[] a) {
            float[] b = (float[]) to;
            for (int i = 0; i < n; i++) {
                b[q + i * qs] = a[p + i * ps];
            }
        } else if (from instanceof double[] a) {
            double[] b = (double[]) to;
            for (int i = 0; i < n; i++) {
                b[q + i * qs] = a[p + i * ps];
            }
        } else if (from instanceof long[] a) {
            long[] b = (long[]) to;
            for (int i = 0; i < n; i++) {
                b[q + i * qs] = a[p + i * ps];
            }
        } else if (from instanceof short[] a) {
            short[] b = (short[]) to;
            for (int i = 0; i < n; i++) {
                b[q + i * qs] = a[p + i * ps];
            }
        } else {
            byte[] a = (byte[]) from;
            byte[] b = (byte[]) to;
            for (int i = 0; i < n; i++) {
                b[q + i * qs] = a[p + i * ps];
            }
        }
    }

    /** Copies the elements at these positions, one after the other. */
    static void take(Object from, int[] position, Object to, int q) {
        if (from instanceof float[] a) {
            float[] b = (float[]) to;
            for (int i = 0; i < position.length; i++) {
                b[q + i] = a[position[i]];
            }
        } else if (from instanceof double[] a) {
            double[] b = (double[]) to;
            for (int i = 0; i < position.length; i++) {
                b[q + i] = a[position[i]];
            }
        } else if (from instanceof long[] a) {
            long[] b = (long[]) to;
            for (int i = 0; i < position.length; i++) {
                b[q + i] = a[position[i]];
            }
        } else if (from instanceof short[] a) {
            short[] b = (short[]) to;
            for (int i = 0; i < position.length; i++) {
                b[q + i] = a[position[i]];
            }
        } else {
            byte[] a = (byte[]) from;
            byte[] b = (byte[]) to;
            for (int i = 0; i < position.length; i++) {
                b[q + i] = a[position[i]];
            }
        }
    }

    private static void byDouble(Value from, int p, int ps, Value to, int q, int qs, int n) {
        double[] chunk = new double[Math.min(n, CHUNK)];
        for (int i = 0; i < n; i += CHUNK) {
            int m = Math.min(CHUNK, n - i);
            load(from, p + i * ps, ps, chunk, 0, m);
            store(chunk, 0, to, q + i * qs, qs, m);
        }
    }

    private static void byLong(Value from, int p, int ps, Value to, int q, int qs, int n) {
        long[] chunk = new long[Math.min(n, CHUNK)];
        for (int i = 0; i < n; i += CHUNK) {
            int m = Math.min(CHUNK, n - i);
            loadLongs(from, p + i * ps, ps, chunk, m);
            storeLongs(chunk, to, q + i * qs, qs, m);
        }
    }

    /** Reads {@code n} elements of a floating value, exactly. */
    static void load(Value from, int p, int ps, double[] to, int q, int n) {
        switch (from.dtype()) {
            case FLOAT32 -> {
                float[] a = from.floats();
                for (int i = 0; i < n; i++) {
                    to[q + i] = a[p + i * ps];
                }
            }
            case FLOAT64 -> move(from.doubles(), p, ps, to, q, 1, n);
            case BFLOAT16 -> {
                short[] a = from.shorts();
                for (int i = 0; i < n; i++) {
                    to[q + i] = Half.fromBfloat16(a[p + i * ps]);
                }
            }
            case FLOAT16 -> {
                short[] a = from.shorts();
                for (int i = 0; i < n; i++) {
                    to[q + i] = Half.fromFloat16(a[p + i * ps]);
                }
            }
            default -> throw new IllegalArgumentException("not a floating type: " + from.dtype());
        }
    }

    /** Writes {@code n} elements into a value of any type, rounded once. */
    static void store(double[] from, int p, Value to, int q, int qs, int n) {
        switch (to.dtype()) {
            case FLOAT32 -> {
                float[] b = to.floats();
                for (int i = 0; i < n; i++) {
                    b[q + i * qs] = (float) from[p + i];
                }
            }
            case FLOAT64 -> move(from, p, 1, to.doubles(), q, qs, n);
            case BFLOAT16, FLOAT16 -> {
                for (int i = 0; i < n; i++) {
                    storeHalf((float) from[p + i], to, q + i * qs);
                }
            }
            case INT64 -> {
                long[] b = to.longs();
                for (int i = 0; i < n; i++) {
                    b[q + i * qs] = (long) from[p + i];
                }
            }
            case BOOL -> {
                byte[] b = to.bytes();
                for (int i = 0; i < n; i++) {
                    b[q + i * qs] = (byte) (from[p + i] != 0 ? 1 : 0);
                }
            }
        }
    }

    private static void storeHalf(float x, Value to, int q) {
        to.shorts()[q] = to.dtype() == DType.BFLOAT16 ? Half.toBfloat16(x) : Half.toFloat16(x);
    }

    private static void loadLongs(Value from, int p, int ps, long[] to, int n) {
        if (from.dtype() == DType.INT64) {
            move(from.longs(), p, ps, to, 0, 1, n);
        } else {
            byte[] a = from.bytes();
            for (int i = 0; i < n; i++) {
                to[i] = a[p + i * ps];
            }
        }
    }

    private static void storeLongs(long[] from, Value to, int q, int qs, int n) {
        switch (to.dtype()) {
            case FLOAT32 -> {
                float[] b = to.floats();
                for (int i = 0; i < n; i++) {
                    b[q + i * qs] = from[i];
                }
            }
            case FLOAT64 -> {
                double[] b = to.doubles();
                for (int i = 0; i < n; i++) {
                    b[q + i * qs] = from[i];
                }
            }
            case BFLOAT16, FLOAT16 -> {
                for (int i = 0; i < n; i++) {
                    storeHalf(from[i], to, q + i * qs);
                }
            }
            case INT64 -> move(from, 0, 1, to.longs(), q, qs, n);
            case BOOL -> {
                byte[] b = to.bytes();
                for (int i = 0; i < n; i++) {
                    b[q + i * qs] = (byte) (from[i] != 0 ? 1 : 0);
                }
            }
        }
    }
}
