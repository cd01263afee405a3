package org.fusegrad.math;

import java.util.Arrays;

/** {@link FloatOps} on plain floats, many lanes at a time as a vector kernel has them. */
final class LaneArrays implements FloatOps<float[], int[], boolean[]> {
    @FunctionalInterface
    interface Binary {
        float apply(float a, float b);
    }

    @FunctionalInterface
    interface IntBinary {
        int apply(int a, int b);
    }

    private final int lanes;

    LaneArrays(int lanes) {
        this.lanes = lanes;
    }

    @Override
    public float[] constant(float value) {
        float[] r = new float[lanes];
        Arrays.fill(r, value);
        return r;
    }

    @Override
    public int[] constantInt(int value) {
        int[] r = new int[lanes];
        Arrays.fill(r, value);
        return r;
    }

    @Override
    public float[] add(float[] a, float[] b) {
        return map(a, b, (x, y) -> x + y);
    }

    @Override
    public float[] sub(float[] a, float[] b) {
        return map(a, b, (x, y) -> x - y);
    }

    @Override
    public float[] mul(float[] a, float[] b) {
        return map(a, b, (x, y) -> x * y);
    }

    @Override
    public float[] div(float[] a, float[] b) {
        return map(a, b, (x, y) -> x / y);
    }

    @Override
    public float[] fma(float[] a, float[] b, float[] c) {
        float[] r = new float[lanes];
        for (int i = 0; i < lanes; i++) {
            r[i] = Math.fma(a[i], b[i], c[i]);
        }
        return r;
    }

    @Override
    public float[] abs(float[] a) {
        return map(a, a, (x, y) -> Math.abs(x));
    }

    @Override
    public boolean[] less(float[] a, float[] b) {
        boolean[] r = new boolean[lanes];
        for (int i = 0; i < lanes; i++) {
            r[i] = a[i] < b[i];
        }
        return r;
    }

    @Override
    public boolean[] equal(float[] a, float[] b) {
        boolean[] r = new boolean[lanes];
        for (int i = 0; i < lanes; i++) {
            r[i] = a[i] == b[i];
        }
        return r;
    }

    @Override
    public float[] select(boolean[] condition, float[] yes, float[] no) {
        float[] r = new float[lanes];
        for (int i = 0; i < lanes; i++) {
            r[i] = condition[i] ? yes[i] : no[i];
        }
        return r;
    }

    @Override
    public int[] bits(float[] a) {
        int[] r = new int[lanes];
        for (int i = 0; i < lanes; i++) {
            r[i] = Float.floatToRawIntBits(a[i]);
        }
        return r;
    }

    @Override
    public float[] fromBits(int[] a) {
        float[] r = new float[lanes];
        for (int i = 0; i < lanes; i++) {
            r[i] = Float.intBitsToFloat(a[i]);
        }
        return r;
    }

    @Override
    public float[] toFloat(int[] a) {
        float[] r = new float[lanes];
        for (int i = 0; i < lanes; i++) {
            r[i] = a[i];
        }
        return r;
    }

    @Override
    public int[] addInt(int[] a, int[] b) {
        return map(a, b, (x, y) -> x + y);
    }

    @Override
    public int[] subInt(int[] a, int[] b) {
        return map(a, b, (x, y) -> x - y);
    }

    @Override
    public int[] and(int[] a, int[] b) {
        return map(a, b, (x, y) -> x & y);
    }

    @Override
    public int[] or(int[] a, int[] b) {
        return map(a, b, (x, y) -> x | y);
    }

    @Override
    public int[] shiftLeft(int[] a, int count) {
        return map(a, a, (x, y) -> x << count);
    }

    @Override
    public int[] shiftRight(int[] a, int count) {
        return map(a, a, (x, y) -> x >> count);
    }

    private float[] map(float[] a, float[] b, Binary f) {
        float[] r = new float[lanes];
        for (int i = 0; i < lanes; i++) {
            r[i] = f.apply(a[i], b[i]);
        }
        return r;
    }

    private int[] map(int[] a, int[] b, IntBinary f) {
        int[] r = new int[lanes];
        for (int i = 0; i < lanes; i++) {
            r[i] = f.apply(a[i], b[i]);
        }
        return r;
    }
}
