package org.fusegrad.type;

import java.util.Arrays;

/** An immutable tuple of ints with value equality: axes, strides, window sizes. */
public final class Ints {
    private final int[] values;

    private Ints(int[] values) {
        this.values = values;
    }

    public static Ints of(int... values) {
        return new Ints(values.clone());
    }

    /** {@code n} copies of {@code value}. */
    public static Ints fill(int n, int value) {
        int[] v = new int[n];
        Arrays.fill(v, value);
        return new Ints(v);
    }

    public int get(int i) {
        return values[i];
    }

    public int size() {
        return values.length;
    }

    public boolean contains(int value) {
        for (int v : values) {
            if (v == value) {
                return true;
            }
        }
        return false;
    }

    public int[] toArray() {
        return values.clone();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Ints i && Arrays.equals(values, i.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
