package org.fusegrad.type;

/**
 * Element type of a tensor. {@link #BFLOAT16} and {@link #FLOAT16} are <em>storage</em> types:
 * every arithmetic operation on them computes in, and yields, {@link #FLOAT32}; an explicit cast
 * stores.
 */
public enum DType {
    FLOAT32("float32", 4),
    FLOAT64("float64", 8),
    BFLOAT16("bfloat16", 2),
    FLOAT16("float16", 2),
    INT64("int64", 8),
    BOOL("bool", 1);

    private final String label;
    private final int bytes;

    DType(String label, int bytes) {
        this.label = label;
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    public boolean isFloating() {
        return this != INT64 && this != BOOL;
    }

    /** Half-width storage type, computed in float32. */
    public boolean isHalf() {
        return this == BFLOAT16 || this == FLOAT16;
    }

    /** The type arithmetic on this type is carried out in. */
    public DType compute() {
        return isHalf() ? FLOAT32 : this;
    }

    /** The type named by {@code label}, as {@link #toString} prints it. */
    public static DType parse(String label) {
        for (DType d : values()) {
            if (d.label.equals(label)) {
                return d;
            }
        }
        throw new IllegalArgumentException("unknown dtype '" + label
                + "': use float32, float64, bfloat16, float16, int64 or bool");
    }

    @Override
    public String toString() {
        return label;
    }
}
