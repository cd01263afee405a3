package org.fusegrad.codegen.ir;

import org.fusegrad.type.DType;

/** The type of a local: one element, or as many as a vector holds. */
public enum Type {
    INT,
    LONG,
    FLOAT,
    DOUBLE,
    BOOLEAN,
    /** Half precision as it is stored. */
    SHORT,
    BYTE,
    FLOAT_ARRAY,
    INT_ARRAY,
    FLOATS,
    INTS,
    SHORTS,
    MASK;

    /** One element. */
    public static Type of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> FLOAT;
            case FLOAT64 -> DOUBLE;
            case INT64 -> LONG;
            case BOOL -> BOOLEAN;
            case BFLOAT16, FLOAT16 -> SHORT;
        };
    }

    /**
     * A vector of elements: masks for truth values; half precision is held as it is stored, one
     * element in each int.
     */
    public static Type vectorOf(DType dtype) {
        return dtype == DType.BOOL ? MASK : dtype.isHalf() ? INTS : FLOATS;
    }

    /** Whether it is a vector. */
    public boolean isVector() {
        return compareTo(FLOATS) >= 0;
    }
}
